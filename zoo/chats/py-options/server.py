"""Options, and the time before each line."""
import argparse, socket, threading, time

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, required=True)
asked = parser.parse_args()

people, lock = {}, threading.Lock()


def post(link, text):
    try: link.sendall((text + "\n").encode())
    except OSError: pass


def tell(text, but=None):
    for name, link in people.items():
        if name != but: post(link, text)


def take(name, text):
    tell(time.strftime("[%H:%M:%S] ") + f"{name}: {text}", name)


def serve(link):
    lines = link.makefile("rb")
    name = lines.readline().decode().strip()
    post(link, f"Welcome, {name}!")
    with lock:
        people[name] = link
        tell(time.strftime("[%H:%M:%S] ") + f"{name} entered the chat", name)
    try:
        for line in lines:
            with lock: take(name, line.decode().rstrip("\n"))
    except OSError: pass
    with lock:
        del people[name]
        tell(time.strftime("[%H:%M:%S] ") + f"{name} left the chat")


listener = socket.create_server(("127.0.0.1", asked.port))
while True: threading.Thread(target=serve, args=[listener.accept()[0]], daemon=True).start()
