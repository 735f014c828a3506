# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""What one host may ask for (max_mappings_per_host, mappings_per_second), and that another one gets its own."""

import time

from attack_case import agreed, head, ok, setup
from attack_hosts import ROUTER, URL
from dialogue_case import ask, dialogue


def mapped(case):
    """The pairs of ports for which media is expected, by the first one."""
    ports = {one.port for one in case.net.expectations() if one.destination == ROUTER}
    return {port for port in ports if port % 2 == 0 and port + 1 in ports}


def neighbour_plays(case):
    connection, ports = case.connect(case.net.neighbour), case.ports()
    outside = ask(connection, ports)
    connection.answer(ok(1, agreed(outside)))
    case.plays(outside, ports, "the neighbour", host="neighbour")


@dialogue
def number(case):
    """Three connections of a host ask for two mappings each, and get them all or do not; then one is given back."""
    asked, connections = [], [case.connect() for _ in range(3)]
    for connection in connections:
        for cseq in 1, 2:
            ports, before = case.ports(), mapped(case)
            text = setup(cseq, ports, url=f"{URL}/a/{cseq}")
            case.unchanged(text, connection.say(text))
            connection.answer(ok(cseq, agreed(ports), "Session: 1"))
            asked.append(ports)
            if before - mapped(case):
                case.fault("others are evicted")
    granted = [ports for ports in asked if ports[0] in mapped(case)]
    if granted != asked[: len(granted)]:
        case.fault("not the first ones are granted")
    for ports in granted:
        case.plays(ports, ports, "a mapping within the limit")
    neighbour_plays(case)
    refused = case.net.counter("too_many_mappings")
    connections[0].say(head(f"TEARDOWN {URL}/a RTSP/1.0", "CSeq: 3", "Session: 1"))
    connections[0].answer(ok(3))
    again = case.ports()
    ask(connections[2], again, 3, f"{URL}/a/3")
    return f"granted={len(granted)} refused={refused} then={'granted' if again[0] in mapped(case) else 'refused'}"


def burst(case, connection, count, cseq):
    """That many in one segment; returns how many are mapped."""
    before = mapped(case)
    text = b"".join(setup(cseq + each, case.ports()) for each in range(count))
    case.unchanged(text, connection.say(text))
    return len(mapped(case) - before)


@dialogue
def rate(case):
    """Seven at once, and seven more when a while has passed in which two become free, or more on a slow machine."""
    connection = case.connect()
    started = time.monotonic()
    granted = burst(case, connection, 7, 1)
    refused = case.net.counter("too_fast")
    neighbour_plays(case)
    time.sleep(1.2)
    later = burst(case, connection, 7, 8)
    most = int(2 * (time.monotonic() - started))
    then = "two a second" if refused and 2 <= later <= most else later
    return f"granted={granted} refused={refused} then={then}"
