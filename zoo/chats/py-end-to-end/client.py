"""Everybody but the relay knows the passphrase."""
import hashlib, hmac, os, socket, sys, threading

where, name, phrase = sys.argv[1:]
host, port = where.split(":")
key = hashlib.pbkdf2_hmac("sha256", phrase.encode(), b"chat", 1000)


def stream(nonce, length):
    blocks = (hmac.digest(key, nonce + bytes([number]), "sha256") for number in range(length // 32 + 1))
    return b"".join(blocks)[:length]


def turned(nonce, data): return bytes(a ^ b for a, b in zip(data, stream(nonce, len(data))))


def shown(line):
    if line.startswith("# "): return line
    name, sealed = line.split(" ")
    sealed = bytes.fromhex(sealed)
    return f"{name}: {turned(sealed[:12], sealed[12:]).decode()}"

link = socket.create_connection((host, int(port)))
link.sendall(f"{name}\n".encode())

def listen():
    for line in link.makefile("rb"): print(shown(line.decode().rstrip("\n")), flush=True)
    print("connection lost", flush=True)
    os._exit(0)


threading.Thread(target=listen, daemon=True).start()
for line in sys.stdin:
    nonce = os.urandom(12)
    link.sendall((nonce + turned(nonce, line.rstrip("\n").encode())).hex().encode() + b"\n")
