#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""bulk.py serve PORT ADDRESS: an RTSP server that answers PLAY by interleaved media as fast as TCP takes it, in frames of
1400 bytes, 256 of them for each that Blocksize asks for.
bulk.py fetch ADDRESS PORT MEGABYTES: plays that, and prints the seconds it took, from PLAY to the last byte.
"""

import socket
import sys
import time

FRAME = b"$\x00" + (1400).to_bytes(2, "big") + b"\x80\x60" + bytes(1398)
BLOCK = FRAME * 256


def requests(sock):
    """Yields the method and header fields of each request."""
    text = b""
    while data := sock.recv(65536):
        text += data
        while b"\r\n\r\n" in text:
            head, _, text = text.partition(b"\r\n\r\n")
            fields = dict(line.split(": ", 1) for line in head.decode("ascii").split("\r\n")[1:])
            yield head.split()[0].decode("ascii"), fields


def serve(port, address):
    listener = socket.create_server((address, int(port)))
    print("listening", flush=True)
    while True:
        sock, _ = listener.accept()
        for method, fields in requests(sock):
            more = ""
            if method == "SETUP":
                more = f"Transport: {fields['Transport']}\r\nSession: 1\r\n"
            sock.sendall(f"RTSP/1.0 200 OK\r\nCSeq: {fields['CSeq']}\r\n{more}\r\n".encode("ascii"))
            if method == "PLAY":
                for _ in range(int(fields["Blocksize"])):
                    sock.sendall(BLOCK)
        sock.close()


def exchange(sock, cseq, method, *lines):
    """Returns the answer, and what came behind it."""
    text = "".join(line + "\r\n" for line in (f"{method} rtsp://x/ RTSP/1.0", f"CSeq: {cseq}", *lines, ""))
    sock.sendall(text.encode("ascii"))
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += sock.recv(4096)
    return answer.partition(b"\r\n\r\n")[2]


def fetch(address, port, megabytes):
    blocks = int(megabytes) * 1000000 // len(BLOCK)
    left = blocks * len(BLOCK)
    sock = socket.create_connection((address, int(port)))
    exchange(sock, 1, "OPTIONS")
    exchange(sock, 2, "SETUP", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
    started = time.monotonic()
    left -= len(exchange(sock, 3, "PLAY", f"Blocksize: {blocks}"))
    buffer = bytearray(1 << 20)
    while left:
        count = sock.recv_into(buffer)
        if not count:
            sys.exit(f"the server hung up {left} bytes early")
        left -= count
    print(f"{time.monotonic() - started:.6f}", flush=True)
    exchange(sock, 4, "TEARDOWN", "Session: 1")


{"serve": serve, "fetch": fetch}[sys.argv[1]](*sys.argv[2:])
