"""A chat as for a first course: what one person says, all others receive. It encrypts nothing."""
import os, socket, socketserver, sys, threading

class Talk(socketserver.StreamRequestHandler):
    people, lock = [], threading.Lock()

    def tell(self, line):
        with self.lock:
            for other in self.people:
                try: other is self or other.wfile.write(line.encode())
                except OSError: pass

    def handle(self):
        name = self.rfile.readline().decode().strip()
        self.tell(f"* {name} is here\n")
        with self.lock: self.people.append(self)
        self.wfile.write(f"welcome {name} to {sys.argv[2]}\n".encode())
        try:
            for line in self.rfile:
                if line.endswith(b"\n"): self.tell(f"{name}: {line.decode()}")
        except OSError: pass
        with self.lock: self.people.remove(self)
        self.tell(f"* {name} has left\n")

def listen(server):
    try:
        for line in server.makefile(): print(line, end="", flush=True)
    except OSError: pass
    print("the server is gone", flush=True)
    os._exit(0)

if sys.argv[1] == "serve":
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk)
    print("serving", sys.argv[2], "at", server.server_address[1], flush=True)
    server.serve_forever()
server = socket.create_connection(("127.0.0.1", int(sys.argv[2])))
server.sendall(f"{sys.argv[1]}\n".encode())
threading.Thread(target=listen, args=[server], daemon=True).start()
for line in sys.stdin:
    if line == "/quit\n": break
    server.sendall(line.encode())
