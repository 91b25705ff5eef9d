"""The relay asks; the client knows nothing."""
import socket, threading

people, lock = {}, threading.Lock()


def post(link, text):
    try: link.sendall((text + "\n").encode())
    except OSError: pass


def tell(text, but=None):
    for name, link in people.items():
        if name != but: post(link, text)


def take(name, text):
    if text.startswith("@"):
        to, text = text[1:].split(" ", 1)
        if to in people: post(people[to], f"{name} to you alone: {text}")
        return
    tell(f"{name}: {text}", name)


def serve(link):
    lines = link.makefile("rb")
    post(link, "What is your name?")
    name = lines.readline().decode().strip()
    post(link, f"Hi {name}, write @NAME TEXT to one alone")
    with lock:
        people[name] = link
        tell(f"{name} has entered", name)
    try:
        for line in lines:
            with lock: take(name, line.decode().rstrip("\n"))
    except OSError: pass
    with lock:
        del people[name]
        tell(f"{name} has left")


listener = socket.create_server(("127.0.0.1", 4444))
while True: threading.Thread(target=serve, args=[listener.accept()[0]], daemon=True).start()
