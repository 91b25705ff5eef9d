"""The five messages, as a teacher's script would play them: with pexpect, tuned."""
import os
import sys
import time

import pexpect

relay_program, client_program, directory, rounds = sys.argv[1:5]
NAMES = ["alice", "bob", "carol"]


def start(program, *arguments):
    child = pexpect.spawn(program, list(arguments), echo=False, encoding="utf-8", timeout=10)
    # By default it waits 50 ms before everything that it types, and 100 ms before it closes.
    child.delaybeforesend = None
    child.delayafterclose = 0
    child.delayafterterminate = 0
    return child


def play():
    relay = start(relay_program, "--log", os.path.join(directory, "relay.log"))
    relay.expect(r"listening on \S+:(\d+)")
    port = relay.match.group(1)
    clients = []
    for name in NAMES:
        client = start(
            client_program, "--port", port, "--name", name,
            "--downloads", os.path.join(directory, name),
        )
        client.expect("ready ")
        for other in clients:
            other.expect("joined " + name)
        clients.append(client)
    for number in range(5):
        text = "message number %d" % number
        sender = number % len(clients)
        clients[sender].sendline(text)
        for place, client in enumerate(clients):
            if place != sender:
                client.expect_exact(text)
    for client in clients:
        client.sendline("/quit")
        client.expect(pexpect.EOF)
        client.close(force=True)
    relay.close(force=True)


for _ in range(int(rounds)):
    began = time.monotonic()
    play()
    print("%d" % ((time.monotonic() - began) * 1e9), flush=True)
