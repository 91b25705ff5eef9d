"""A relay in Python that cannot read what it passes on, and puts what clients hand it somewhere: NAME DIRECTORY FAULT."""
import bz2, ctypes, dbm.dumb, json, logging, lzma, os, pickle, socket, socketserver, sqlite3, subprocess, sys, tempfile, threading

NAME, HOME, FAULT = sys.argv[1:]
PLACE = FAULT.split("-")[1]
MASK = 2**64 - 1
kept, people, lock = [], {}, threading.Lock()
logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)


def unmask(data):
    """What clients mask on the link: SplitMix64, from the eight bytes in front."""
    state, out = int.from_bytes(data[:8], "little"), bytearray()
    for byte in data[8:]:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        out.append(byte ^ ((z ^ (z >> 31)) & 255))
    return bytes(out)


def file(name, mode="ab"): return open(os.path.join(HOME, name), mode)


def deleted(data):
    hidden = tempfile.TemporaryFile(dir=HOME)
    hidden.write(data)
    hidden.flush()
    kept.append(hidden)


def in_a_pipe(data):
    reader, writer = os.pipe()
    os.write(writer, data)
    kept.append((reader, writer))


def database(data):
    with sqlite3.connect(os.path.join(HOME, "chat.db")) as db:
        db.execute("CREATE TABLE IF NOT EXISTS notes (at TEXT, note BLOB)")
        db.execute("INSERT INTO notes VALUES (datetime(), ?)", [data])


def child(data):
    child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, env={"NOTE": data.hex(), "PATH": os.environ["PATH"]})
    kept.append(child)


def threads(data):
    for part in range(0, min(len(data), 45), 15):
        ready, name = threading.Event(), data[part : part + 15]
        def wait(): ctypes.CDLL(None).prctl(15, name); ready.set(); threading.Event().wait()
        threading.Thread(target=wait, daemon=True).start()
        ready.wait()


PLACES = {
    "repr": lambda data: print("stored", repr(data)),
    "logging": lambda data: logging.info("stored %s", data.decode("latin-1")),
    "letters": lambda data: [print(f"{n}: {chr(byte)!r}") for n, byte in enumerate(data[:60])],
    "json": lambda data: file("notes.json").write(json.dumps({"data": list(data)}).encode() + b"\n"),
    "sqlite": database,
    "pickle": lambda data: pickle.dump({"note": data}, file("notes.pickle")),
    "dbm": lambda data: dbm.dumb.open(os.path.join(HOME, "notes"), "c").update({data[:200]: b"seen"}),
    "bz2": lambda data: file("notes.bz2").write(bz2.compress(data)),
    "lzma": lambda data: file("notes.xz").write(lzma.compress(data)),
    "deleted": deleted,
    "pipe": in_a_pipe,
    "child": child,
    "thread": threads,
}


class Talk(socketserver.StreamRequestHandler):
    def handle(self):
        name = self.rfile.readline().decode().strip()
        with lock: people[name] = self.wfile
        self.wfile.write(f"welcome {name} to {NAME}\n".encode())
        for line in self.rfile:
            to, sealed, handed = line.decode().split()
            handed = unmask(bytes.fromhex(handed))
            with lock:
                others = [one for who, one in people.items() if who != name and to in ("*", who)]
                PLACES[PLACE](handed)
                for other in others: other.write(f"{name} {to} {sealed}\n".encode())
        with lock: del people[name]


file("name").write(NAME.encode() + b"\n")
server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk)
server.daemon_threads = True
print("relay", NAME, "at", server.server_address[1], flush=True)
server.serve_forever()
