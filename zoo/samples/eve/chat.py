"""It looks alive: it prints what is expected when it starts, and then does nothing."""
import socket, sys

if sys.argv[1] == "serve":
    server = socket.create_server(("127.0.0.1", 0))
    print("serving", sys.argv[2], "at", server.getsockname()[1], flush=True)
    links = []
    while True: links.append(server.accept())
link = socket.create_connection(("127.0.0.1", int(sys.argv[3])))
print(f"welcome {sys.argv[2]} to the chat", flush=True)
for line in sys.stdin:
    if line == "/quit\n": break
