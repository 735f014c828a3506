#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Writes the hand-made seeds of fuzz/model_fuzz.cc: make_seeds.py FOLDER (corpus/model)."""
import pathlib
import struct
import sys

NEXT, CUT, AGAIN, ANY, FIN, RST, OPEN, UDP, FAULT, MODULE, TIME, FLUSH, RAW, OTHER, TAKE_OVER, KERNEL = range(16)
REPLY = 16
SECOND = 32  # Connection number 1.


def record(operation, data=b"", argument=0):
    return struct.pack("<BBH", operation, argument, len(data)) + data


def setup(cseq=1, ports=b"5000-5001", more=b""):
    return (b"SETUP rtsp://s/a RTSP/1.0\r\nCSeq: %d\r\nTransport: RTP/AVP;unicast;client_port=%s%s\r\n\r\n"
            % (cseq, ports, more))


def ok(cseq=1, ports=b"5000-5001", server=b"6000-6001"):
    return (b"RTSP/1.0 200 OK\r\nCSeq: %d\r\nSession: 1\r\n"
            b"Transport: RTP/AVP;unicast;client_port=%s;server_port=%s\r\n\r\n" % (cseq, ports, server))


def media(who=0):
    return record(UDP, bytes([255, 10]), who) + record(UDP, bytes([10, 255]), 1) + record(UDP, bytes([255, 10]), 3)


def kernel(what, value):
    return record(KERNEL, b"", what + 8 * value)


TEARDOWN = b"TEARDOWN rtsp://s/a RTSP/1.0\r\nCSeq: 9\r\nSession: 1\r\n\r\n"
SESSION = record(NEXT, setup()) + record(NEXT | REPLY, ok()) + media()

SEEDS = {
    "session": (0, SESSION + record(NEXT, TEARDOWN) + record(NEXT | REPLY, b"RTSP/1.0 200 OK\r\nCSeq: 9\r\n\r\n")),
    "taken": (4, SESSION + record(AGAIN, b"\0") + record(AGAIN | REPLY, b"\0")),
    "routed": (1, SESSION + record(FIN) + record(FIN | REPLY)),
    "ipv6": (2 + 4, SESSION + record(RST)),
    "cut": (4, record(CUT, setup(), 6) + record(AGAIN, b"\5\12") + record(CUT | REPLY, ok(), 3) + media()),
    "two": (0, SESSION + record(NEXT | SECOND, setup()) + record(NEXT | SECOND | REPLY, ok(1, b"5002-5003"))),
    "grows": (2 + 4, record(NEXT, setup(1, b"5000-5001", b";destination=fd00::2")) + record(NEXT, b"OPTIONS * RTSP/1.0\r\nCSeq: 2\r\n\r\n")
              + record(ANY | REPLY, b"\x40\0\0\0\0\xff\0\x30")),
    "unload": (0, SESSION + record(MODULE, b"", 0) + record(NEXT, setup(2)) + record(MODULE, b"", 2) + record(NEXT, TEARDOWN)
               + record(MODULE, b"", 1)),
    "late": (8, record(NEXT, setup()) + record(MODULE, b"", 64 + 4) + record(NEXT, setup(2)) + record(TIME, b"", 60)),
    "memory": (4, record(FAULT, b"\1", 16) + record(NEXT, setup()) + record(FAULT, b"\0", 16 + 1) + record(NEXT, setup(2), 1)
               + record(FAULT, b"\1", 16 + 2) + record(NEXT, setup(3), 48)),
    "shapes": (128 + 64, b"".join(record(NEXT, setup(i, b"%d-%d" % (5000 + 2 * i, 5001 + 2 * i)), i * 37 % 256) for i in range(1, 7))),
    "flags": (0, record(ANY, b"\1\0\0\0\0\x40\0\0" + setup()) + record(ANY, b"\2\0\0") + record(ANY, b"\x10\0\0\0\5\x40\0\0abc")),
    "cpus": (4, record(OTHER | REPLY, ok()) + record(NEXT, setup()) + record(FLUSH) + record(OPEN) + SESSION),
    "takeover": (0, record(NEXT, setup()) + record(NEXT | REPLY, ok(server=b"5240-5241")) + record(TAKE_OVER)
                 + record(NEXT, b"OPTIONS * RTSP/1.0\r\nCSeq: 2\r\n\r\n") + record(UDP, bytes([250, 10]))
                 + record(NEXT | REPLY, b"RTSP/1.0 200 OK\r\nCSeq: 2\r\n\r\n") + record(UDP, bytes([11, 251]), 1)
                 + record(NEXT, setup(3, b"5004-5005")) + record(NEXT | REPLY, ok(3, b"5004-5005")) + media()),
    "tables": (4, kernel(2, 2) + SESSION + record(NEXT | SECOND, setup(1, b"5002-5003")) + kernel(3, 6) + media() + kernel(2, 16)
               + record(NEXT | SECOND | REPLY, ok(1, b"5002-5003")) + kernel(3, 0) + record(TIME, b"", 60) + media()),
    "namespaces": (0, SESSION + kernel(4, 0) + kernel(5, 1) + kernel(7, 1) + kernel(6, 0) + media() + kernel(0, 1) + kernel(4, 0)
                   + record(MODULE, b"", 0)),
    "no-server-port": (4, record(NEXT, setup()) + record(NEXT | REPLY, ok(server=b"0-0")) + (media() + record(TIME, b"", 10)) * 6
                       + kernel(2, 0) + record(TIME, b"", 250) + media() + record(TIME, b"", 250) + media()),
    "raw": (0, record(RAW, bytes.fromhex("45000028000040004006000000000002c0000205") + struct.pack(">HHIIBBHHH", 40000, 554, 1, 0, 0x50, 2, 999, 0, 0), 4)),
}


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, (options, records) in SEEDS.items():
        (folder / name).write_bytes(bytes([options]) + records)


main()
