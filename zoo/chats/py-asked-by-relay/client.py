"""Shows what comes, sends what is typed."""
import os, socket, sys, threading
link = socket.create_connection(("localhost", 4444))


def listen():
    for line in link.makefile("rb"): print(line.decode().rstrip("\n"), flush=True)
    print("connection lost", flush=True)
    os._exit(0)


threading.Thread(target=listen, daemon=True).start()
for line in sys.stdin: link.sendall(line.encode())
