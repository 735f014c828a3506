# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Urgent data: the receiver takes a byte out of the stream, so from there on the router would read another text."""

import socket
import time

from attack_case import head, setup
from attack_hosts import ROUTER, URL
from dialogue_case import dialogue

BODY = 20000  # more than a small window; the pointer says no more than 65535


def begin(case, size):
    """A request whose body is to come."""
    connection = case.connect()
    connection.say(head(f"SET_PARAMETER {URL}/a RTSP/1.0", "CSeq: 1", f"Content-Length: {size}"))
    return connection


def is_helped(case, connection):
    """Whether a SETUP that follows is."""
    ports = case.ports()
    text = setup(2, ports)
    case.unchanged(text, connection.say(text)[-len(text):])
    return any(one.destination == ROUTER and one.port == ports[0] for one in case.net.expectations())


def verdict(case, connection, before, helped):
    seen = case.net.counter("urgent") - before
    connection.close()
    return f"{'read_on' if helped else 'transparent'},{seen}"


def in_body(case, urgent):
    connection, before = begin(case, 100), case.net.counter("urgent")
    connection.say(bytes(49))
    if urgent:
        connection.opener.send(b"!", socket.MSG_OOB)
    else:
        connection.say(b"!")
    connection.say(bytes(50))
    return verdict(case, connection, before, is_helped(case, connection))


def ahead(case):
    """The server does not read, and says so (a window of 0): what is urgent cannot leave, but that it is comes with probes
    that are empty."""
    case.net.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection, before = begin(case, BODY), case.net.counter("urgent")
    connection.opener.sendall(bytes(BODY - 1))
    time.sleep(3)
    if case.net.counter("urgent") != before:
        case.fault("urgent before it is")
    connection.opener.send(b"!", socket.MSG_OOB)
    time.sleep(3)
    seen = case.net.counter("urgent") - before
    left, deadline = BODY - 1, time.monotonic() + 20
    while left and time.monotonic() < deadline:
        left -= len(connection.peer.recv(min(left, 65536)))
    helped = is_helped(case, connection)
    return f"{verdict(case, connection, before, helped)} while_empty={seen}"


@dialogue
def urgent(case):
    return f"no={in_body(case, False)} body={in_body(case, True)} ahead={ahead(case)}"
