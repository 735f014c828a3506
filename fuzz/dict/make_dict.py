#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Prints the dictionary of all harnesses: python3 fuzz/dict/make_dict.py >fuzz/dict/rtsp.dict

The words are those that the lexers know, taken from parser/lex/*.re, and below them what else moves a parser.
"""
import pathlib
import re

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
LITERAL = re.compile(r"""(?<!\[)'([\w/-]{2,})'|(?<!\[)"([\w/-]{2,})\"""")

LINES = [
    "\r\n", "\n", "\r\n\r\n", "\n\n", "\r\n ", "\r\n\t", "\n ", "\r", "\0", " ", "\t", ": ",
    "OPTIONS * RTSP/1.0\r\n", "SETUP rtsp://h/1 RTSP/1.0\r\n", "RTSP/1.0 200 OK\r\n", "RTSP/2.0 304 Not Modified\r\n",
    "RTSP/1.0 455 Method Not Valid in This State\r\n", "RTSP/1.0 461 Unsupported Transport\r\n", "RTSP/1.0 100 Continue\r\n",
    "CSeq: 1\r\n", "Session: 12345678;timeout=60\r\n", "Content-Length: 5\r\n", "Content-Length: 268435456\r\n",
    "Pipelined-Requests: 1\r\n", "x-NAT: 192.168.1.5:43589\r\n", "GET / HTTP/1.1\r\n", "\x16\x03\x01",
    "$\0\0\4", "$\x01\0\0", "$\0\xff\xff", "$\x02\0\1",
]
WORDS = [
    " RTSP/1.0", " RTSP/2.0", "rtsp://h/1", "RTSP/1.0 204 ", "RTSP/1.0 304 ", "RTSP/1.0 199 ",
    "Transport: RTP/AVP;unicast;client_port=", "client_port=", "server_port=", "port=", "interleaved=0-1", "dest_addr=",
    "src_addr=", "destination=", "source=", "mode=", "setup=", "connection=", "ssrc=", "ttl=127", "layers=1", "append",
    "RTP/AVP/UDP", "RTP/AVP/TCP", "RTP/SAVPF/UDP", "RTP/AVP/D-ICE", "RAW/RAW/UDP", "MP2T/H2221/UDP", "MP2T/RTP/UDP",
    "MP2T/DVBC/QAM", "x-real-rdt/udp", "x-pn-tng/tcp", "SRT/AVP", "rtp/avp", "MIKEY=AQ+/a=", "candidates=", "ICE-ufrag=",
    "ICE-Password=", "mode=\"PLAY,RECORD\"", "\"PLAY\"", "\"RECORD\"", "client_address=", "client-port=", "control_port=",
    "timing_port=", "client_mac=", "\":9\"/\":9\"", "\":5000\"", "\"192.0.2.7:5000\"", "\"[2001:db8::7]:5000\"", "\"/\"",
    "(null)", "undefined-undefined", "active", "passive", "actpass", "new", "existing",
    ";", ",", "=", "\"", "/", "-", "; ", ", ", ";;", ",,", "\"\"",
    "0", "9", "0-0", "05000-05001", "5000-5001", "5000,5001", "5000/5001", "255-256", "65535", "65536", "65546", "70000",
    "4294967296", "18446744073709551621", "99999999999999999999", "0x10", "-1", "+1",
]


def quote(word):
    return "".join(c if " " <= c <= "~" and c not in '"\\' else f"\\x{ord(c):02x}" for c in word)


def lexer_words():
    words = set()
    for path in sorted((REPOSITORY / "parser/lex").glob("*.re")):
        for rule in re.findall(r"/\*!re2c(.*?)\*/", path.read_text(), re.DOTALL):
            for line in rule.splitlines():
                if "re2c:" not in line:
                    words.update(a or b for a, b in LITERAL.findall(line.split("{")[0]))
    return sorted(words)


def main():
    print("# SPDX-License-Identifier: MIT OR GPL-2.0-only")
    print("# Made by fuzz/dict/make_dict.py; do not edit.")
    for title, words in (("words of the lexers", lexer_words()), ("lines and frames", LINES), ("Transport and numbers", WORDS)):
        print(f"\n# {title}")
        for word in words:
            print(f'"{quote(word)}"')


main()
