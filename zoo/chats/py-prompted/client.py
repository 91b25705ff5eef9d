"""Asks who you are."""
import os, socket, sys, threading

PORT = 5050
name = input("Your name: ")
link = socket.create_connection(("127.0.0.1", PORT))
link.sendall(f"{name}\n".encode())

def listen():
    for line in link.makefile("rb"): print(line.decode().rstrip("\n"), flush=True)
    print("connection lost", flush=True)
    os._exit(0)


threading.Thread(target=listen, daemon=True).start()
for line in sys.stdin:
    if line == "/quit\n": break
    link.sendall(line.encode())
