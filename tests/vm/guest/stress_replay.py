# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""stress_replay.py DIRECTORY SECONDS: the corpus of the connection fuzzer (fuzz/connection_fuzz.cc) as packets through the
router: for each input a connection of its own, segments in the order and the direction that the input says, again, past
the frontier, with FIN, RST and urgent data. The last line says how many."""

import pathlib
import random
import struct
import sys
import time

from attack_network import Namespace
from attack_packets import ACK, FIN, PSH, RST, URG, Wire

NEXT, AGAIN, PAST, FINISH, CUT, RESET, URGENT = range(7)
LARGEST = 1400  # bytes of a segment


def play(connection, operation, answers, data):
    """One record of an input."""
    direction, kind = operation & 1, operation >> 1 & 7
    stream, here = connection.streams[direction], connection.next[direction]
    if operation & 16:
        connection.emit(1 - direction, ACK)
    if kind == AGAIN and stream:
        back = min(len(stream), LARGEST, 1 + (data[0] if data else answers) % 200)
        connection.emit(direction, ACK | PSH, bytes(stream[-back:]), here - back)
    elif kind == PAST:
        connection.emit(direction, ACK | PSH, data[:LARGEST], here + 1 + answers)
    elif kind == RESET:
        connection.emit(direction, RST | ACK)
    else:
        size = max(1, answers % 40) if kind == CUT else LARGEST
        for at in range(0, len(data), size):
            connection.push(direction, data[at:at + size], URG if kind == URGENT else 0)
        if kind == FINISH:
            connection.emit(direction, FIN | ACK)
            connection.next[direction] += 1


def records(text):
    """Of an input: operation, answers, bytes."""
    at = 1
    while at + 4 <= len(text):
        operation, answers, length = struct.unpack_from("<BBH", text, at)
        yield operation, answers, text[at + 4:at + 4 + length]
        at += 4 + length


def main():
    inputs = [file.read_bytes() for file in sorted(pathlib.Path(sys.argv[1]).iterdir())]
    router = Namespace("router")
    router.run("sysctl", "-qw", "net.netfilter.nf_conntrack_tcp_be_liberal=1")
    count = packets = 0
    with Wire(Namespace("client"), Namespace("server")) as wire:
        deadline = time.monotonic() + int(sys.argv[2])
        while time.monotonic() < deadline:
            if count % len(inputs) == 0:
                random.shuffle(inputs)
            connection = wire.connect()
            for record in records(inputs[count % len(inputs)]):
                play(connection, *record)
            count, packets = count + 1, packets + connection.sent
    setups = router.counter("setups")
    print(f"{packets} packets on {count} connections, {setups} SETUPs read")
    return int(not setups)


sys.exit(main())
