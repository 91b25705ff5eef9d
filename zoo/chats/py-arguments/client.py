"""Client"""
import os, socket, sys, threading

if len(sys.argv) != 4: sys.exit("usage: client.py HOST PORT NAME")
host, port, name = sys.argv[1:]
link = socket.create_connection((host, int(port)))
link.sendall(f"{name}\n".encode())

def listen():
    for line in link.makefile("rb"): print(line.decode().rstrip("\n"), flush=True)
    print("connection lost", flush=True)
    os._exit(0)


threading.Thread(target=listen, daemon=True).start()
for line in sys.stdin:
    if line == "/quit\n": break
    link.sendall(line.encode())
