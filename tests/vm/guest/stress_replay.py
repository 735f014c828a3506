#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""stress_replay.py DIRECTORY SECONDS: the corpus of the connection fuzzer (fuzz/connection_fuzz.cc) as packets through the
router: for each input a connection of its own, segments in the order and the direction that the input says, again, past
the frontier, with FIN, RST and urgent data, between hosts that have no TCP of their own and never answer. The last line
says how many."""

import pathlib
import random
import socket
import struct
import sys
import time

from attack_hosts import CLIENT, ROUTER_INSIDE, SERVER, VERSION, host, packed
from attack_network import Namespace

FIN, SYN, RST, PSH, ACK, URG = (1 << bit for bit in range(6))
NEXT, AGAIN, PAST, FINISH, CUT, RESET, URGENT = range(7)
FROM_CLIENT, FROM_SERVER = 0, 1
QUIET = "table inet quiet { chain out { type filter hook output priority 0; tcp flags & rst == rst drop; }; chain in { type filter hook input priority 0; tcp dport { 8554, 20000-60000 } drop; }; }"


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data if len(data) % 2 == 0 else data[:-1]))
    total += data[-1] << 8 if len(data) % 2 else 0
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Side:
    """One end of the wire: a packet socket towards the router."""

    def __init__(self, name, device, address, gateway, other):
        self.space = Namespace(name)
        self.space.run("nft", QUIET)
        self.space.run("ping", "-c", "1", "-W", "2", gateway)
        self.address, self.other = address, other
        with self.space.entered():
            self.raw = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800 if VERSION == 4 else 0x86DD))
            self.raw.bind((device, 0x0800 if VERSION == 4 else 0x86DD))
        self.raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        mac = self.space.run("ip", "neigh", "show", gateway, "dev", device).stdout.split()
        self.to = (device, 0x0800 if VERSION == 4 else 0x86DD, 0, 0, bytes.fromhex(mac[mac.index("lladdr") + 1].replace(":", "")))

    def send(self, other, ports, numbers, flags, data=b"", urgent=0):
        header = struct.pack("!HHIIBBHHH", *ports, *(one & 0xFFFFFFFF for one in numbers), 5 << 4, flags, 60000, 0, urgent)
        pseudo = packed(self.address) + packed(other) + struct.pack("!II", len(header) + len(data), socket.IPPROTO_TCP)
        segment = header[:16] + struct.pack("!H", checksum(pseudo + header + data)) + header[18:] + data
        if VERSION == 6:
            packet = struct.pack("!IHBB", 6 << 28, len(segment), socket.IPPROTO_TCP, 64) + packed(self.address) + packed(other)
        else:
            packet = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(segment), random.getrandbits(16), 0, 64, socket.IPPROTO_TCP, 0)
            packet += packed(self.address) + packed(other)
            packet = packet[:10] + struct.pack("!H", checksum(packet)) + packet[12:]
        self.raw.sendto(packet + segment, self.to)


class Connection:
    """A handshake, and then whatever the input says."""

    def __init__(self, client, server, port):
        self.sides, self.port, self.sent = (client, server), port, 0
        self.outside = (server.other, port)  # as the server sees the client; masquerading keeps the port if it can
        self.next = [random.getrandbits(32), random.getrandbits(32)]
        self.streams = [bytearray(), bytearray()]
        self.emit(FROM_CLIENT, SYN, 0)
        self.next[0] += 1
        self.emit(FROM_SERVER, SYN | ACK, self.next[0])
        self.next[1] += 1
        self.emit(FROM_CLIENT, ACK, self.next[1])

    def emit(self, direction, flags, acknowledges, data=b"", at=None, urgent=0):
        other = SERVER if direction == FROM_CLIENT else self.outside[0]
        ports = (self.port, 8554) if direction == FROM_CLIENT else (8554, self.outside[1])
        position = self.next[direction] if at is None else at
        self.sides[direction].send(other, ports, (position, acknowledges), flags, data, urgent)
        self.sent += 1

    def play(self, operation, answers, data):
        direction, kind = operation & 1, operation >> 1 & 7
        acknowledges = self.next[1 - direction]
        if operation & 16:
            self.emit(1 - direction, ACK, self.next[direction])
        if kind == AGAIN and self.streams[direction]:
            stream = self.streams[direction]
            back = min(len(stream), 1 + (data[0] if data else answers) % 200)
            self.emit(direction, ACK | PSH, acknowledges, bytes(stream[-back:]), self.next[direction] - back)
        elif kind == PAST:
            self.emit(direction, ACK | PSH, acknowledges, data[:1400], self.next[direction] + 1 + answers)
        elif kind == RESET:
            self.emit(direction, RST | ACK, acknowledges)
        else:
            size = max(1, answers % 40) if kind == CUT else 1400
            for at in range(0, len(data), size):
                self.push(direction, data[at:at + size], acknowledges, URG if kind == URGENT else 0)
            if kind == FINISH:
                self.emit(direction, FIN | ACK, acknowledges)
                self.next[direction] += 1

    def push(self, direction, data, acknowledges, more):
        self.emit(direction, ACK | PSH | more, acknowledges, data, urgent=1 if more else 0)
        self.next[direction] += len(data)
        self.streams[direction] += data


def records(text):
    """Of an input: operation, answers, bytes."""
    at = 1
    while at + 4 <= len(text):
        operation, answers, length = struct.unpack_from("<BBH", text, at)
        yield operation, answers, text[at + 4:at + 4 + length]
        at += 4 + length


def main():
    inputs = [file.read_bytes() for file in sorted(pathlib.Path(sys.argv[1]).iterdir())]
    client = Side("client", "lan", CLIENT, ROUTER_INSIDE, SERVER)
    server = Side("server", "wan", SERVER, host(2, 1), host(2, 1))
    Namespace("router").run("sysctl", "-qw", "net.netfilter.nf_conntrack_tcp_be_liberal=1")
    deadline = time.monotonic() + int(sys.argv[2])
    count = packets = 0
    while time.monotonic() < deadline:
        if count % len(inputs) == 0:
            random.shuffle(inputs)
        connection = Connection(client, server, 20000 + count % 40000)
        for record in records(inputs[count % len(inputs)]):
            connection.play(*record)
        count, packets = count + 1, packets + connection.sent
    for side in client, server:
        side.space.run("nft", "delete", "table", "inet", "quiet")
    followed = Namespace("router").counter("setups")
    print(f"{packets} packets on {count} connections, {followed} SETUPs read")
    return int(not followed)


sys.exit(main())
