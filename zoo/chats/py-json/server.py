"""A line of JSON for everything."""
import json, socket, sys, threading

people, lock = {}, threading.Lock()


def post(link, text):
    try: link.sendall((text + "\n").encode())
    except OSError: pass


def tell(text, but=None):
    for name, link in people.items():
        if name != but: post(link, text)


def take(name, text):
    tell(json.dumps({"event": "text", "from": name, "text": text}), name)


def serve(link):
    lines = link.makefile("rb")
    name = json.loads(lines.readline())["nick"]
    post(link, json.dumps({"event": "welcome", "nick": name}))
    with lock:
        people[name] = link
        tell(json.dumps({"event": "joined", "nick": name}), name)
    try:
        for line in lines:
            with lock: take(name, json.loads(line)["text"])
    except OSError: pass
    with lock:
        del people[name]
        tell(json.dumps({"event": "left", "nick": name}))


listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True: threading.Thread(target=serve, args=[listener.accept()[0]], daemon=True).start()
