"""An independent client of docs/protocol.md, written from that page: NAME PORT RELAY-NAME DOWNLOADS.

It makes new keys each time, trusts the relay's key and a name's first key, and prints the lines of docs/client-lines.md.
"""
import base64, hashlib, json, os, re, secrets, socket, struct, sys, threading, time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SUITE, BLOCK, CHUNK, WINDOW, HOUR, WEEK = "rsa3072-oaep-pss-aes256gcm", 384, 64 * 1024, 8, 3600, 604_800
SHA = hashes.SHA256()
PSS = padding.PSS(mgf=padding.MGF1(SHA), salt_length=32)


def to_text(data): return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
def to_bytes(text): return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
def to_json(value): return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
def number(value): return struct.pack("<Q", value)
def pae(*parts): return number(len(parts)) + b"".join(number(len(part)) + part for part in parts)
def derive(secret, info): return HKDF(SHA, 32, b"chat/2", info).derive(secret)
def spki(key): return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
def new_key(): return rsa.generate_private_key(65537, 3072)
def oaep(label): return padding.OAEP(mgf=padding.MGF1(SHA), algorithm=SHA, label=label)


def bucket(length):
    for size in (256, 512, 1024, 2048, 4096):
        if length <= size: return size
    exponent = length.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (length + mask) & ~mask


def pad(content): return content + b"\x80" + bytes(bucket(len(content) + 1) - len(content) - 1)


def unpad(padded):
    content = padded.rstrip(b"\0")
    if content[-1:] != b"\x80" or pad(content[:-1]) != padded: raise ValueError("padding")
    return content[:-1]


def escaped(text):
    short = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return "".join(short.get(c) or (c if c.isprintable() else "\\u{%x}" % ord(c)) for c in text)


def unescaped(text):
    short = {"\\": "\\", "n": "\n", "r": "\r", "t": "\t"}
    each = lambda found: chr(int(found[2], 16)) if found[2] else short[found[1]]
    return re.sub(r"\\(?:([\\nrt])|u\{([0-9a-f]{1,6})\})", each, text)


class Peer:
    """Somebody else, with the key to seal for."""

    def __init__(self, said):
        self.name, self.number = said["name"], 0
        self.identity = serialization.load_der_public_key(to_bytes(said["key"]))
        self.fingerprint = hashlib.sha256(to_bytes(said["key"])).digest()
        self.renew(said["certificate"])
        # For everything that was written to this person: the number in each conversation, and the digest of the latest.
        self.threads = {"all": (0, bytes(32)), "private": (0, bytes(32))}

    def renew(self, certificate):
        if certificate["number"] <= self.number: return
        key, dates = to_bytes(certificate["key"]), (number(certificate["not_before"]), number(certificate["not_after"]))
        numbered = number(certificate["number"]), key, *dates
        statement = pae(b"chat/2 encryption key", self.name.encode(), self.fingerprint, *numbered)
        self.identity.verify(to_bytes(certificate["signature"]), statement, PSS, SHA)
        self.number, self.key = certificate["number"], serialization.load_der_public_key(key)
        self.session, self.counter = None, 0

    def placed(self, content, conversation):
        seq, prev = self.threads[conversation]
        place = {"id": to_text(secrets.token_bytes(16)), "seq": seq + 1, "prev": to_text(prev)}
        data = to_json({"t": content["t"], "place": place, **content})
        self.threads[conversation] = seq + 1, hashlib.sha256(data).digest()
        return data


class File:
    """The chunks of one file: sealed or opened with a key of its own."""

    def __init__(self, offer):
        self.offer, self.size, self.id = offer, offer["size"], to_bytes(offer["file"])
        self.cipher = AESGCM(derive(to_bytes(offer["key"]), pae(b"chat/2 file", self.id, number(self.size))))
        self.padded, self.next, self.until, self.content = bucket(self.size), 0, 0, b""
        self.accepted = False
        names = offer["name"].encode(), number(self.size), to_bytes(offer["sha256"]), to_bytes(offer["key"])
        self.digest = to_text(hashlib.sha256(pae(b"chat/2 file offer", self.id, *names)).digest())
        self.chunks = -(-self.padded // CHUNK)

    def nonce(self): return bytes(7) + struct.pack(">IB", self.next, self.next + 1 == self.chunks)

    def seal(self):
        content = self.content[self.next * CHUNK :][:CHUNK]
        length = min(CHUNK, self.padded - self.next * CHUNK)
        sealed = self.cipher.encrypt(self.nonce(), content + bytes(length - len(content)), None)
        self.next += 1
        return sealed

    def open(self, sealed):
        self.content += self.cipher.decrypt(self.nonce(), sealed, None)
        self.next += 1

    def whole(self):
        content, rest = self.content[: self.size], self.content[self.size :]
        if rest.strip(b"\0") or hashlib.sha256(content).digest() != to_bytes(self.offer["sha256"]):
            raise ValueError("not the file that was offered")
        return content


class Client:
    def __init__(self, name, port, relay, downloads):
        self.name, self.relay, self.downloads = name, relay, downloads
        self.identity, self.secret = new_key(), new_key()
        self.spki = spki(self.identity.public_key())
        self.fingerprint = hashlib.sha256(self.spki).digest()
        self.peers, self.keys, self.seen, self.waiting, self.files, self.ids = {}, {}, set(), {}, {}, 0
        self.link, self.lock = socket.create_connection(("127.0.0.1", port)), threading.RLock()
        self.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = self.link.makefile("rb")

    def show(self, *words): print(*words, flush=True)

    def sign(self, *parts): return self.identity.sign(pae(*parts), PSS, SHA)

    def send(self, body=b"", **header):
        text = to_json(header)
        with self.lock: self.link.sendall(struct.pack(">IH", 2 + len(text) + len(body), len(text)) + text + body)

    def receive(self):
        length = self.stream.read(4)
        if len(length) < 4: raise EOFError
        frame = self.stream.read(struct.unpack(">I", length)[0])
        end = 2 + struct.unpack(">H", frame[:2])[0]
        return json.loads(frame[2:end]), frame[end:]

    def login(self):
        nonce, now, key = secrets.token_bytes(32), int(time.time()), spki(self.secret.public_key())
        dates = now - 60, now + 24 * HOUR
        ours = self.sign(b"chat/2 encryption key", self.name.encode(), self.fingerprint, number(1), key, *map(number, dates))
        self.send(t="hello", v=2, name=self.name, key=to_text(self.spki), nonce=to_text(nonce), agent="peer.py")
        challenge, _ = self.receive()
        if challenge.get("relay") != self.relay: return self.show("refused", challenge.get("code", "another-relay"))
        relay = self.relay.encode(), to_bytes(challenge["key"]), b"", to_bytes(challenge["nonce"]), nonce  # without TLS
        verifier = ed25519.Ed25519PublicKey.from_public_bytes(relay[1])
        verifier.verify(to_bytes(challenge["signature"]), pae(b"chat/2 challenge", *relay))
        proof = self.sign(
            b"chat/2 login", *relay, self.name.encode(), self.fingerprint, number(1), key, *map(number, dates), ours)
        certificate = {"number": 1, "key": to_text(key), "not_before": dates[0], "not_after": dates[1], "signature": to_text(ours)}
        self.send(t="login", certificate=certificate, signature=to_text(proof))
        welcome, _ = self.receive()
        for _ in range(welcome.get("present", 0)):
            peer = Peer(self.receive()[0]["peer"])
            self.peers[peer.name] = peer
        self.show("ready", self.name, "with", ",".join(sorted(self.peers)) or "nobody")

    # Sealing and opening

    def binding(self, kind, one, other, key, session, expires):
        return [kind, one, other, number(key), session, number(expires)]

    def seal(self, peer, content, conversation):
        now = int(time.time())
        if peer.session is None or peer.counter == 10_000 or peer.expires < now:
            peer.session, peer.counter, peer.expires = secrets.token_bytes(16), 0, now + HOUR
            whose, secret = (self.fingerprint, peer.fingerprint, peer.number, peer.session, peer.expires), secrets.token_bytes(32)
            binding = pae(*self.binding(b"chat/2 secret", *whose))
            peer.wrap = peer.key.encrypt(secret, oaep(binding))
            peer.signature = self.sign(*self.binding(b"chat/2 key session", *whose), peer.wrap)
            peer.cipher = AESGCM(derive(secret, binding))
        header = to_json({
            "suite": SUITE, "from": to_text(self.fingerprint), "to": to_text(peer.fingerprint), "key": peer.number,
            "session": to_text(peer.session), "expires": peer.expires, "counter": peer.counter, "conversation": conversation,
        })
        sealed = peer.cipher.encrypt(peer.counter.to_bytes(12, "big"), pad(content), header)
        peer.counter += 1
        return struct.pack(">H", len(header)) + header + peer.wrap + peer.signature + sealed

    def open(self, peer, body):
        end = 2 + struct.unpack(">H", body[:2])[0]
        header, wrap, signature, sealed = body[2:end], body[end : end + BLOCK], body[end + BLOCK :][:BLOCK], body[end + 2 * BLOCK :]
        said = json.loads(header)
        session, now = to_bytes(said["session"]), int(time.time())
        whose = peer.fingerprint, self.fingerprint, said["key"], session, said["expires"]
        expected = SUITE, to_text(peer.fingerprint), to_text(self.fingerprint), 1
        if (said["suite"], said["from"], said["to"], said["key"]) != expected: raise ValueError("not for me")
        if not now - 300 <= said["expires"] <= now + HOUR + WEEK + 300: raise ValueError("too late")
        statement = pae(*self.binding(b"chat/2 key session", *whose), wrap)
        peer.identity.verify(signature, statement, PSS, SHA)
        if (whose, wrap) not in self.keys:
            binding = pae(*self.binding(b"chat/2 secret", *whose))
            self.keys[whose, wrap] = AESGCM(derive(self.secret.decrypt(wrap, oaep(binding)), binding))
        text = unpad(self.keys[whose, wrap].decrypt(said["counter"].to_bytes(12, "big"), sealed, header))
        is_new = (session, said["counter"]) not in self.seen
        self.seen.add((session, said["counter"]))
        return json.loads(text) if is_new else None, said["conversation"]

    def post(self, peers, content, conversation, done=lambda: None):
        left = set()
        with self.lock:
            for peer in peers:
                self.ids += 1
                left.add(self.ids)
                self.waiting[self.ids] = peer.name, left, done
                has_place = content["t"] in ("text", "file")
                data = peer.placed(content, conversation) if has_place else to_json(content)
                self.send(self.seal(peer, data, conversation), t="send", id=self.ids, to=peer.name)
        if not peers: done()

    # What comes from the relay

    def listen(self):
        try:
            while True:
                header, body = self.receive()
                with self.lock: getattr(self, "on_" + header.pop("t"), lambda *_, **__: None)(body, **header)
        except (OSError, EOFError): pass
        self.show("disconnected closed")
        os._exit(3)

    def on_ping(self, _, n): self.send(t="pong", n=n)

    def on_joined(self, _, peer):
        self.peers[peer["name"]] = Peer(peer)
        self.show("joined", peer["name"])

    def on_renewed(self, _, name, certificate):
        if name in self.peers: self.peers[name].renew(certificate)

    def on_left(self, _, name, reason):
        if self.peers.pop(name, None): self.show("left", name, reason)

    def on_accepted(self, _, id, refused=False):
        _, left, done = self.waiting.pop(id)
        left.discard(id)
        if not left: done()

    def on_undelivered(self, _, id, reason):
        to, left, _ = self.waiting.pop(id)
        left.discard(id)
        self.show("undelivered", to, reason)

    def on_deliver(self, body, seq, **said):
        try: content, conversation = self.open(self.peers[said["from"]], body)
        except Exception:
            self.show("rejected", said["from"], "cannot-open")
            return self.send(t="ack", seq=seq, refused=[seq])
        self.send(t="ack", seq=seq)
        if content: getattr(self, "take_" + content["t"])(said["from"], content, conversation)

    def take_text(self, who, content, conversation):
        self.show("message" if conversation == "all" else "private", who, escaped(content["text"]))
        shown = to_json({"t": "delivered", "ids": [content["place"]["id"]]})
        self.send(self.seal(self.peers[who], shown, "private"), t="receipt", to=who)

    def take_file(self, who, content, _):
        file = self.files[who, content["offer"]["file"]] = File(content["offer"])
        self.show("file-offered", who, file.size, escaped(file.offer["name"]))
        accepted = {"answer": "accepted", "offer": file.digest, "from": 0}
        said = to_json({"t": "file-answer", "file": file.offer["file"], "answer": accepted})
        self.send(self.seal(self.peers[who], said, "private"), t="receipt", to=who)
        self.allow(who, file)

    def allow(self, who, file):
        file.until = min(file.next + WINDOW, file.chunks)
        self.send(t="credit", to=who, file=file.offer["file"], until=file.until)

    def on_receipt(self, body, **said):
        try: content, _ = self.open(self.peers[said["from"]], body)
        except Exception: return self.show("rejected", said["from"], "cannot-open")
        if content and content["t"] == "file-answer": self.take_answer(said["from"], content)

    def take_answer(self, who, content):
        file, answer = self.files.get((who, content["file"])), content["answer"]
        if not file or answer["answer"] != "accepted" or answer["offer"] != file.digest: return
        file.accepted, file.next = True, answer["from"]
        self.go_on(who, file)

    def on_chunk(self, body, file, index, **said):
        who, key = said["from"], (said["from"], file)
        coming = self.files.get(key)
        if not coming: return
        coming.open(body)
        if coming.next == coming.chunks: return self.save(who, self.files.pop(key))
        if coming.until - coming.next <= WINDOW // 2: self.allow(who, coming)

    def save(self, who, file):
        os.makedirs(self.downloads, exist_ok=True)
        name = os.path.basename(file.offer["name"]).lstrip(".") or "file"
        stem, end = os.path.splitext(name)
        content, place, more = file.whole(), os.path.join(self.downloads, name), 1
        hidden = os.path.join(self.downloads, f".{file.id.hex()}")
        with open(hidden, "wb") as beside:
            beside.write(content)
            os.fsync(beside.fileno())
        while os.path.lexists(place): place, more = os.path.join(self.downloads, f"{stem} ({more}){end}"), more + 1
        os.rename(hidden, place)
        digest = hashlib.sha256(content)
        self.show("file-received", who, file.size, digest.hexdigest(), escaped(os.path.basename(place)))
        status = {"status": "saved", "sha256": to_text(digest.digest())}
        self.post([self.peers[who]], {"t": "receipt", "file": file.offer["file"], "status": status}, "private")

    def on_credit(self, _, file, until, **said):
        going = self.files.get((said["from"], file))
        if not going: return
        going.until = min(until, going.chunks)
        self.go_on(said["from"], going)

    def go_on(self, who, file):
        while file.accepted and file.next < file.until:
            self.send(file.seal(), t="chunk", to=who, file=file.offer["file"], index=file.next - 1)

    def take_receipt(self, who, content, _):
        file, status = self.files.pop((who, content["file"]), None), content["status"]
        if file and status["status"] == "saved":
            self.show("file-delivered", who, file.size, to_bytes(status["sha256"]).hex(), escaped(file.offer["name"]))

    # What is typed

    def say(self, text):
        if not text.strip(): return self.show("refused", "empty")
        peers = list(self.peers.values())
        self.post(peers, {"t": "text", "text": unescaped(text)}, "all", lambda: self.show("sent all", len(peers)))

    def tell(self, to, text=""):
        if not text.strip(): return self.show("refused", "empty")
        if to not in self.peers: return self.show("refused", "unknown-name")
        self.post([self.peers[to]], {"t": "text", "text": unescaped(text)}, "private", lambda: self.show("sent", to))

    def offer(self, to, path):
        try:
            with open(unescaped(path), "rb") as file: content = file.read()
        except OSError: return self.show("refused", "no-file")
        offer = {
            "file": to_text(secrets.token_bytes(16)), "name": os.path.basename(unescaped(path)), "size": len(content),
            "sha256": to_text(hashlib.sha256(content).digest()), "key": to_text(secrets.token_bytes(32))}
        file = self.files[to, offer["file"]] = File(offer)
        file.content = content
        self.post([self.peers[to]], {"t": "file", "offer": offer}, "private")

    def typed(self, line):
        verb, _, rest = line.partition(" ")
        with self.lock:
            if verb == "/msg": self.tell(*rest.split(" ", 1))
            elif verb == "/file": self.offer(*rest.split(" ", 1))
            else: self.say(rest if verb == "/say" else line)


client = Client(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
client.login()
threading.Thread(target=client.listen, daemon=True).start()
for line in sys.stdin:
    if line == "/quit\n": break
    client.typed(line.rstrip("\n"))
client.send(t="bye")
