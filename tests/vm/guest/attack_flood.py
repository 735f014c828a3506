# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Floods: as many ports as one can ask for, on one connection and on many. The module must keep its bounds, and others
must still get their ports."""

import pathlib
import resource
import time

from attack_case import attack, agreed, head, ok, ports_in, setup
from attack_hosts import ROUTER, URL

PER_CONNECTION = 16 * 2  # limits::kMappings, two ports each


def limit(name, unknown):
    """A parameter of the module; `unknown` if it has none of that name, or it is 0."""
    path = pathlib.Path("/sys/module/nf_conntrack_rtsp/parameters", name)
    return (int(path.read_text(encoding="ascii")) if path.exists() else 0) or unknown


def rest():
    """Until a limit on the rate of one host has forgotten the flood before."""
    time.sleep(2.5)


def inbound(net):
    return [one for one in net.expectations() if one.destination == ROUTER]


def neighbour_plays(case, what):
    ports = case.ports()
    connection = case.connect(case.net.neighbour)
    outside = ports_in(connection.say(setup(1, ports))) or ports
    connection.answer(ok(1, agreed(outside)))
    case.plays(outside, ports, f"the neighbour, during {what},", host="neighbour")


@attack("hundreds of SETUP on one connection, not answered")
def flood(case):
    connection = case.connect()
    count = 100 if case.quick else 400
    sent = got = b""
    for number in range(count):
        sent += setup(number, case.ports())
        got += connection.say(sent[len(got):], patience=0.5)
    case.unchanged(sent, got)
    held = inbound(case.net)
    if len(held) > PER_CONNECTION:
        case.fault(f"holds {len(held)} expectations for one connection")
    if any(one.active for one in held):
        case.fault("opens ports of which none was answered")
    neighbour_plays(case, "a flood")


@attack("hundreds of SETUP on one connection, answered")
def answered_flood(case):
    connection = case.connect()
    for number in range(60 if case.quick else 200):
        ports = case.ports()
        outside = ports_in(connection.say(setup(number, ports))) or ports
        connection.answer(ok(number, agreed(outside), "Session: 1"))
    held = inbound(case.net)
    if len(held) > PER_CONNECTION:
        case.fault(f"holds {len(held)} expectations for one connection")
    neighbour_plays(case, "a flood")
    connection.say(head(f"TEARDOWN {URL}/a RTSP/1.0", "CSeq: 99999", "Session: 1"))
    connection.answer(ok(99999))
    if len(inbound(case.net)) > 2:
        case.fault(f"TEARDOWN leaves {len(inbound(case.net)) - 2}")


@attack("SETUP of the same ports again and again")
def repeated(case):
    rest()
    connection, ports = case.connect(), case.ports()
    for number in range(40 if case.quick else 300):
        outside = ports_in(connection.say(setup(number, ports))) or ports
        if number % 3:
            connection.answer(ok(number, agreed(outside), "Session: 1"))
    if len(inbound(case.net)) > 2:
        case.fault(f"holds {len(inbound(case.net))} expectations for one pair of ports")
    case.plays(outside, ports, "the stream")


@attack("one host, many connections")
def many_connections(case):
    count = 10 if case.quick else 60
    for _ in range(count):
        connection = case.connect()
        text = b"".join(setup(number, case.ports()) for number in range(16))
        connection.say(text, patience=0.5)
    held = len(inbound(case.net))
    most = 2 * limit("max_mappings_per_host", count * PER_CONNECTION // 2)
    if held > most:
        case.fault(f"holds {held} expectations for one host, of {most}")
    case.note = f"{held} expectations for one host on {count} connections"
    neighbour_plays(case, "a flood")


@attack("more ports than are free", quick=False)
def exhausted(case):
    """The router has all ports that are as long as the wanted one: the search must end, and the text pass."""
    rest()
    net = case.net
    taken = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (12000, 12000))
    for port in range(1024, 10000):
        taken.append(net.router.udp(ROUTER, port))
    connection = case.connect()
    text = setup(1, (5000, 5001))
    case.unchanged(text, connection.say(text))
    case.expects_only()
    for sock in taken:
        sock.close()
