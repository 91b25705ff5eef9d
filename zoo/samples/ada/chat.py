"""End to end: each pair of people agrees on a key, and the server passes on what it cannot open."""
import hashlib, hmac, json, os, secrets, socket, socketserver, sys, threading

# The group with 2048 bits of RFC 3526, section 3.
PRIME = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74"
    "020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437"
    "4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05"
    "98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB"
    "9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718"
    "3995497CEA956AE515D2261898FA051015728E5A8AACAA68FFFFFFFFFFFFFFFF", 16)


def stream(key, nonce, length):
    blocks = (hashlib.sha256(key + nonce + n.to_bytes(8, "big")).digest() for n in range(length // 32 + 1))
    return b"".join(blocks)[:length]


def seal(key, text):
    nonce = secrets.token_bytes(16)
    plain = text.encode()
    sealed = bytes(a ^ b for a, b in zip(plain, stream(key, nonce, len(plain))))
    tag = hmac.digest(key, nonce + sealed, "sha256")
    return (nonce + sealed + tag).hex()


def unseal(key, box):
    box = bytes.fromhex(box)
    nonce, sealed, tag = box[:16], box[16:-32], box[-32:]
    if not hmac.compare_digest(tag, hmac.digest(key, nonce + sealed, "sha256")):
        raise ValueError("a forged message")
    return bytes(a ^ b for a, b in zip(sealed, stream(key, nonce, len(sealed)))).decode()


class Server(socketserver.StreamRequestHandler):
    people, lock = {}, threading.Lock()

    def post(self, whom, what):
        try: whom.write((json.dumps(what) + "\n").encode())
        except OSError: pass

    def handle(self):
        hello = json.loads(self.rfile.readline())
        name = hello["name"]
        with self.lock:
            self.post(self.wfile, {"room": sys.argv[2], "people": {n: key for n, (_, key) in self.people.items()}})
            for other, _ in self.people.values(): self.post(other, {"here": name, "key": hello["key"]})
            self.people[name] = (self.wfile, hello["key"])
        try:
            for line in self.rfile:
                message = json.loads(line)
                with self.lock:
                    if message["to"] in self.people:
                        self.post(self.people[message["to"]][0], {"from": name, **message})
        except (OSError, ValueError): pass
        with self.lock:
            del self.people[name]
            for other, _ in self.people.values(): self.post(other, {"gone": name})


class Client:
    def __init__(self, name, port):
        self.name, self.keys, self.lock = name, {}, threading.Lock()
        self.secret = secrets.randbits(512)
        self.link = socket.create_connection(("127.0.0.1", port))
        self.send({"name": name, "key": hex(pow(2, self.secret, PRIME))})

    def send(self, what):
        self.link.sendall((json.dumps(what) + "\n").encode())

    def meet(self, name, public):
        shared = pow(int(public, 16), self.secret, PRIME)
        with self.lock: self.keys[name] = hashlib.sha256(shared.to_bytes(256, "big")).digest()

    def say(self, kind, whom, text):
        with self.lock: boxes = [(n, seal(self.keys[n], text)) for n in whom if n in self.keys]
        for name, box in boxes: self.send({"to": name, "kind": kind, "box": box})

    def listen(self):
        try:
            for line in self.link.makefile(): self.show(json.loads(line))
        except (OSError, ValueError): pass
        print("the server is gone", flush=True)
        os._exit(0)

    def show(self, it):
        if "room" in it:
            for name, key in it["people"].items(): self.meet(name, key)
            print(f"welcome {self.name} to {it['room']}", flush=True)
        elif "here" in it:
            self.meet(it["here"], it["key"])
            print(f"* {it['here']} is here", flush=True)
        elif "gone" in it:
            with self.lock: self.keys.pop(it["gone"], None)
            print(f"* {it['gone']} has left", flush=True)
        else:
            text = unseal(self.keys[it["from"]], it["box"])
            print(f"{it['from']}{' to you' if it['kind'] == 'msg' else ''}: {text}", flush=True)


if sys.argv[1] == "serve":
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Server)
    print("serving", sys.argv[2], "at", server.server_address[1], flush=True)
    server.serve_forever()
client = Client(sys.argv[2], int(sys.argv[3]))
threading.Thread(target=client.listen, daemon=True).start()
for line in sys.stdin:
    line = line.rstrip("\n")
    if line == "/quit": break
    if line.startswith("/msg "):
        _, to, text = line.split(" ", 2)
        client.say("msg", [to], text)
    else:
        client.say("say", list(client.keys), line)
