"""Reads CHAT_PORT and CHAT_NAME."""
import os, socket, sys, threading
link = socket.create_connection(("localhost", int(os.environ["CHAT_PORT"])))
link.sendall((os.environ["CHAT_NAME"] + "\n").encode())

def listen():
    for line in link.makefile("rb"): print(line.decode().rstrip("\n"), flush=True)
    print("connection lost", flush=True)
    os._exit(0)


threading.Thread(target=listen, daemon=True).start()
for line in sys.stdin:
    if line == "/quit\n": break
    link.sendall(line.encode())
