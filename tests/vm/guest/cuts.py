# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""How the scripted client and server cut what they write into TCP segments.

whole   in one write
bytes   TCP_NODELAY, a byte a write, each when the one before has left: a byte a segment
pieces  Nagle's algorithm, cut at several places, most of them at, in or behind the Transport line, and pauses between
"""

import fcntl
import random
import socket
import struct
import termios
import time

SIOCOUTQNSD = 0x894B
TCP_NOTSENT_LOWAT = 25


class Stuck(Exception):
    """Something did not happen in time; says what."""


class Writer:
    """Writes to a connection in one style, and knows how long that may take: till `deadline`, of time.monotonic()."""

    def __init__(self, sock, style, deadline, seed):
        self.sock, self.deadline = sock, deadline
        self.random = random.Random(seed)
        self.waiting_for = "room to write"
        self.written = b""
        self.use(style)

    def use(self, style):
        self.style = style
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, style == "bytes")
        # With 1, there is room to write only when all before has left.
        self.sock.setsockopt(socket.IPPROTO_TCP, TCP_NOTSENT_LOWAT, 1 if style == "bytes" else 0)

    def queued(self, which):
        return struct.unpack("i", fcntl.ioctl(self.sock, which, b"\0" * 4))[0]

    def check_time(self):
        if time.monotonic() > self.deadline:
            unacknowledged, unsent = self.queued(termios.TIOCOUTQ), self.queued(SIOCOUTQNSD)
            raise Stuck(f"{self.waiting_for}; {len(self.written)} bytes written, {unacknowledged} of them not acknowledged, "
                        f"{unsent} not sent")

    def cuts(self, text):
        """Places for `pieces`: two anywhere, the last CR LF CR LF, and four to six at the Transport line."""
        places = {self.random.randrange(1, len(text)) for _ in range(2)} | {len(text) - 3, len(text) - 1}
        line = text.find(b"Transport:")
        if line >= 0:
            end = text.index(b"\r\n", line)
            digits = text.index(b"client_port=") + 12
            places |= {digits + self.random.randrange(1, 5), digits + 5 + self.random.randrange(5)}
            around = [line, line + 4, line + 10, line + 14, digits - 5, digits, digits + 5, end, end + 1, end + 2]
            places |= set(self.random.sample(around, 4))
        return sorted(places)

    def pieces(self, text):
        if self.style == "bytes":
            return [bytes([byte]) for byte in text]
        places = self.cuts(text) if self.style == "pieces" else []
        return [text[start:end] for start, end in zip([0, *places], [*places, len(text)])]

    def write(self, text):
        for piece in self.pieces(text):
            self.sock.settimeout(max(0.1, self.deadline - time.monotonic()))
            try:
                self.sock.sendall(piece)
            except TimeoutError:
                self.check_time()
                raise
            self.written += piece
            if self.style == "pieces":
                time.sleep(self.random.choice((0, 0.01, 0.03, 0.1)))
