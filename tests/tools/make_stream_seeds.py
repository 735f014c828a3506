#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Writes the hand-made seeds of fuzz/stream_fuzz.cc: python3 tests/tools/make_stream_seeds.py FOLDER

The format is that of TrialOf() in tests/tcp/laws.cc.
"""
import pathlib
import sys

ANY, ONE, NEVER = range(3)
NO_SKIP, SHOWS_EMPTY, AGGREGATES, RAW = 4, 8, 16, 32
CLIENT_CLOSES, SERVER_CLOSES, RESET, SILENCE = (ending << 6 for ending in range(4))
GROWS, SHRINKS, IPV6, GROWS_MOST, ROUTED = range(5)
NO_NAGLE, RECUT, NO_SACK, AT_ONCE, TIMESTAMPS, KEEP_ALIVE, SLOW = (1 << bit for bit in range(7))
SEGMENTS = {1460: 0, 536: 1, 100: 2, 7: 3, 1: 4, 1448: 5, 300: 6, 64: 7}
C2S, S2C = 0, 1


def end(flags=0, segment=1460, sizes=0):
    return bytes([flags, SEGMENTS[segment], sizes])


def trial(flags=0, realm=GROWS, answers=0, client=end(), server=end(), pieces=b"", path=b"", said=b""):
    path += b"\0" * (len(path) % 2)
    sizes = bytes([len(pieces), len(path) // 2])
    return bytes([flags, realm, answers]) + client + server + sizes + pieces + path + said


def turn(direction, text):
    return bytes([direction << 7 | len(text) >> 8, len(text) & 255]) + text.encode("latin-1")


def setup(cseq, port, more=""):
    return (f"SETUP rtsp://s/{cseq} RTSP/1.0\r\nCSeq: {cseq}\r\n"
            f"Transport:RTP/AVP;unicast;client_port={port}-{port + 1}{more}\r\n\r\n")


def reply(cseq, port):
    return (f"RTSP/1.0 200 OK\r\nCSeq: {cseq}\r\nTransport: RTP/AVP;unicast;client_port={port}-{port + 1};"
            "server_port=9000-9001\r\nSession: 1\r\n\r\n")


OWN = ";destination=10.0.1.2"
# Options of the plan: turns, version, line ends; then what each request is like, see RtspScript.
PLAN = bytes([6, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0, 0, 1, 0, 1, 0, 0, 2, 1])
LONG = bytes((i * 37 + i // 5) % 256 for i in range(120))
ROUGH = bytes((i * 29 + 3) % 256 if i % 3 == 0 else 0 for i in range(300))
LOSSES = bytes(8 if i % 7 == 4 else 0 for i in range(200))
ONE_BYTE = bytes([1, 0]) * 100

SEEDS = {
    "calm": trial(said=PLAN),
    "one_byte_each": trial(answers=3, pieces=ONE_BYTE, said=PLAN),
    "one_byte_no_nagle": trial(answers=3, client=end(NO_NAGLE, 1), server=end(NO_NAGLE, 7), said=PLAN),
    "losses": trial(answers=2, path=LOSSES, client=end(0, 64), said=PLAN),
    "rough": trial(answers=2, path=ROUGH, client=end(RECUT, 100), server=end(RECUT, 100), pieces=LONG, said=PLAN),
    "kernel": trial(ONE, realm=GROWS_MOST, path=ROUGH, client=end(RECUT, 64), said=LONG),
    "aggregates": trial(AGGREGATES, answers=3, path=bytes([14, 14, 0]) * 60, client=end(NO_NAGLE, 64), said=LONG),
    "shrinks": trial(realm=SHRINKS, path=ROUGH, server=end(RECUT, 100), said=LONG),
    "ipv6": trial(NO_SKIP | SHOWS_EMPTY, realm=IPV6, path=ROUGH, said=LONG),
    "fixed_lengths": trial(NEVER, answers=5, path=LOSSES, said=LONG),
    "routed": trial(realm=ROUTED, pieces=ONE_BYTE, path=LOSSES, said=LONG),
    "reset": trial(RESET, answers=1, pieces=ONE_BYTE, said=PLAN),
    "silence": trial(SILENCE, answers=25, path=ROUGH, said=PLAN),
    "small_window": trial(client=end(KEEP_ALIVE | SLOW, 536, 2), server=end(SLOW | AT_ONCE, 536, 6), said=LONG),
    "raw": trial(RAW, answers=3, pieces=ONE_BYTE,
                 said=turn(C2S, setup(1, 5000) + setup(2, 5200, OWN)) + turn(S2C, reply(1, 5006) + reply(2, 5206))),
    "raw_unfinished": trial(RAW | SERVER_CLOSES, answers=3,
                            said=turn(C2S, setup(1, 5000)[:60]) + turn(S2C, "RTSP/1.0 200")
                            + turn(C2S, setup(1, 5000)[60:])),
    "raw_growths": trial(RAW | ONE, realm=GROWS, path=LOSSES, client=end(RECUT, 100),
                         said=turn(C2S, "".join(setup(i, 5000 + 200 * i, OWN) for i in range(1, 4)))),
}


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in SEEDS.items():
        (folder / name).write_bytes(data)


main()
