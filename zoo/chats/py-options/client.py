"""Options."""
import argparse, os, socket, sys, threading

parser = argparse.ArgumentParser()
parser.add_argument("--host", default="127.0.0.1")
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--name", required=True)
asked = parser.parse_args()
link = socket.create_connection((asked.host, asked.port))
link.sendall(f"{asked.name}\n".encode())

def listen():
    for line in link.makefile("rb"): print(line.decode().rstrip("\n"), flush=True)
    print("connection lost", flush=True)
    os._exit(0)


threading.Thread(target=listen, daemon=True).start()
for line in sys.stdin:
    if line == "/quit\n": break
    link.sendall(line.encode())
