"""Relay on the usual port."""
import socket, threading

PORT = 5050

people, lock = {}, threading.Lock()


def post(link, text):
    try: link.sendall((text + "\n").encode())
    except OSError: pass


def tell(text, but=None):
    for name, link in people.items():
        if name != but: post(link, text)


def take(name, text):
    tell(f"<{name}> {text}", name)


def serve(link):
    lines = link.makefile("rb")
    name = lines.readline().decode().strip()
    post(link, f"Welcome, {name}!")
    with lock:
        people[name] = link
        tell(f"-- {name} has come", name)
    try:
        for line in lines:
            with lock: take(name, line.decode().rstrip("\n"))
    except OSError: pass
    with lock:
        del people[name]
        tell(f"-- {name} has gone")


listener = socket.create_server(("127.0.0.1", PORT))
while True: threading.Thread(target=serve, args=[listener.accept()[0]], daemon=True).start()
