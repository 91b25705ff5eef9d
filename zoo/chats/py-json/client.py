"""Shows the JSON that it gets: client.py PORT NICK"""
import json, os, socket, sys, threading

port, nick = int(sys.argv[1]), sys.argv[2]
link = socket.create_connection(("127.0.0.1", port))
link.sendall((json.dumps({"nick": nick}) + "\n").encode())

def listen():
    for line in link.makefile("rb"): print(line.decode().rstrip("\n"), flush=True)
    print("connection lost", flush=True)
    os._exit(0)


threading.Thread(target=listen, daemon=True).start()
for line in sys.stdin:
    link.sendall((json.dumps({"text": line.rstrip("\n")}) + "\n").encode())
