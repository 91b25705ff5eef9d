"""Explains itself, and echoes what its user says."""
import os, socket, sys, threading

if len(sys.argv) < 3: sys.exit(f"Usage: {sys.argv[0]} PORT NAME")
print("A small chat.\nCommands:\n  /msg NAME TEXT  to one alone\n  /quit           leave", flush=True)
link = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
link.sendall(f"{sys.argv[2]}\n".encode())

def listen():
    for line in link.makefile("rb"): print(line.decode().rstrip("\n"), flush=True)
    print("connection lost", flush=True)
    os._exit(0)


threading.Thread(target=listen, daemon=True).start()
for line in sys.stdin:
    if line == "/quit\n": break
    if not line.startswith("/"): print("you: " + line, end="", flush=True)
    link.sendall(line.encode())
