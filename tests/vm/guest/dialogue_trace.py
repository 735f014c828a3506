# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Tracepoints of a few connections."""

import pathlib
import re
import socket

from attack_case import MEDIA, agreed, head, ok, setup
from attack_hosts import CLIENT, NEIGHBOUR, ROUTER, SERVER, URL
from attack_network import PORT, Connection
from dialogue_case import ask, dialogue

TRACING = pathlib.Path("/sys/kernel/tracing")


def switch(name, value):
    (TRACING / name).write_text(value, encoding="ascii")


def said():
    """Event and text of each line."""
    text = (TRACING / "trace").read_text(encoding="ascii")
    return re.findall(r"^[^#]*?: (\w+): (.*)", text, re.M)


def published(case):
    """A server behind port forwarding names its ports."""
    with case.net.client.socket(socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((CLIENT, PORT))
        listener.listen()
        case.connections.append(Connection(case.net.server, listener, (ROUTER, PORT)))
    connection, ports = case.connections[-1], case.ports()
    ask(connection, ports)
    connection.answer(ok(1, agreed(ports), "Session: 1"))


def played(case):
    """One session that says TEARDOWN and one that hangs up; the ports of the first."""
    asked = []
    for last in True, False:
        connection, ports = case.connect(), case.ports()
        asked.append(ports)
        outside = case.agree(connection, ports)
        if outside != ports:
            case.fault("other ports than the client's own")
        if last:
            connection.say(head(f"TEARDOWN {URL}/a RTSP/1.0", "CSeq: 2", f"Session: {case.session}"))
            connection.answer(ok(2))
        connection.close()
    return asked[0]


@dialogue
def trace(case):
    switch("events/rtsp/enable", "1")
    switch("trace", "")
    ports = played(case)
    published(case)
    other = case.connect()
    other.say(setup(1, f"Transport: RTP/AVP;unicast;destination={NEIGHBOUR};client_port={MEDIA}-{MEDIA + 1}"))
    lines = said()
    wanted = f"inside={CLIENT}:{ports[0]},{ports[1]},0,0 outside={ROUTER}:{ports[0]},{ports[1]},0,0"
    own = [event for event, text in lines if wanted in text]
    if own[:2] != ["rtsp_reserve", "rtsp_expect"] or own[-1] != "rtsp_release":
        case.fault(f"of the first session: {' '.join(own)}")
    here = f"other_address: {CLIENT}:{other.opener.getsockname()[1]} to {SERVER}:{PORT}"
    if ("rtsp_left_alone", here) not in lines:
        case.fault(f"not {here}")
    switch("events/rtsp/enable", "0")
    switch("trace", "")
    played(case)
    if said():
        case.fault("events that were not asked for")
    return " ".join(sorted({event for event, _ in lines}))
