# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""One program that is client, neighbour, server, stranger and reader of the router's tables at once: sockets in the
namespaces of topology.sh. What happens one after the other is written so, and nothing has to be waited for but packets.
"""

import contextlib
import ctypes
import os
import re
import select
import socket
import subprocess
import time

from attack_hosts import FAMILY, PREFIX, SERVER, STRANGER, VERSION, bracketed, short

PORT = 8554

CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)
EXPECTATION = re.compile(r"src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+)(.*)")
FLOW = re.compile(r"src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+)")


def readable(sock, seconds):
    """Not select(), which has no sockets beyond 1024."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(max(0, seconds) * 1000))


class Namespace:
    """A network namespace by its name; a socket stays in the one it was made in."""

    home = os.open("/proc/self/ns/net", os.O_RDONLY)

    def __init__(self, name):
        self.name = name
        self.file = os.open(f"/run/netns/{name}", os.O_RDONLY)

    @staticmethod
    def enter(file):
        if LIBC.setns(file, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")

    @contextlib.contextmanager
    def entered(self):
        self.enter(self.file)
        try:
            yield
        finally:
            self.enter(self.home)

    def socket(self, *kind):
        with self.entered():
            return socket.socket(FAMILY, *kind)

    def udp(self, address, port=0):
        sock = self.socket(socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address, port))
        return sock

    def run(self, *command):
        return self.feed(None, *command)

    def feed(self, text, *command):
        """As run(), with that on its standard input."""
        command = ["ip", "netns", "exec", self.name, *command]
        return subprocess.run(command, input=text, capture_output=True, text=True, check=False)

    def counter(self, name):
        """Of /proc/net/nf_conntrack_rtsp; 0 without the module."""
        with self.entered():
            try:
                with open("/proc/self/net/nf_conntrack_rtsp", encoding="ascii") as file:
                    words = dict(line.split()[:2] for line in file if len(line.split()) > 1)
            except FileNotFoundError:
                return 0
        return int(words.get(name, 0))


class Expectation:
    """What media may come: a line of /proc/net/nf_conntrack_expect, or one direction of a flow of a control connection."""

    def __init__(self, fields):
        self.source, self.destination = short(fields[0]), short(fields[1])
        self.source_port, self.port = int(fields[2]), int(fields[3])
        self.active = "INACTIVE" not in fields[4]

    def __str__(self):
        source = f"{bracketed(self.source)}:{self.source_port or '*'}"
        return f"{source} to {bracketed(self.destination)}:{self.port}" + ("" if self.active else " (inactive)")


class Connection:
    """A control connection, both ends of it."""

    slowest = 0.0  # seconds that the opening of one has taken in this case

    def __init__(self, opener, listener, address=(SERVER, PORT), patience=5):
        self.opener = opener.socket(socket.SOCK_STREAM)
        self.opener.settimeout(patience)
        started = time.monotonic()
        self.opener.connect(address)
        Connection.slowest = max(Connection.slowest, time.monotonic() - started)
        listener.settimeout(patience)
        self.peer, self.peer_sees = listener.accept()
        for sock in self.opener, self.peer:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.cseq = 0

    @staticmethod
    def carry(sender, receiver, pieces, patience):
        """Writes each piece when the one before has arrived, so that it is a segment; returns what arrives."""
        got, wanted = b"", 0
        for piece in pieces:
            sender.sendall(piece)
            wanted += len(piece)
            deadline = time.monotonic() + patience
            while len(got) < wanted and readable(receiver, deadline - time.monotonic()):
                data = receiver.recv(65536)
                if not data:
                    return got
                got += data
        return got

    def say(self, *pieces, patience=3.0):
        return self.carry(self.opener, self.peer, pieces, patience)

    def answer(self, *pieces, patience=3.0):
        return self.carry(self.peer, self.opener, pieces, patience)

    def close(self):
        for sock in self.opener, self.peer:
            sock.close()


class Network:
    """All hosts."""

    def __init__(self):
        self.client, self.neighbour, self.router, self.server = map(Namespace, ("client", "client2", "router", "server"))
        # Not for what chooses no address itself.
        lifetime = ("nodad", "preferred_lft", "0") if VERSION == 6 else ()
        self.server.run("ip", "addr", "replace", f"{STRANGER}/{PREFIX}", "dev", "wan", *lifetime)
        self.listener = self.server.socket(socket.SOCK_STREAM)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((SERVER, PORT))
        self.listener.listen(300)
        # Every datagram that gets in, whether or not somebody listens on its port.
        self.inside = {
            "client": self.client.socket(socket.SOCK_RAW, socket.IPPROTO_UDP),
            "neighbour": self.neighbour.socket(socket.SOCK_RAW, socket.IPPROTO_UDP),
        }
        self.senders = {}

    def connect(self, opener=None):
        return Connection(opener or self.client, self.listener)

    def expectations(self):
        """Also flows: they take the place of an expectation when the reply has named both ends."""
        with self.router.entered():
            try:
                with open("/proc/self/net/nf_conntrack_expect", encoding="ascii") as file:
                    lines = [line for line in file if f"l3proto = {FAMILY.value} " in line]
                    expected = [Expectation(match.groups()) for match in map(EXPECTATION.search, lines) if match]
            except FileNotFoundError:
                return []
        return expected + self.flows()

    def flows(self):
        """Media flows, each direction by itself."""
        family = "ipv4" if VERSION == 4 else "ipv6"
        listed = self.router.run("conntrack", "-L", "-f", family, "-p", "udp", "-u", "EXPECTED").stdout
        return [Expectation((*match.groups(), "")) for match in FLOW.finditer(listed)]

    def sender(self, address, port):
        key = address, port
        if key not in self.senders:
            self.senders[key] = self.server.udp(address, port)
        return self.senders[key]

    def drain(self):
        """What has got inside: host, source address, source port, destination port. A shot says itself where it comes
        from: NAT may have given it another source."""
        got = []
        for host, sock in self.inside.items():
            while readable(sock, 0):
                packet = sock.recv(65536)
                if VERSION == 4:  # with its IP header
                    packet = packet[4 * (packet[0] & 15) :]
                source, port = packet[8:].decode("latin-1").partition(" ")[::2]
                if port.isdigit():
                    got.append((host, source, int(port), int.from_bytes(packet[2:4], "big")))
        return got

    @staticmethod
    def patience():
        """Seconds until a datagram is there: on a slow machine ten times as long as it took to open a connection."""
        return min(max(0.05, 10 * Connection.slowest), 1)

    def shoot(self, sources, targets, patience=None):
        """A datagram from each source to each target (address and port); returns what got inside, when all has or so many
        seconds are over."""
        self.drain()
        got, deadline = [], time.monotonic() + (patience or self.patience())
        for source in sources:
            for target in targets:
                with contextlib.suppress(OSError):
                    self.sender(*source).sendto(f"{source[0]} {source[1]}".encode(), target)
        while len(got) < len(sources) * len(targets) and time.monotonic() < deadline:
            time.sleep(0.01)
            got += self.drain()
        return got

    def counter(self, name):
        return self.router.counter(name)

    def reset(self):
        for sock in self.senders.values():
            sock.close()
        self.senders.clear()
        Connection.slowest = 0.0
        self.router.run("conntrack", "-F")
        self.drain()
