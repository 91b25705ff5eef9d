"""Its server ends with a private message: it looks up the wrong name."""
import os, socket, socketserver, sys, threading


class Server(socketserver.StreamRequestHandler):
    people, lock = {}, threading.Lock()

    def post(self, whom, text):
        try: whom.write((text + "\n").encode())
        except OSError: pass

    def tell(self, text, but):
        for name, other in self.people.items():
            if name != but: self.post(other, text)

    def handle(self):
        name = self.rfile.readline().decode().strip()
        with self.lock:
            self.post(self.wfile, f"welcome {name} to {sys.argv[2]}")
            self.tell(f"* {name} is here", name)
            self.people[name] = self.wfile
        try:
            for line in self.rfile: self.take(name, line.decode().rstrip("\n"))
        except OSError: pass
        with self.lock:
            del self.people[name]
            self.tell(f"* {name} has left", name)

    def take(self, name, text):
        with self.lock:
            if not text.startswith("/msg "): return self.tell(f"{name}: {text}", name)
            _, to, text = text.split(" ", 2)
            try: self.post(self.people["/msg " + to], f"{name} to you: {text}")
            except KeyError as error:
                print("KeyError:", error, file=sys.stderr, flush=True)
                os._exit(1)


def listen(link):
    try:
        for line in link.makefile(): print(line, end="", flush=True)
    except OSError: pass
    print("the server is gone", flush=True)
    os._exit(0)


if sys.argv[1] == "serve":
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Server)
    print("serving", sys.argv[2], "at", server.server_address[1], flush=True)
    server.serve_forever()
link = socket.create_connection(("127.0.0.1", int(sys.argv[3])))
link.sendall(f"{sys.argv[2]}\n".encode())
threading.Thread(target=listen, args=[link], daemon=True).start()
for line in sys.stdin:
    if line == "/quit\n": break
    link.sendall(line.encode())
