# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""One attack: fresh ports, RTSP text, and what must not have happened."""

import re
import secrets
import time

from attack_hosts import CLIENT, NEIGHBOUR, ROUTER, SERVER, STRANGER, URL

MEDIA = 6000  # the server's port in answers
SOURCES = ((SERVER, MEDIA), (SERVER, 7777), (STRANGER, MEDIA))
ATTACKS = []


def attack(name, quick=True):
    """Marks a function as an attack; its case judges by the faults that it collects."""

    def add(function):
        ATTACKS.append((name, quick, function))
        return function

    return add


def head(*lines):
    return "".join(line + "\r\n" for line in (*lines, "")).encode("latin-1")


def transport_of(ports):
    return f"Transport: RTP/AVP;unicast;client_port={ports[0]}-{ports[1]}"


def setup(cseq, transport, *more, url=URL + "/a/track1"):
    """A SETUP; `transport` is a pair of ports, or the line itself."""
    line = transport if isinstance(transport, str) else transport_of(transport)
    return head(f"SETUP {url} RTSP/1.0", f"CSeq: {cseq}", line, *more)


def ok(cseq, *more, status="200 OK"):
    return head(f"RTSP/1.0 {status}", f"CSeq: {cseq}", *more)


def agreed(ports, more=f";server_port={MEDIA}-{MEDIA + 1}"):
    return transport_of(ports) + more


def ports_in(text):
    """The client_port pair in a message; None if there is none."""
    found = re.search(rb"client_port=(\d+)-(\d+)", text)
    return (int(found[1]), int(found[2])) if found else None


class Case:
    """What one attack does with the network, and its faults. Ports are never used twice."""

    next_port = 12000
    patience = None  # seconds until media has to be there; None: as many as the network's

    def __init__(self, net, quick):
        self.net, self.quick = net, quick
        self.faults, self.connections = [], []
        self.note = "nothing"
        self.session = secrets.token_hex(4)

    def ports(self):
        Case.next_port += 2
        return Case.next_port, Case.next_port + 1

    def fault(self, text):
        if text not in self.faults:
            self.faults.append(text)

    def connect(self, opener=None):
        self.connections.append(self.net.connect(opener))
        return self.connections[-1]

    def agree(self, connection, ports, cseq=1, *, session=None, url=URL + "/a/track1", opened=True, media=MEDIA):
        """An honest session; returns the ports that the server was told."""
        outside = ports_in(connection.say(setup(cseq, ports, url=url))) or ports
        line = f"Session: {session or self.session}"
        connection.answer(ok(cseq, agreed(outside, f";server_port={media}-{media + 1}"), line))
        if opened:
            self.plays(outside, ports, "an honest session")
        return outside

    def plays(self, outside, ports, what, host="client", source=(SERVER, MEDIA)):
        """Does media of the server arrive? Else the attack before proves nothing, or has done harm."""
        got = self.net.shoot([source], [(ROUTER, outside[0])], self.patience)
        played = any(hit[0] == host and hit[3] == ports[0] for hit in got)
        if not played:
            self.fault(f"{what} does not play")
        return played

    def keeps(self, outside, what):
        """Media of the server is still expected. Not to be seen by media that arrives: a flow under way lives on."""
        if not any(one.port == outside[0] for one in self.net.expectations()):
            self.fault(f"{what} has ended the expectations")

    def expects_only(self, *allowed):
        """No expectation on other ports of the router's address (numbers), or of anybody else's."""
        others = [one for one in self.net.expectations()
                  if not (one.destination == ROUTER and one.port in allowed)
                  and not (one.source == CLIENT and one.destination == SERVER)]
        if others:
            more = f" and {len(others) - 1} more" if len(others) > 1 else ""
            self.fault(f"expects {others[0]}{more}")
        return others

    def admits_nothing(self, *ports, sources=SOURCES):
        """No datagram from outside to these ports of any address gets in."""
        targets = [(address, port) for address in (ROUTER, CLIENT, NEIGHBOUR) for port in ports]
        for host, source, source_port, _ in self.net.shoot(sources, targets):
            who = "a stranger" if source == STRANGER else f"the server's port {source_port}"
            self.fault(f"lets {who} in to the {host}")

    def sealed(self, *ports):
        """Neither expectation nor way in."""
        others = self.expects_only()
        self.admits_nothing(*dict.fromkeys([*ports, *[one.port for one in others[:4]]]))

    def unchanged(self, sent, arrived, what="text"):
        if sent == arrived:
            return
        place = next((i for i, (a, b) in enumerate(zip(sent, arrived)) if a != b), min(len(sent), len(arrived)))
        if len(sent) == len(arrived):
            self.fault(f"changes {what}: {arrived[max(0, place - 12):place + 12]!r}")
        else:
            self.fault(f"{what} becomes {len(arrived)} bytes of {len(sent)}")

    def close(self):
        for connection in self.connections:
            connection.close()
        self.net.reset()
        left = self.left_behind()
        if left:
            self.fault(f"leaves {len(left)} expectations behind")

    def left_behind(self):
        """The kernel ends conntracks one after the other. A sweep that comes when a flow has ended and its connection has not
        makes the flow anew, and the next one, a second later, ends it."""
        deadline = time.monotonic() + 3
        while (left := self.net.expectations()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return left


def run(net, name, function, quick):
    """One case, with a line before it and one behind: see attack.py."""
    print("next", name, sep="\t", flush=True)
    case = Case(net, quick)
    try:
        function(case)
    except (OSError, ValueError) as error:
        case.fault(f"stops the connection: {error!r}")
    try:
        case.close()
    except OSError as error:
        case.fault(repr(error))
    print(int(bool(case.faults)), name, "; ".join(case.faults) or case.note, sep="\t", flush=True)
