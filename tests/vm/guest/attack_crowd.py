# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Floods of connections, of hosts, of flows and of errors, as packets (attack_packets.py), by hosts inside. Meanwhile a
neighbour plays, and a victim whose connection was idle all the time sends its first SETUP afterwards and plays."""

import contextlib
import pathlib
import time

import attack_worst
from attack_case import agreed, attack, head, ok, ports_in, setup
from attack_hosts import PREFIX, ROUTER, ROUTER_INSIDE, SCRIPTED, SERVER, URL, VERSION, bracketed, host
from attack_flood import neighbour_plays, rest
from attack_packets import ACK, TO_CLIENT, TO_SERVER, Wire, too_big

PARAMETERS = pathlib.Path("/sys/module/nf_conntrack_rtsp/parameters")
TABLE = pathlib.Path("/proc/sys/net/netfilter/nf_conntrack_expect_max")  # Only the first namespace may write it.

# Counters of those that were refused or have given way.
LIMITS = ("gave_way_idle", "gave_way_waiting", "gave_way_unfinished", "gave_way_unanswered", "gave_way_lingering", "too_many_connections",
          "too_many_of_host", "too_many_hosts", "too_many_expectations", "too_many_unanswered", "too_many_mappings", "too_fast",
          "expectation_table_full")


def limited(router):
    return sum(map(router.counter, LIMITS))


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
def victim(case, what):
    """A host whose connection has been idle all the time sends its first SETUP afterwards, and plays."""
    connection, ports = case.connect(case.net.neighbour), case.ports()
    connection.say(head(f"OPTIONS {URL}/a RTSP/1.0", "CSeq: 1"))
    connection.answer(ok(1, "Public: SETUP"))
    yield
    outside = ports_in(connection.say(setup(2, ports))) or ports
    connection.answer(ok(2, agreed(outside)))
    case.plays(outside, ports, f"a victim that was idle during {what}", host="neighbour")


def flood(case, what, each, count):
    """`each` gets a wire and a number, `count` times; in the middle of it and behind it the neighbour has to play."""
    rest()
    with victim(case, what):
        with Wire(case.net.client, case.net.server) as wire:
            for number in range(count):
                if number == count // 2:
                    neighbour_plays(case, what)
                each(wire, number)
        neighbour_plays(case, what)
    case.note = f"{count} of them"


def amount(case):
    return 1000 if case.quick else 5000


@attack("flood: SYN", quick=False)
def syn(case):
    flood(case, "SYNs", attack_worst.syn, amount(case))


@attack("flood: connections that are reset at once", quick=False)
def resets(case):
    flood(case, "resets", attack_worst.reset, amount(case))


@attack("flood: one byte, then idle, from 5000 source ports", quick=False)
def one_byte(case):
    flood(case, "connections with a byte each", attack_worst.one_byte, 5000)


@attack("flood: the half of a method, then idle")
def half_method(case):
    with with_parameter("max_connections", "256"):
        flood(case, "connections with OPTIO each", attack_worst.half_method, amount(case))


@attack("flood: a whole request, then idle", quick=False)
def whole_request(case):
    with with_parameter("max_connections", "256"):
        flood(case, "idle connections", attack_worst.whole_request, amount(case))


@attack("flood: SETUPs never answered", quick=False)
def never_answered(case):
    flood(case, "SETUPs without an answer", attack_worst.unanswered, amount(case))


@attack("flood: SETUPs never answered, 64 places for expectations")
def never_answered_small(case):
    with small_table(64):
        flood(case, "SETUPs without an answer", attack_worst.unanswered, amount(case))


@attack("flood: SETUPs never answered, 16 places for expectations", quick=False)
def never_answered_smallest(case):
    with small_table(16):
        flood(case, "SETUPs without an answer", attack_worst.unanswered, amount(case))


@attack("flood: SETUPs refused", quick=False)
def refused(case):
    flood(case, "SETUPs that are refused", attack_worst.refused, amount(case))


@attack("flood: SETUPs refused, 64 places for expectations")
def refused_small(case):
    with small_table(64):
        flood(case, "SETUPs that are refused", attack_worst.refused, amount(case))


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


@attack("flood: SETUPs from 200 addresses of one network")
def many_addresses(case):
    """Of the client's network, each with many connections of one SETUP that nobody answers."""
    addresses = [host(1, number) for number in range(20, 220)] if VERSION == 4 else [f"fd00:1::1:{number:x}" for number in range(1, 201)]
    lines = [f"{one}/{PREFIX} dev lan" for one in addresses]
    nodad = " nodad" if VERSION == 6 else ""
    case.net.client.feed("".join(f"addr add {line}{nodad}\n" for line in lines), "ip", "-batch", "-")

    def each(wire, number):
        wire.clients = addresses
        attack_worst.unanswered(wire, number)

    try:
        flood(case, "SETUPs of 200 addresses", each, 800 if case.quick else 4000)
    finally:
        case.net.client.feed("".join(f"addr del {line}\n" for line in lines), "ip", "-batch", "-")
