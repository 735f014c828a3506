#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""capture_nat.py PROGRAM: runs examples/capture_nat.c on captures that this script makes, and reads what it writes.

The client's SETUP is cut inside the port and sent again in part; the address in it becomes longer. Checks each checksum, that
both streams are without gaps and as they have to be, and that acknowledgements fit.
"""

import ipaddress
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop()
INSIDE, OUTSIDE, SERVER = "10.0.1.2", "203.0.113.111", "198.51.100.9"
PORTS = {INSIDE: 40000, OUTSIDE: 40000, SERVER: 554}
CLIENT_ISN, SERVER_ISN = 0xFFFFFF00, 7000  # The client's numbers begin anew on the way.
FIN, SYN, ACK = 1, 2, 16
ETHERNET, RAW = bytes(12) + b"\x08\x00", b""


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def packet(source, target, flags, seq, ack, text=b""):
    addresses = ipaddress.ip_address(source).packed + ipaddress.ip_address(target).packed
    tcp = struct.pack("!HHIIBBHHH", PORTS[source], PORTS[target], seq % 2**32, ack % 2**32, 5 << 4, flags, 65535, 0, 0) + text
    pseudo = addresses + struct.pack("!HH", 6, len(tcp))
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 1, 0x4000, 64, 6, 0) + addresses
    return ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:] + tcp


class Packet:
    """A packet of the result; its checksums are right."""

    def __init__(self, data):
        ip, tcp = data[:20], data[20:]
        assert struct.unpack("!H", ip[2:4])[0] == len(data), "length"
        assert checksum(ip) == 0, "checksum of IP"
        assert checksum(ip[12:20] + struct.pack("!HH", 6, len(tcp)) + tcp) == 0, "checksum of TCP"
        self.source, self.target = (str(ipaddress.ip_address(ip[at : at + 4])) for at in (12, 16))
        self.seq, self.ack = struct.unpack("!II", tcp[4:12])
        self.flags, self.text = tcp[13], tcp[(tcp[12] >> 4) * 4 :]


def stream(packets, isn):
    """Returns the bytes of one direction; they are without gaps, and the same each time that they are sent."""
    text = b""
    for one in packets:
        at = (one.seq - isn - 1) % 2**32
        if one.flags & SYN or not one.text:
            continue
        assert at <= len(text), f"a gap in front of {one.text!r}"
        again = text[at : at + len(one.text)]
        assert one.text.startswith(again), f"{again!r} became {one.text!r}"
        text += one.text[len(again) :]
    return text


class CaptureTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_program(self, *arguments):
        return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=20, check=False)

    def pass_packets(self, packets, *taken, link=ETHERNET):
        into, out = self.folder / "in.pcap", self.folder / "out.pcap"
        kind = 1 if link else 12
        with into.open("wb") as file:
            file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101 if kind == 12 else kind))
            for second, data in enumerate(packets):
                file.write(struct.pack("<IIII", second, 0, len(link + data), len(link + data)) + link + data)
        done = self.run_program(into, out, OUTSIDE, *taken)
        self.assertEqual(done.returncode, 0, done.stderr)
        data, at, result = out.read_bytes(), 24, []
        while at < len(data):
            size = struct.unpack("<I", data[at + 8 : at + 12])[0]
            result.append(Packet(data[at + 16 + len(link) : at + 16 + size]))
            at += 16 + size
        return result, done.stderr

    def opening(self):
        return [
            packet(INSIDE, SERVER, SYN, CLIENT_ISN, 0),
            packet(SERVER, OUTSIDE, SYN | ACK, SERVER_ISN, CLIENT_ISN + 1),
            packet(INSIDE, SERVER, ACK, CLIENT_ISN + 1, SERVER_ISN + 1),
        ]

    def session(self, link, *taken):
        """Plays a session; returns the ports outside and what the program said."""
        blank = b"GET_PARAMETER rtsp://198.51.100.9/cam RTSP/1.0\r\nCSeq: 1\r\n\r\n" * 3
        request = (
            b"SETUP rtsp://198.51.100.9/cam RTSP/1.0\r\nCSeq: 2\r\n"
            b"Transport: RTP/AVP;unicast;destination=10.0.1.2;client_port=5000-5001\r\n\r\n"
        )
        sent = self.opening()
        first = CLIENT_ISN + 1
        for begin, end in ((0, 100), (100, len(blank))):
            sent.append(packet(INSIDE, SERVER, ACK, first + begin, SERVER_ISN + 1, blank[begin:end]))
        cut = request.index(b"5000") + 2
        again = request.index(b"unicast")
        start = first + len(blank)
        for begin, end in ((0, 20), (20, cut), (again, cut + 1), (cut + 1, len(request)), (again, len(request))):
            sent.append(packet(INSIDE, SERVER, ACK, start + begin, SERVER_ISN + 1, request[begin:end]))
        left, _ = self.pass_packets(sent, *taken, link=link)
        text = stream([one for one in left if one.source == OUTSIDE], CLIENT_ISN)
        ports = re.search(rb"client_port=(\d+-\d+)", text)[1]
        changed = request.replace(b"10.0.1.2", OUTSIDE.encode()).replace(b"5000-5001", ports)
        self.assertEqual(text, blank + changed.replace(b"Transport: ", b"Transport:"))  # The blank makes room.
        self.assertGreater(len(text), len(blank + request), "the numbers would not move")

        # The server has read what left, acknowledges it, and speaks of the ports outside.
        reply = b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nSession: 1\r\nTransport: RTP/AVP;unicast;client_port=%s;server_port=7000-7001\r\n\r\n"
        answer = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n" * 3 + reply % ports
        expected = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n" * 3 + reply % b"5000-5001"
        read, said = first + len(text), SERVER_ISN + 1
        sent.append(packet(SERVER, OUTSIDE, ACK, said, read, answer))
        # The client acknowledges as much as it got; the two close.
        client, got = start + len(request), said + len(expected)
        sent.append(packet(INSIDE, SERVER, ACK, client, got))
        sent.append(packet(INSIDE, SERVER, FIN | ACK, client, got))
        sent.append(packet(SERVER, OUTSIDE, FIN | ACK, said + len(answer), read + 1))
        sent.append(packet(INSIDE, SERVER, ACK, client + 1, got + 1))
        left, errors = self.pass_packets(sent, *taken, link=link)
        self.assertEqual({(one.source, one.target) for one in left}, {(OUTSIDE, SERVER), (SERVER, INSIDE)})
        self.assertEqual(stream([one for one in left if one.source == OUTSIDE], CLIENT_ISN), text)
        self.assertEqual(stream([one for one in left if one.source == SERVER], SERVER_ISN), expected)
        last = {one.source: one for one in left}
        self.assertEqual((last[OUTSIDE].seq, last[OUTSIDE].ack), ((read + 1) % 2**32, said + len(answer) + 1))
        self.assertEqual((last[SERVER].seq, last[SERVER].ack), (got, (client + 1) % 2**32))
        return ports, errors

    def test_ports_that_are_free_stay(self):
        ports, errors = self.session(ETHERNET)
        self.assertEqual(ports, b"5000-5001")
        self.assertIn("expect: outside port 5000, inside port 5000, 2 of them, server port 7000\n", errors)
        self.assertIn("linger: outside port 5000", errors)

    def test_ports_that_are_taken_are_not_used(self):
        ports, errors = self.session(RAW, 5001)
        self.assertNotIn(ports, (b"5000-5001", b"5001-5002"))
        self.assertIn(f"expect: outside port {ports.split(b'-')[0].decode()}, inside port 5000", errors)

    def test_other_connections_are_copied(self):
        other = packet(SERVER, INSIDE, ACK, 1, 1, b"client_port=5000-5001")
        left, _ = self.pass_packets([*self.opening(), other])
        self.assertEqual((left[3].target, left[3].text), (INSIDE, b"client_port=5000-5001"))

    def test_wrong_arguments_and_files_are_said(self):
        self.assertEqual(self.run_program("--help").returncode, 0)
        for wrong in (["a", "b"], ["a", "b", "not-an-address"], ["a", "b", OUTSIDE, "70000"]):
            self.assertEqual(self.run_program(*wrong).returncode, 2)
        missing = self.run_program(self.folder / "missing", self.folder / "out", OUTSIDE)
        self.assertEqual(missing.returncode, 1)
        self.assertIn("No such file", missing.stderr)
        for kind, length, said in ((147, 54, "link type"), (1, 60, "not whole")):
            file = self.folder / "bad.pcap"
            file.write_bytes(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, kind) + struct.pack("<IIII", 0, 0, 54, length) + bytes(54))
            bad = self.run_program(file, self.folder / "out", OUTSIDE)
            self.assertEqual(bad.returncode, 1)
            self.assertIn(said, bad.stderr)
        unwritable = self.run_program(file, self.folder / "no" / "out", OUTSIDE)
        self.assertEqual(unwritable.returncode, 1)


unittest.main()
