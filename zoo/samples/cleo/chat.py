"""The way to the server is encrypted, and the server reads everything."""
import hashlib, os, secrets, socket, socketserver, sys, threading

PRIME = 2**521 - 1


def key_of(public, secret):
    return hashlib.sha256(pow(int(public, 16), secret, PRIME).to_bytes(66, "big")).digest()


def crypt(key, nonce, data):
    blocks = (hashlib.sha256(key + nonce + n.to_bytes(8, "big")).digest() for n in range(len(data) // 32 + 1))
    return bytes(a ^ b for a, b in zip(data, b"".join(blocks)))


def seal(key, text):
    nonce = secrets.token_bytes(16)
    return nonce.hex() + crypt(key, nonce, text.encode()).hex()


def unseal(key, line):
    data = bytes.fromhex(line)
    return crypt(key, data[:16], data[16:]).decode()


class Server(socketserver.StreamRequestHandler):
    people, lock = {}, threading.Lock()

    def post(self, whom, text):
        try: whom[0].write((seal(whom[1], text) + "\n").encode())
        except OSError: pass

    def tell(self, text, but):
        for name, other in self.people.items():
            if name != but: self.post(other, text)

    def handle(self):
        secret = secrets.randbits(512)
        self.wfile.write((hex(pow(3, secret, PRIME)) + "\n").encode())
        key = key_of(self.rfile.readline().decode(), secret)
        name = unseal(key, self.rfile.readline().decode())
        me = (self.wfile, key)
        with self.lock:
            self.post(me, f"welcome {name} to {sys.argv[2]}")
            self.tell(f"* {name} is here", name)
            self.people[name] = me
        try:
            for line in self.rfile: self.take(name, unseal(key, line.decode()))
        except (OSError, ValueError): pass
        with self.lock:
            del self.people[name]
            self.tell(f"* {name} has left", name)

    def take(self, name, text):
        with self.lock:
            if not text.startswith("/msg "): return self.tell(f"{name}: {text}", name)
            _, to, text = text.split(" ", 2)
            if to in self.people: self.post(self.people[to], f"{name} to you: {text}")


def listen(lines, key):
    try:
        for line in lines: print(unseal(key, line), flush=True)
    except (OSError, ValueError): pass
    print("the server is gone", flush=True)
    os._exit(0)


if sys.argv[1] == "serve":
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Server)
    print("serving", sys.argv[2], "at", server.server_address[1], flush=True)
    server.serve_forever()
link = socket.create_connection(("127.0.0.1", int(sys.argv[3])))
lines, secret = link.makefile(), secrets.randbits(512)
key = key_of(lines.readline(), secret)
link.sendall((hex(pow(3, secret, PRIME)) + "\n" + seal(key, sys.argv[2]) + "\n").encode())
threading.Thread(target=listen, args=[lines, key], daemon=True).start()
for line in sys.stdin:
    if line == "/quit\n": break
    link.sendall((seal(key, line.rstrip("\n")) + "\n").encode())
