# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""One connection of a flood at its worst, before it falls silent, as packets (attack_packets.py). Each function gets a wire and
how many there have been before."""

from attack_case import agreed, head, ok, setup
from attack_hosts import URL
from attack_packets import ACK, RST

OPTIONS = head(f"OPTIONS {URL}/a RTSP/1.0", "CSeq: 1")


def ports_of(number):
    """What a SETUP announces: other ones than before, for a long time."""
    return 20000 + 2 * (number % 20000), 20001 + 2 * (number % 20000)


def syn(wire, _):
    wire.connect(opened=False)


def reset(wire, number):
    connection = wire.connect()
    if number % 2:
        connection.say(b"O")
    connection.emit(number // 2 % 2, RST | ACK)


def one_byte(wire, _):
    wire.connect().say(b"S")


def half_method(wire, _):
    wire.connect().say(b"OPTIO")


def whole_request(wire, _):
    connection = wire.connect()
    connection.say(OPTIONS)
    connection.answer(ok(1))


def unanswered(wire, number):
    connection = wire.connect()
    connection.say(setup(1, ports_of(number)))
    return connection


def refused(wire, number):
    unanswered(wire, number).answer(ok(1, status="461 Unsupported Transport"))


def granted(wire, number):
    """By a server that names no port of its own, so that media may come from any."""
    unanswered(wire, number).answer(ok(1, agreed(ports_of(number), ""), "Session: 1"))
