#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""stress_sessions.py COUNT SECONDS: that many connections with RTSP sessions come, play, are torn down, cut, reset and
left, while somebody does something to the router; nothing that goes wrong is a fault. With 0 seconds: one honest session,
which has to play. The last line says what happened."""

import collections
import random
import socket
import struct
import sys
import time

import attack_case
from attack_case import MEDIA, agreed, head, ok, ports_in, setup
from attack_hosts import ROUTER, SERVER, URL, bracketed
from attack_network import Connection, Network

HASTE = 0.3  # What has not come by then does not come.
COUNTS = collections.Counter()


class Session:
    """One control connection, and what has been agreed on it."""

    def __init__(self, net):
        self.net, self.cseq, self.streams = net, 0, []
        self.connection = Connection(random.choice((net.client, net.neighbour)), net.listener, patience=1)

    def ask(self, text):
        return self.connection.say(text, patience=HASTE)

    def reply(self, text):
        self.connection.answer(text, patience=HASTE)

    def next(self):
        self.cseq += 1
        return self.cseq

    def setup(self):
        number, first = self.next(), random.randrange(6000, 6400, 2)
        told = ports_in(self.ask(setup(number, (first, first + 1), url=f"{URL}/a/{number}"))) or (first, first + 1)
        more = random.choice((f";server_port={MEDIA}-{MEDIA + 1}", ""))
        self.reply(ok(number, agreed(told, more), "Session: 1"))
        self.streams.append(told[0])
        COUNTS["setups"] += 1

    def in_pieces(self):
        number, first = self.next(), random.randrange(6000, 6400, 2)
        text = setup(number, (first, first + 1), url=f"{URL}/a/{number}")
        cut = random.randrange(1, len(text))
        self.connection.say(text[:cut], text[cut:], patience=HASTE)
        COUNTS["setups"] += 1

    def refused(self):
        number, first = self.next(), random.randrange(6000, 6400, 2)
        self.ask(setup(number, (first, first + 1)))
        self.reply(ok(number, status="461 Unsupported Transport"))

    def redirected(self):
        number = self.next()
        self.ask(head(f"DESCRIBE {URL}/a RTSP/1.0", f"CSeq: {number}"))
        there = f"Location: rtsp://{bracketed(SERVER)}:{random.randrange(8600, 8700)}/b"
        self.reply(head("RTSP/1.0 302 Found", f"CSeq: {number}", there))

    def teardown(self):
        number = self.next()
        self.ask(head(f"TEARDOWN {URL}/a RTSP/1.0", f"CSeq: {number}", "Session: 1"))
        self.reply(ok(number))
        self.streams.clear()

    def media(self):
        for port in random.sample(self.streams, min(2, len(self.streams))):
            targets = [(ROUTER, port), (ROUTER, port + 1)]
            source = (SERVER, random.choice((MEDIA, MEDIA + 1, 7777)))
            for target in targets:
                self.net.sender(*source).sendto(f"{source[0]} {source[1]}".encode(), target)
            COUNTS["media sent"] += len(targets)
        COUNTS["media arrived"] += len(self.net.drain())

    def step(self):
        deeds = (self.setup, self.setup, self.setup, self.in_pieces, self.media, self.media, self.media, self.refused,
                 self.redirected, self.teardown)
        random.choice(deeds)()

    def close(self):
        """By FIN of either side, or RST."""
        for sock in random.sample((self.connection.opener, self.connection.peer), 2):
            if random.random() < 0.3:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sock.close()


def run(net, count, seconds):
    sessions, deadline = [], time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if len(sessions) < count:
                sessions.append(Session(net))
                COUNTS["connections"] += 1
                sessions[-1].setup()
            else:
                session = random.choice(sessions)
                session.step()
                if random.random() < 0.05:
                    sessions.remove(session)
                    session.close()
        except OSError as error:
            COUNTS[type(error).__name__] += 1
            if sessions and random.random() < 0.3:
                sessions.pop(random.randrange(len(sessions))).close()


def plays(net):
    """One honest session; what the case before has left is forgotten first."""
    net.reset()
    case = attack_case.Case(net, True)
    case.patience = 5  # A kernel with KASAN on a busy machine is slow.
    case.agree(case.connect(), case.ports())
    case.close()
    return case.faults


def main():
    count, seconds = map(int, sys.argv[1:])
    net = Network()
    if seconds:
        run(net, count, seconds)
        print(", ".join(f"{what} {number}" for what, number in sorted(COUNTS.items())))
        return 0
    faults = plays(net)
    print("; ".join(faults) or "plays")
    return bool(faults)


sys.exit(main())
