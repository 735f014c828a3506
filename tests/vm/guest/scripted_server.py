#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""scripted_server.py PORT DIRECTORY ADDRESS...: an RTSP server with two audio tracks that keeps what it was sent and
cuts its answers into TCP segments as the client asks it to (X-Answer, a style of cuts.py).

Prints, of each SETUP, the User-Agent, the CSeq and the Transport line as they came; all bytes of a connection go to
DIRECTORY/USER-AGENT.heard, what it answered to USER-AGENT.answered. (gst-rtsp-server loses the end of a line whose CR
it reads before the LF has come, so it cannot serve a client that writes a byte a segment, router or not.)
"""

import pathlib
import re
import secrets
import socket
import struct
import sys
import threading
import time

from cuts import Stuck, Writer

PORT, DIRECTORY = int(sys.argv[1]), pathlib.Path(sys.argv[2])
MEDIA_PORT = 6000
SDP = b"v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n" + b"".join(
    b"m=audio 0 RTP/AVP %d\r\na=control:stream=%d\r\n" % (format, track) for track, format in enumerate((8, 0))
)
playing = {}  # of each connection, by track: socket and address


def log(*words):
    print(*words, sep="\t", flush=True)


def send_media():
    """50 datagrams a second and track, to whoever plays."""
    sequence, due = 0, time.monotonic()
    while True:
        for tracks in list(playing.values()):
            for payload_type, (sock, address) in zip((8, 0), filter(None, tracks)):
                header = struct.pack("!BBHI4s", 0x80, payload_type, sequence, sequence * 160, b"rtsp")
                sock.sendto(header + bytes(160), address)
        sequence = (sequence + 1) & 0xFFFF
        due += 0.02
        time.sleep(max(0, due - time.monotonic()))


class Connection:
    """One control connection, in a thread of its own."""

    def __init__(self, sock, media):
        self.sock, self.media = sock, media
        self.writer = Writer(sock, "whole", time.monotonic() + 86400, 1)
        self.session, self.tracks = None, []

    def serve(self):
        text, name, heard = b"", None, b""
        try:
            while data := self.sock.recv(65536):
                heard, text = heard + data, text + data
                while b"\r\n\r\n" in text:
                    head, _, text = text.partition(b"\r\n\r\n")
                    start, *lines = head.decode("latin-1").split("\r\n")
                    fields = {key.lower(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
                    name = pathlib.Path(fields.get("user-agent", "unknown")).name
                    self.answer(*start.split()[:2], fields)
                    (DIRECTORY / f"{name}.answered").write_bytes(self.writer.written)
                (DIRECTORY / f"{name}.heard").write_bytes(heard)
        except (OSError, Stuck) as error:
            log("closed", name, error)
        playing.pop(self, None)
        self.sock.close()

    def answer(self, method, url, fields):
        body, more = b"", []
        if method == "DESCRIBE":
            body, more = SDP, ["Content-Type: application/sdp", f"Content-Length: {len(SDP)}"]
        elif method == "SETUP":
            more = [self.set_up(fields)]
        elif method == "PLAY":
            playing[self] = self.tracks
        elif method == "TEARDOWN":
            if stream := re.search(r"/stream=([01])$", url):
                self.tracks[int(stream[1])] = None
            else:
                playing.pop(self, None)
        if self.session:
            more.append(f"Session: {self.session}")
        lines = ["RTSP/1.0 200 OK", f"CSeq: {fields.get('cseq')}", *more, ""]
        style = fields.get("x-answer", "whole")
        if style != self.writer.style:
            self.writer.use(style)
            self.writer.random.seed(fields.get("user-agent"))
        self.writer.write("".join(line + "\r\n" for line in lines).encode() + body)

    def set_up(self, fields):
        wanted = fields.get("transport", "")
        log("SETUP", fields.get("user-agent"), fields.get("cseq"), wanted)
        self.session = self.session or secrets.token_hex(8)
        first = MEDIA_PORT + 2 * len(self.tracks)
        found = re.search(r"client_port=(\d+)", wanted)
        sock = self.media[min(len(self.tracks), 1)]
        self.tracks.append((sock, (self.sock.getpeername()[0], int(found[1]) if found else 9)))
        return f"Transport: {wanted};server_port={first}-{first + 1}"


def listen(address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    media = [socket.socket(family, socket.SOCK_DGRAM) for _ in range(2)]
    for track, sock in enumerate(media):
        sock.bind((address, MEDIA_PORT + 2 * track))
    listener = socket.create_server((address, PORT), family=family, backlog=100)
    log("listening on", address)
    while True:
        threading.Thread(target=Connection(listener.accept()[0], media).serve, daemon=True).start()


for where in sys.argv[3:]:
    threading.Thread(target=listen, args=(where,), daemon=True).start()
send_media()
