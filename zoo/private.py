"""A chat in which every text is for one person alone: NAME TEXT. It encrypts nothing."""
import os, socket, socketserver, sys, threading

class Talk(socketserver.StreamRequestHandler):
    people, lock = {}, threading.Lock()

    def say(self, line):
        try: self.wfile.write(line.encode())
        except OSError: pass

    def handle(self):
        name = self.rfile.readline().decode().strip()
        with self.lock: is_new = self.people.setdefault(name, self) is self
        if not is_new: return self.say(f"! {name} is here already\n")
        self.say(f"welcome {name} to {sys.argv[2]}\n")
        try:
            for line in self.rfile:
                if line.endswith(b"\n"): self.send(name, *line.decode().split(" ", 1))
        except OSError: pass
        with self.lock: del self.people[name]

    def send(self, name, to, text="\n"):
        with self.lock:
            if to in self.people:
                self.people[to].say(f"<{name}> {text}")
                self.say(f"sent to {to}\n")
            else: self.say(f"! {to.strip()} is not here\n")

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
