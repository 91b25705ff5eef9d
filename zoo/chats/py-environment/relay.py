"""Reads CHAT_PORT."""
import os, socket, threading

people, lock = {}, threading.Lock()


def post(link, text):
    try: link.sendall((text + "\n").encode())
    except OSError: pass


def tell(text, but=None):
    for name, link in people.items():
        if name != but: post(link, text)


def take(name, text):
    tell(f"[{name}] {text}", name)


def serve(link):
    lines = link.makefile("rb")
    name = lines.readline().decode().strip()
    post(link, f"you are {name}")
    with lock:
        people[name] = link
        tell(f"{name} is online", name)
    try:
        for line in lines:
            with lock: take(name, line.decode().rstrip("\n"))
    except OSError: pass
    with lock:
        del people[name]
        tell(f"{name} is offline")


listener = socket.create_server(("127.0.0.1", int(os.environ["CHAT_PORT"])))
while True: threading.Thread(target=serve, args=[listener.accept()[0]], daemon=True).start()
