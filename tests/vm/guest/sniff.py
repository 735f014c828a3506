#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""sniff.py DEVICE PORT DIRECTORY: follows the RTSP connections to PORT that pass DEVICE.

Reassembles both directions of the TCP stream, writes one JSON line for each RTSP message with its start line, CSeq and
Transport, and all bytes of a direction to DIRECTORY/FLOW.up (to the server) and FLOW.down. FLOW is the
client's initial sequence number, which NAT leaves alone: so a connection can be found again in what another sniffer
saw on the other side of the router.
"""

import ctypes
import json
import socket
import struct
import sys
import time

ETH_P_ALL = 3
SO_ATTACH_FILTER = 26
SO_RCVBUFFORCE = 33
TCP_SYN = 2
SUFFIX = {">": "up", "<": "down"}


def tcp_only(sock):
    """Lets the kernel drop what is not TCP; the media would keep us busy."""
    code = (
        (0x30, 0, 0, 0),  # ldb [0]
        (0x74, 0, 0, 4),  # rsh 4
        (0x15, 0, 2, 4),  # IPv4?
        (0x30, 0, 0, 9),  # ldb [9]
        (0x05, 0, 0, 1),  # ja
        (0x30, 0, 0, 6),  # ldb [6]
        (0x15, 0, 1, 6),  # TCP?
        (0x06, 0, 0, 0x40000),
        (0x06, 0, 0, 0),
    )
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in code))
    sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HL", len(code), ctypes.addressof(program)))


class Stream:
    """One direction: bytes in order, cut into RTSP messages."""

    def __init__(self, flow, direction, isn, port):
        self.name = {"flow": f"{flow:08x}", "dir": direction, "port": port}
        self.next = (isn + 1) & 0xFFFFFFFF
        self.waiting = {}
        self.length = 0
        self.file = open(f"{sys.argv[3]}/{flow:08x}.{SUFFIX[direction]}", "wb", buffering=0)
        self.text = b""
        self.skip = 0

    def segment(self, seq, data):
        place = self.length + (seq - self.next + 0x80000000 & 0xFFFFFFFF) - 0x80000000
        if place + len(data) > self.length and len(data) > len(self.waiting.get(place, b"")):
            self.waiting[place] = data
        for start in sorted(self.waiting):
            if start > self.length:
                break
            self.take(self.waiting.pop(start)[self.length - start :])

    def take(self, data):
        self.next = (self.next + len(data)) & 0xFFFFFFFF
        self.length += len(data)
        self.file.write(data)
        self.text += data
        while self.message():
            pass

    def message(self):
        skipped = min(self.skip, len(self.text))
        self.text, self.skip = self.text[skipped:], self.skip - skipped
        if self.text[:1] == b"$":
            if len(self.text) < 4:
                return False
            self.skip = 4 + int.from_bytes(self.text[2:4], "big")
            return True
        head, end, rest = self.text.partition(b"\r\n\r\n")
        if not end:
            return False
        self.text = rest
        lines = head.decode("latin-1").lstrip("\r\n").split("\r\n")
        fields = {name.strip().lower(): value for name, _, value in (line.partition(":") for line in lines[1:])}
        self.skip = int(fields.get("content-length", 0))
        transport = next((line for line in lines[1:] if line.lower().startswith("transport")), None)
        emit(self.name, start=lines[0], cseq=fields.get("cseq", "").strip(), transport=transport)
        return True


def emit(name, **fields):
    print(json.dumps({"time": round(time.monotonic(), 3), **name, **fields}), flush=True)


def ip_payload(packet):
    """Addresses and payload of an IP packet without extension headers."""
    if packet[0] >> 4 == 4:
        length = int.from_bytes(packet[2:4], "big")
        return packet[12:16], packet[16:20], packet[(packet[0] & 15) * 4 : length]
    return packet[8:24], packet[24:40], packet[40 : 40 + int.from_bytes(packet[4:6], "big")]


def main():
    device, port = sys.argv[1], int(sys.argv[2])
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
    tcp_only(sock)
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
    sock.bind((device, ETH_P_ALL))
    flows = {}
    emit({}, ready=device)
    while True:
        source, target, segment = ip_payload(sock.recv(1 << 18))
        sport, dport, seq, ack, offset, flags = struct.unpack_from("!HHIIBB", segment)
        if port not in (sport, dport):
            continue
        key = source, sport, target, dport
        if flags & TCP_SYN:
            out = dport == port
            isn = seq if out else (ack - 1) & 0xFFFFFFFF
            stream = Stream(isn, ">" if out else "<", seq, sport if out else dport)
            if key not in flows or flows[key].name != stream.name:
                flows[key] = stream
        elif key in flows:
            flows[key].segment(seq, segment[(offset >> 4) * 4 :])


main()
