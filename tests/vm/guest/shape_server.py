#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""shape_server.py PORT ADDRESS: an RTSP server that answers SETUP of /N with answer number N of shape_table.py, and then
plays G.711 in RTP, to the ports that it was asked for or interleaved."""

import re
import socket
import struct
import sys
import threading
import time

from shape_table import ANSWERS

PORT, ADDRESS = int(sys.argv[1]), sys.argv[2]
SDP = ("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
       "m=audio 0 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=control:track1\r\n").encode()
playing = {}  # of each connection: what sends a packet


def send_media():
    sequence, due = 0, time.monotonic()
    while True:
        packet = struct.pack("!BBHI4s", 0x80, 0, sequence, sequence * 160, b"rtsp") + b"\xff" * 160
        for connection, send in list(playing.items()):
            try:
                send(packet)
            except OSError:
                playing.pop(connection, None)
        sequence = (sequence + 1) & 0xFFFF
        due += 0.02
        time.sleep(max(0, due - time.monotonic()))


def media_sockets():
    """An even port and the next."""
    while True:
        first = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        first.bind((ADDRESS, 0))
        port = first.getsockname()[1]
        second = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            if port % 2 == 0:
                second.bind((ADDRESS, port + 1))
                return first, second
        except OSError:
            pass
        first.close()
        second.close()


class Connection:
    """A control connection, in a thread of its own."""

    def __init__(self, sock, peer):
        self.sock, self.peer = sock, peer
        self.media, self.send = (), None

    def serve(self):
        text = b""
        try:
            while data := self.sock.recv(65536):
                text += data
                while text:
                    if text[:1] == b"$":
                        end = 4 + int.from_bytes(text[2:4], "big")
                        if len(text) < max(4, end):
                            break
                        text = text[end:]
                        continue
                    head, end, rest = text.partition(b"\r\n\r\n")
                    if not end:
                        break
                    start, *lines = head.decode("latin-1").split("\r\n")
                    fields = {name.strip().lower(): value.strip()
                              for name, _, value in (line.partition(":") for line in lines)}
                    text = rest[int(fields.get("content-length", 0)):]
                    self.answer(*start.split()[:2], fields)
        except OSError:
            pass
        playing.pop(self, None)
        for sock in (self.sock, *self.media):
            sock.close()

    def answer(self, method, url, fields):
        shape = ANSWERS[int(re.search(r":\d+/(\d+)", url)[1])]
        body, more = b"", ["Session: 12345678"]
        if method == "DESCRIBE":
            body, more = SDP, ["Content-Type: application/sdp", f"Content-Base: {url}/", f"Content-Length: {len(SDP)}"]
        elif method == "OPTIONS":
            more = ["Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN"]
        elif method == "SETUP":
            more += self.set_up(shape, fields.get("transport", ""))
        lines = ["RTSP/1.0 200 OK", f"CSeq: {fields.get('cseq')}", *more, ""]
        self.sock.sendall("".join(line + "\r\n" for line in lines).encode("latin-1") + body)
        if method == "PLAY" and shape.media:
            playing[self] = self.send
        elif method == "TEARDOWN":
            playing.pop(self, None)

    def set_up(self, shape, wanted):
        found = re.search(r"client_port=(\d+)", wanted)
        port = int(found[1]) if found else 9
        self.media = media_sockets()
        own = self.media[0].getsockname()[1]
        print(shape.name, wanted, sep="\t", flush=True)
        if shape.line and "interleaved" in shape.line and not found:
            self.send = lambda packet: self.sock.sendall(b"$\0" + struct.pack("!H", len(packet)) + packet)
        else:
            self.send = lambda packet: self.media[0].sendto(packet, (self.peer, port))
        if shape.line is None:
            return []
        line = shape.line.format(a=port, b=port + 1, s=own, t=own + 1, client=self.peer, own=ADDRESS)
        return ["Transport:" + line[1:] if line.startswith("\b") else "Transport: " + line]


def main():
    listener = socket.create_server((ADDRESS, PORT), backlog=200)
    threading.Thread(target=send_media, daemon=True).start()
    print("listening", flush=True)
    while True:
        sock, peer = listener.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=Connection(sock, peer[0]).serve, daemon=True).start()


main()
