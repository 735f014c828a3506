# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""RTSP connections with a SETUP hidden in other text, and SETUPs that name ports or addresses which are not the client's."""

import secrets
import struct

from attack_case import attack, agreed, head, ok, ports_in, setup
from attack_hosts import (ANY, BROADCAST, CLIENT, GROUP, LOOPBACK, NEIGHBOUR, ROUTER, ROUTER_INSIDE, STRANGER, URL,
                          bracketed)

OPTIONS = head(f"OPTIONS {URL}/a RTSP/1.0", "CSeq: 1")


def hidden(case, make, *, answer=True):
    """What make(setup) gives is said after an honest OPTIONS; nothing may open, and no byte change."""
    ports = case.ports()
    connection = case.connect()
    connection.say(OPTIONS)
    connection.answer(ok(1))
    pieces = make(setup(2, ports))
    case.unchanged(b"".join(pieces), connection.say(*pieces))
    if answer:
        connection.answer(ok(2, agreed(ports), "Session: 1"))
    case.sealed(*ports)


def announce(length):
    return head(f"ANNOUNCE {URL}/a RTSP/1.0", "CSeq: 2", "Content-Type: application/sdp",
                f"Content-Length: {length}")


def frame(payload, length=None):
    return struct.pack("!cBH", b"$", 0, len(payload) if length is None else length) + payload


HIDDEN = {
    "in a body, with its head": lambda text: [announce(len(text)) + text],
    "in a body, on a segment start": lambda text: [announce(len(text)), text],
    "in a body, on the second segment start": lambda text: [announce(1000 + len(text)), b"v=0\r\n".ljust(1000), text],
    "in a body with an empty line first": lambda text: [announce(4 + len(text)), b"\r\n\r\n" + text],
    "in a body of a huge length": lambda text: [announce(4000000), text],
    "in a $ frame": lambda text: [frame(text)],
    "in a $ frame, on a segment start": lambda text: [frame(b"", len(text)), text],
    "in a $ frame, on the second segment start": lambda text: [frame(b"x" * 99, 99 + len(text)), text],
    "in a $ frame of 65535 bytes": lambda text: [frame(b"", 65535), text],
    "behind a line of garbage": lambda text: [b"\x01\x02garbage\r\n", text],
    "behind a request of HTTP": lambda text: [head("GET / HTTP/1.1"), text],
    "behind a Content-Length that is no number": lambda text: [announce("9x"), text],
    "behind two Content-Lengths that differ": lambda text: [
        head("ANNOUNCE rtsp://a/ RTSP/1.0", "CSeq: 2", "Content-Length: 0", f"Content-Length: {len(text)}") + text],
    "in the value of a header": lambda text: [head(
        f"OPTIONS {URL}/a RTSP/1.0", "CSeq: 2", "User-Agent: " + text.decode().replace("\r\n", " "))],
    "in a folded header": lambda text: [
        head(f"OPTIONS {URL}/a RTSP/1.0", "CSeq: 2", "X-A: b" + "".join(
            "\r\n " + line for line in text.decode().split("\r\n") if line))],
    "in a header cut by CR": lambda text: [head(
        f"OPTIONS {URL}/a RTSP/1.0", "CSeq: 2", "X-A: " + text.decode().replace("\r\n", "\r"))],
    "in the URL of a request": lambda text: [
        b"OPTIONS rtsp://a/?" + text.replace(b"\r\n", b"%0d%0a") + b" RTSP/1.0\r\nCSeq: 2\r\n\r\n"],
    "Transport in OPTIONS": lambda text: [text.replace(b"SETUP", b"OPTIONS")],
    "Transport in PLAY": lambda text: [text.replace(b"SETUP", b"PLAY")],
    "Transport in an unknown method": lambda text: [text.replace(b"SETUP", b"SETUPS")],
    "method in lower case": lambda text: [text.replace(b"SETUP", b"setup")],
}


def add_hidden():
    for name, make in HIDDEN.items():
        attack(f"SETUP {name}" if name.startswith(("in ", "behind")) else name)(lambda case, make=make: hidden(case, make))


add_hidden()


def refused(case, line, *ports, same=True):
    """A SETUP with this Transport line opens nothing on any host, and leaves as it came."""
    connection = case.connect()
    text = setup(1, line)
    arrived = connection.say(text)
    if same:
        case.unchanged(text, arrived)
    connection.answer(ok(1, line + ";server_port=6000-6001", "Session: 1"))
    case.sealed(*ports)


# Who is named, in every way that a Transport line can name a host.
OTHERS = {"the neighbour": NEIGHBOUR, "a stranger": STRANGER, "the router": ROUTER, "the router, inside": ROUTER_INSIDE,
          "loopback": LOOPBACK, "broadcast": BROADCAST, "a name": "neighbour.example"}
NAMING = {
    "destination": "RTP/AVP;unicast;destination={host};client_port={a}-{b}",
    "destination with a port": "RTP/AVP;unicast;destination={at}:{a};client_port={a}-{b}",
    "client_address": "RTP/AVP;unicast;client_address={host};client_port={a}-{b}",
    "dest_addr": 'RTP/AVP;unicast;dest_addr="{at}:{a}"/"{at}:{b}"',
    "the second dest_addr": 'RTP/AVP;unicast;dest_addr="{own_at}:{a}"/"{at}:{b}"',
    "a second destination": "RTP/AVP;unicast;destination={own};destination={host};client_port={a}-{b}",
}


def naming(form, host, ports):
    return "Transport: " + NAMING[form].format(
        host=host, at=bracketed(host), own=CLIENT, own_at=bracketed(CLIENT), a=ports[0], b=ports[1])


@attack("control: the client's own address in every way to name a host")
def name_own(case):
    for form in NAMING:
        if form == "a second destination":
            continue
        connection, ports = case.connect(), case.ports()
        connection.say(setup(1, naming(form, CLIENT, ports)))
        if not any(one.destination == ROUTER for one in case.net.expectations()):
            case.fault(f"does not serve {form}")
        connection.close()
        case.net.reset()


def name_hosts(case, form):
    hosts = list(OTHERS.values())
    for host in hosts[:2] if case.quick else hosts:
        ports = case.ports()
        refused(case, naming(form, host, ports), *ports)


def add_naming():
    for form in NAMING:
        attack(f"another host in {form}")(lambda case, form=form: name_hosts(case, form))


add_naming()

BAD_PORTS = ("0-0", "1-2", "22-23", "80", "554-555", "1022-1023", "1023-1024", "65535-65536", "65536-65537", "70000-70001",
             "70000", "77536-77537", "4294979296-4294979297", "18446744073709563616-18446744073709563617", "-12000",
             "0x2ee0-0x2ee1", "12e3-12e3", "+12000-+12001", "")


@attack("ports below 1024, beyond 65535, and no ports")
def bad_ports(case):
    for text in BAD_PORTS[::3] if case.quick else BAD_PORTS:
        refused(case, f"Transport: RTP/AVP;unicast;client_port={text}", 22, 80, 554, 1022, 4464, 12000)


@attack("port 65535 alone")
def last_port(case):
    connection = case.connect()
    connection.say(setup(1, "Transport: RTP/AVP;unicast;client_port=65535"))
    connection.answer(ok(1, "Transport: RTP/AVP;unicast;client_port=65535;server_port=6000"))
    case.expects_only(65535)
    case.admits_nothing(0, 1, 65534)


@attack("ports that the router listens on")
def ports_of_the_router(case):
    for bound in 0, 1:
        ports = case.ports()
        for address in ANY, ROUTER:
            with case.net.router.udp(address, ports[bound]):
                connection = case.connect()
                outside = ports_in(connection.say(setup(1, ports)))
                connection.answer(ok(1, agreed(outside or ports)))
                if any(one.port == ports[bound] and one.destination == ROUTER for one in case.net.expectations()):
                    case.fault("takes a port of the router itself")
                connection.close()
                case.net.reset()


@attack("multicast, interleaved, TCP: no hole")
def no_udp(case):
    for form in ("RTP/AVP;multicast;destination={group};port={a}-{b};ttl=16;client_port={a}-{b}",
                 "RTP/AVP;multicast;client_port={a}-{b}", "RTP/AVP/TCP;unicast;interleaved=0-1;client_port={a}-{b}",
                 "RTP/AVP/D-ICE;unicast;client_port={a}-{b}"):
        ports = case.ports()
        refused(case, "Transport: " + form.format(group=GROUP, a=ports[0], b=ports[1]), *ports)


@attack("random bytes in and around SETUP", quick=False)
def noise(case):
    for _ in range(200):
        ports = case.ports()
        text = bytearray(setup(1, ports))
        for _ in range(8):
            text[secrets.randbelow(len(text))] = secrets.randbelow(256)
        connection = case.connect()
        connection.say(bytes(text), patience=0.3)
        for one in case.net.expectations():
            if one.active or one.port < 1024:
                case.fault(f"opens {one} for {bytes(text)!r}")
        connection.close()
