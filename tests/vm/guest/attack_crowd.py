# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Floods of connections, of hosts, of flows and of errors, as packets (attack_packets.py), by hosts inside. Meanwhile a
neighbour plays, and a victim whose connection was idle all the time sends its first SETUP afterwards and plays."""

import contextlib
import pathlib
import time

from attack_case import MEDIA, agreed, attack, head, ok, ports_in, setup
from attack_hosts import PREFIX, ROUTER, ROUTER_INSIDE, SCRIPTED, SERVER, URL, VERSION, bracketed, host
from attack_flood import neighbour_plays, rest
from attack_packets import ACK, RST, TO_CLIENT, TO_SERVER, Wire, too_big

PARAMETERS = pathlib.Path("/sys/module/nf_conntrack_rtsp/parameters")
TABLE = pathlib.Path("/proc/sys/net/netfilter/nf_conntrack_expect_max")  # Only the first namespace may write it.


def parameter(name, value):
    """Sets one of the module; returns what it was, None if there is no such one."""
    path = PARAMETERS / name
    if not path.exists():
        return None
    before = path.read_text(encoding="ascii").strip()
    path.write_text(value, encoding="ascii")
    return before


@contextlib.contextmanager
def with_parameter(name, value):
    before = parameter(name, value)
    try:
        yield before is not None
    finally:
        if before is not None:
            parameter(name, before)


@contextlib.contextmanager
def small_table(places):
    """The kernel's table of expectations has that many places, and the module is told."""
    before = TABLE.read_text(encoding="ascii")
    TABLE.write_text(str(places), encoding="ascii")
    try:
        with with_parameter("expectations", str(places)):
            yield
    finally:
        TABLE.write_text(before, encoding="ascii")


@contextlib.contextmanager
def bystanders(case, what):
    """A neighbour before, during and after, and the victim."""
    rest()
    victim, ports = case.connect(case.net.neighbour), case.ports()
    victim.say(head(f"OPTIONS {URL}/a RTSP/1.0", "CSeq: 1"))
    victim.answer(ok(1, "Public: SETUP"))
    with Wire(case.net.client, case.net.server) as wire:
        yield wire
    neighbour_plays(case, what)
    outside = ports_in(victim.say(setup(2, ports))) or ports
    victim.answer(ok(2, agreed(outside)))
    case.plays(outside, ports, f"a victim that was idle during {what}", host="neighbour")


def flood(case, what, each, count, places=None):
    """`each` gets a wire and a number, `count` times; in the middle of it the neighbour has to play."""
    with contextlib.ExitStack() as stack:
        if places:
            stack.enter_context(small_table(places))
        wire = stack.enter_context(bystanders(case, what))
        for number in range(count):
            if number == count // 2:
                neighbour_plays(case, what)
            each(wire, number)
    case.note = f"{count} of them"


def amount(case):
    return 1000 if case.quick else 5000


@attack("flood: SYN", quick=False)
def syn(case):
    flood(case, "SYNs", lambda wire, _: wire.connect(opened=False), amount(case))


@attack("flood: connections that are reset at once", quick=False)
def resets(case):
    def each(wire, number):
        connection = wire.connect()
        if number % 2:
            connection.say(b"O")
        connection.emit(number // 2 % 2, RST | ACK)

    flood(case, "resets", each, amount(case))


@attack("flood: one byte, then idle, from 5000 source ports", quick=False)
def one_byte(case):
    flood(case, "connections with a byte each", lambda wire, _: wire.connect().say(b"S"), 5000)


@attack("flood: the half of a method, then idle")
def half_method(case):
    with with_parameter("max_connections", "256"):
        flood(case, "connections with OPTIO each", lambda wire, _: wire.connect().say(b"OPTIO"), amount(case))


@attack("flood: a whole request, then idle", quick=False)
def whole_request(case):
    text = head(f"OPTIONS {URL}/a RTSP/1.0", "CSeq: 1")

    def each(wire, _):
        connection = wire.connect()
        connection.say(text)
        connection.answer(ok(1))

    with with_parameter("max_connections", "256"):
        flood(case, "idle connections", each, amount(case))


def unanswered(case):
    return lambda wire, _: wire.connect().say(setup(1, case.ports()))


def in_vain(case):
    def each(wire, _):
        connection = wire.connect()
        connection.say(setup(1, case.ports()))
        connection.answer(ok(1, status="461 Unsupported Transport"))

    return each


@attack("flood: SETUPs never answered", quick=False)
def never_answered(case):
    flood(case, "SETUPs without an answer", unanswered(case), amount(case))


@attack("flood: SETUPs never answered, 64 places for expectations")
def never_answered_small(case):
    flood(case, "SETUPs without an answer", unanswered(case), amount(case), places=64)


@attack("flood: SETUPs never answered, 16 places for expectations", quick=False)
def never_answered_smallest(case):
    flood(case, "SETUPs without an answer", unanswered(case), amount(case), places=16)


@attack("flood: SETUPs refused", quick=False)
def refused(case):
    flood(case, "SETUPs that are refused", in_vain(case), amount(case))


@attack("flood: SETUPs refused, 64 places for expectations")
def refused_small(case):
    flood(case, "SETUPs that are refused", in_vain(case), amount(case), places=64)


@attack("flood: media from thousands of source ports to one mapping")
def source_ports(case):
    """The reply names no port of the server, so that any might be the one."""
    rest()
    connection, ports = case.connect(), case.ports()
    outside = ports_in(connection.say(setup(1, ports))) or ports
    connection.answer(ok(1, agreed(outside, ""), "Session: 1"))
    count = 1000 if case.quick else 5000
    for port in range(20000, 20000 + count):
        with case.net.server.udp(SERVER, port) as sock:
            sock.sendto(b"x", (ROUTER, outside[0]))
    time.sleep(0.5)
    flows = case.net.router.run("conntrack", "-L", "-p", "udp", "-s", SERVER, "--orig-port-dst", str(outside[0])).stdout
    if len(flows.splitlines()) > 4:
        case.fault(f"{len(flows.splitlines())} flows of {count} source ports through one mapping")
    case.plays(outside, ports, "the stream, behind the flood,")
    neighbour_plays(case, "media from many ports")


@attack("flood: 600 redirects in a chain")
def redirects(case):
    """Each on the connection that the one before has led to; the client follows, the server leads on."""

    def hop(wire, number):
        connection = wire.connect(server_port=8554 if number == 0 else 30000 + number)
        connection.say(head(f"DESCRIBE rtsp://{bracketed(SCRIPTED)}/a RTSP/1.0", "CSeq: 1"))
        there = f"Location: rtsp://{bracketed(SCRIPTED)}:{30001 + number}/a"
        connection.answer(head("RTSP/1.0 302 Found", "CSeq: 1", there))

    with with_parameter("follow_redirects", "1") as known:
        flood(case, "redirects", hop, 600)
        if known and case.net.counter("expectations") > 64:
            case.fault(f"{case.net.counter('expectations')} expectations for one chain")


@attack("flood: ICMP errors about a connection that has not begun")
def icmp(case):
    """From a router on the client's side, as it may say to the server; the connection is helped all the same."""
    rest()
    ports = case.ports()
    with Wire(case.net.client, case.net.server) as wire:
        connection = wire.connect()
        for identity in range(200 if case.quick else 2000):
            quoted = connection.packet(TO_CLIENT, ACK, outside=False, identity=identity * 31 & 0xFFFF)
            connection.sides[TO_SERVER].send(too_big(ROUTER_INSIDE, SCRIPTED, quoted))
        connection.say(setup(1, ports))
        connection.answer(ok(1, agreed(ports, ""), "Session: 1"))
        time.sleep(0.2)
        if not any(one.destination == ROUTER and one.source == SCRIPTED for one in case.net.expectations()):
            case.fault("the connection is not helped any more")
    neighbour_plays(case, "ICMP errors")


def of_one_network(case):
    """200 addresses of the client's network, each with two connections of one SETUP that nobody answers."""
    addresses = [host(1, number) for number in range(20, 220)] if VERSION == 4 else [f"fd00:1::1:{number:x}" for number in range(1, 201)]
    script = "".join(f"addr add {one}/{PREFIX} dev lan {'nodad' if VERSION == 6 else ''}\n" for one in addresses)
    case.net.client.feed(script, "ip", "-batch", "-")
    case.told = addresses

    def each(wire, number):
        connection = wire.connect(client=addresses[number % len(addresses)])
        connection.say(setup(1, case.ports()))

    return each


def forget_addresses(case):
    script = "".join(f"addr del {one}/{PREFIX} dev lan\n" for one in case.told)
    case.net.client.feed(script, "ip", "-batch", "-")


@attack("flood: SETUPs from 200 addresses of one network")
def many_addresses(case):
    try:
        flood(case, "SETUPs of 200 addresses", of_one_network(case), 800 if case.quick else 4000)
    finally:
        forget_addresses(case)
