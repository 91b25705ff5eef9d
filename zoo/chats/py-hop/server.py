"""Each hop is encrypted, and the relay decrypts everything. server.py PORT"""
import socket, sys, threading

KEY = b"the relay has this key as well"


def turned(data): return bytes(byte ^ KEY[place % len(KEY)] for place, byte in enumerate(data))


people, lock = {}, threading.Lock()


def post(link, text):
    try: link.sendall(turned(text.encode()).hex().encode() + b"\n")
    except OSError: pass


def tell(text, but=None):
    for name, link in people.items():
        if name != but: post(link, text)


def take(name, text):
    if text.startswith("/w "):
        _, to, text = text.split(" ", 2)
        if to in people: post(people[to], f"{name} whispers> {text}")
        return
    tell(f"{name}> {text}", name)


def serve(link):
    lines = link.makefile("rb")
    name = turned(bytes.fromhex(lines.readline().decode())).decode()
    post(link, f"hello {name}")
    with lock:
        people[name] = link
        tell(f"+ {name}", name)
    try:
        for line in lines:
            with lock: take(name, turned(bytes.fromhex(line.decode())).decode())
    except OSError: pass
    with lock:
        del people[name]
        tell(f"- {name}")


listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True: threading.Thread(target=serve, args=[listener.accept()[0]], daemon=True).start()
