#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""shape_client.py routed|nat full|quick [REGEX]: says every SETUP of shape_table.py through the router, or every third,
answers it as a server would, and sends media where the text that arrived says. Prints a line each: the shape, what came of it
with the wanted ports free, and with them taken on the router.

plays   media arrived at the port that was meant, and the client was told its own ports
left    the text arrived as it was written, nothing was expected, and no media came
"""

import re
import sys

from attack_case import head, ok
from attack_hosts import CLIENT, ROUTER, SERVER
from attack_network import Network
from shape_table import ANNOUNCEMENTS

MEDIA = 6000
FIRST_PORT = 20000
PROTOCOL = re.compile(r"[\w-]+(?:/[\w-]+)+")


class Shape:
    """A Transport line with the ports of one session."""

    def __init__(self, announcement, port):
        self.template = announcement.line
        self.values = {"a": port, "b": port + 1, "far": port + 7, "any": port}
        self.names = list(dict.fromkeys(re.findall(r"\{(a|b|far)\}", self.template)))[:2]
        self.line = self.write(self.template, self.values)

    @staticmethod
    def write(template, values):
        text = template.format(client=CLIENT, **values)
        return "Transport:" + text[1:] if text.startswith("\b") else "Transport: " + text

    def read(self, message):
        """The ports in what arrived, by their names; None if it says something else, or not the same everywhere."""
        parts = re.split(r"\{(\w+)\}", self.template.lstrip("\b"))
        pattern = r"Transport:\s*"
        for place, part in enumerate(parts):
            if place % 2 == 0:
                pattern += re.escape(part)
            elif part in ("client", "any"):
                pattern += r"[0-9.]+"
            else:
                pattern += rf"(?P<{part}>\d+)" if f"<{part}>" not in pattern else rf"(?P={part})"
        found = re.search(pattern + "\r\n", message, re.DOTALL)
        return {name: int(value) for name, value in found.groupdict().items()} if found else None

    def answer(self, ports):
        """One spec, of the protocol of the first that has ports."""
        place = self.template.index("{" + self.names[0] + "}")
        protocols = PROTOCOL.findall(self.template[:place]) or PROTOCOL.findall(self.template[place:])
        told = [str(ports[name]) for name in self.names]
        servers = [str(MEDIA + number) for number in range(len(told))]
        if "dest_addr" in self.template:
            here, there = ("/".join(f'":{port}"' for port in ports) for ports in (told, servers))
            return f"Transport: {protocols[-1]};unicast;dest_addr={here};src_addr={there}"
        return f"Transport: {protocols[-1]};unicast;client_port={'-'.join(told)};server_port={'-'.join(servers)}"


def session(net, announcement, port, outside_address):
    shape = Shape(announcement, port)
    connection = net.connect()
    text = head("SETUP rtsp://10.0.2.2/a RTSP/1.0", "CSeq: 1", shape.line)
    try:
        got = connection.say(text, patience=1.0).decode("latin-1")
        ports = shape.read(got) if shape.names else None
        if not ports:
            expected = net.expectations()
            connection.answer(ok(1))
            same = got.encode("latin-1") == text
            return "left" if same and not expected else f"became {got!r}, expects {len(expected)}"
        reply = connection.answer(ok(1, shape.answer(ports), "Session: 1"), patience=1.0).decode("latin-1")
        arrived = []
        for number, name in enumerate(shape.names):
            hits = net.shoot([(SERVER, MEDIA + number)], [(outside_address, ports[name])])
            arrived.append(any(hit[0] == "client" and hit[3] == shape.values[name] for hit in hits))
        if all(arrived):
            wanted = shape.answer(shape.values)
            same = re.sub(r":\s+", ": ", wanted) in re.sub(r":\s+", ": ", reply)
            return "plays" if same else f"plays, but told {reply!r}"
        if any(arrived):
            return "plays in part"
        return "left" if got.encode("latin-1") == text and not net.expectations() else f"became {got!r}"
    except (OSError, ValueError) as error:
        return repr(error)
    finally:
        connection.close()
        net.reset()


def main():
    (mode, how), wanted = sys.argv[1:3], re.compile(sys.argv[3] if len(sys.argv) > 3 else "")
    net = Network()
    for number, announcement in enumerate(ANNOUNCEMENTS):
        if not wanted.search(announcement.name) or (how == "quick" and number % 3):
            continue
        port = FIRST_PORT + 20 * number
        address = ROUTER if mode == "nat" else CLIENT
        results = [session(net, announcement, port, address)]
        if mode == "nat":
            taken = [net.router.udp(ROUTER, port + more) for more in (0, 1, 7)]
            results.append(session(net, announcement, port, address))
            for sock in taken:
                sock.close()
        print(announcement.name, announcement.expect, *results, sep="\t", flush=True)


main()
