"""Both in one file."""
import os, socket, socketserver, sys, threading

if len(sys.argv) < 3:
    sys.exit("usage: chat.py serve PORT\n       chat.py join NAME PORT")


class Relay(socketserver.StreamRequestHandler):
    people = {}

    def tell(self, text):
        for name, other in list(self.people.items()):
            if name != self.name: other.write((text + "\n").encode())

    def handle(self):
        self.name = self.rfile.readline().decode().strip()
        self.people[self.name] = self.wfile
        self.tell(f"{self.name} came in")
        self.wfile.write(b"connected\n")
        for line in self.rfile: self.tell(f"{self.name} says: {line.decode().rstrip()}")
        del self.people[self.name]
        self.tell(f"{self.name} went out")


def listen(link):
    for line in link.makefile(): print(line, end="", flush=True)
    os._exit(0)


if sys.argv[1] == "serve":
    socketserver.ThreadingTCPServer(("127.0.0.1", int(sys.argv[2])), Relay).serve_forever()
link = socket.create_connection(("127.0.0.1", int(sys.argv[3])))
link.sendall(f"{sys.argv[2]}\n".encode())
threading.Thread(target=listen, args=[link], daemon=True).start()
for line in sys.stdin: link.sendall(line.encode())
