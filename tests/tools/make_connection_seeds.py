#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Writes the hand-made seeds of fuzz/connection_fuzz.cc: python3 tests/tools/make_connection_seeds.py FOLDER"""
import pathlib
import struct
import sys

NEXT, AGAIN, PAST, FIN, CUT, RST = range(6)
C2S, S2C = 0, 1


def record(direction, text, operation=NEXT, answers=0, acknowledge=False):
    data = text.encode("latin-1")
    head = direction | operation << 1 | (16 if acknowledge else 0)
    return struct.pack("<BBH", head, answers, len(data)) + data


def setup(cseq, transport, uri="rtsp://s/a/1", more=""):
    return f"SETUP {uri} RTSP/1.0\r\nCSeq: {cseq}\r\n{more}Transport: {transport}\r\n\r\n"


def reply(cseq, transport="", status="200 OK", session="12345678"):
    line = f"Transport: {transport}\r\n" if transport else ""
    return f"RTSP/1.0 {status}\r\nCSeq: {cseq}\r\n{line}Session: {session};timeout=60\r\n\r\n"


UDP = "RTP/AVP/UDP;unicast;client_port=5000-5001"
BOTH = UDP + ",RTP/AVP/TCP;unicast;interleaved=0-1"
CHOSEN = "RTP/AVP/UDP;unicast;client_port=%s;server_port=9000-9001;ssrc=1234ABCD"
TEARDOWN = "TEARDOWN rtsp://s/a RTSP/1.0\r\nCSeq: 9\r\nSession: 12345678\r\n\r\n"

SEEDS = {
    "play": [(C2S, "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"), (S2C, "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n"),
             (C2S, setup(2, UDP)), (S2C, reply(2, CHOSEN % "5000-5001")), (C2S, TEARDOWN), (S2C, reply(9))],
    "busy": [(C2S, setup(2, UDP), NEXT, 1), (S2C, reply(2, CHOSEN % "5004-5005")), (C2S, "", FIN)],
    "refused": [(C2S, setup(2, UDP), NEXT, 2), (S2C, reply(2, CHOSEN % "5000-5001"))],
    "other_port": [(C2S, setup(2, UDP), NEXT, 3 | 3 << 3), (S2C, reply(2))],
    "expect_refused": [(C2S, setup(2, UDP)), (S2C, reply(2, CHOSEN % "5000-5001"), NEXT, 4)],
    "interleaved": [(C2S, setup(2, BOTH)), (S2C, reply(2, "RTP/AVP/TCP;interleaved=0-1")),
                    (S2C, "$\0\0\4abcd$\1\0\0"), (C2S, "$\1\0\2xy" + TEARDOWN)],
    "error": [(C2S, setup(2, UDP)), (S2C, reply(2, "", "461 Unsupported Transport")), (C2S, setup(3, BOTH))],
    "rtsp2": [(C2S, setup(2, 'RTP/AVP;unicast;dest_addr=":5000"/":5001";RTCP-mux').replace("1.0", "2.0"), NEXT, 1),
              (S2C, reply(2, 'RTP/AVP;unicast;dest_addr=":5004"/":5005";src_addr=":9000"/":9001"'))],
    "places": [(C2S, setup(2, "RTP/AVP;multicast;client_port=5000-5001," + UDP + ",RTP/AVP/UPD;client_port=5000"), NEXT, 1),
               (S2C, reply(2, "RTP/AVP;multicast;client_port=5004-5005," + CHOSEN % "5004-5005"))],
    "repeats": [(C2S, setup(2, "\t" + UDP + ";destination=10.0.1.2;client_port=05000-5001;destination=10.0.1.2"), NEXT, 1),
                (S2C, reply(2, CHOSEN % "5004-5005" + ";server_port=9000-9001;client_port=5004-5005"))],
    "half_pairs": [(C2S, setup(2, "RTP/AVP;unicast;destination=;client_port=5000-0"), NEXT, 1),
                   (S2C, reply(2, "RTP/AVP;unicast;client_port=5004-0;server_port=6970-"))],
    "cut": [(C2S, setup(2, UDP), CUT), (S2C, reply(2, CHOSEN % "5000-5001"), CUT)],
    "again": [(C2S, setup(2, UDP), NEXT, 1), (C2S, setup(3, UDP, "rtsp://s/a/2"), AGAIN, 1)],
    "past": [(C2S, setup(2, UDP), PAST), (C2S, setup(2, UDP)), (S2C, "", RST)],
    "body": [(C2S, "ANNOUNCE rtsp://s/a RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 4\r\n\r\nv=0\n" + setup(2, UDP))],
    "shared": [(C2S, setup(n, UDP, f"rtsp://s/a/{n}") if d == C2S else reply(n, CHOSEN % "5000-5001"))
               if d == C2S else (S2C, reply(n, CHOSEN % "5000-5001")) for n in (1, 2, 3) for d in (C2S, S2C)],
    "http": [(C2S, "POST / HTTP/1.1\r\nHost: s\r\n\r\n" + setup(2, UDP))],
    "single": [(C2S, setup(2, "MP2T/H2221/UDP;unicast;client_port=27392"), NEXT, 1),
               (S2C, reply(2, "MP2T/H2221/UDP;unicast;client_port=27396;server_port=49980"))],
}


def main():
    folder = pathlib.Path(sys.argv[1])
    for name, records in SEEDS.items():
        for options in range(2):
            data = bytes([options]) + b"".join(record(*r) for r in records)
            (folder / f"{name}-{'routed' if options else 'nat'}").write_bytes(data)


main()
