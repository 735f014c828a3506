# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Connections that carry media: the router follows some, and forgets others."""

from attack_case import MEDIA, agreed, head, ok, setup
from attack_hosts import ROUTER, SERVER, URL
from dialogue_case import ask, dialogue, got_in

LINE = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"
FRAMES = b"$\0\0\4abcd" * 50


def media(case, connection):
    """Frames of the server, and what the router then thinks of the connection, which is the only one."""
    before = case.net.counter("connections_open")
    case.unchanged(FRAMES, connection.answer(FRAMES), "media")
    after = case.net.counter("connections_open")
    if before != 1:
        case.fault(f"{before} connections are followed before media come")
    return "followed" if after else "forgotten"


def agree_on_frames(connection, cseq=1, status="200 OK"):
    connection.say(setup(cseq, LINE, url=URL + "/a/2"))
    connection.answer(ok(cseq, LINE, "Session: 1", status=status))


def helped(case, connection, cseq):
    """Who gets media in behind a SETUP of UDP."""
    outside = case.agree(connection, case.ports(), cseq=cseq, opened=False)
    return got_in(case, [("server", SERVER, MEDIA)], (ROUTER, outside[0]))


@dialogue
def interleaved(case):
    """Nothing but frames is to come: the connection is forgotten at the first, and a SETUP behind it is on its own."""
    connection = case.connect()
    agree_on_frames(connection)
    return f"{media(case, connection)} then={helped(case, connection, 2)}"


@dialogue
def interleaved_refused(case):
    """Frames that were not agreed on: of a session that is over, or of another server."""
    connection = case.connect()
    connection.say(head(f"OPTIONS {URL}/a RTSP/1.0", "CSeq: 1"))
    connection.answer(ok(1))
    old = media(case, connection)
    agree_on_frames(connection, 2, "461 Unsupported Transport")
    return f"old={old} refused={media(case, connection)} then={helped(case, connection, 3)}"


@dialogue
def interleaved_mapped(case):
    """Frames of one stream, and datagrams of another: followed until the datagrams are over."""
    connection, ports = case.connect(), case.ports()
    outside = ask(connection, ports)
    connection.answer(ok(1, agreed(outside), "Session: 1"))
    agree_on_frames(connection, 2)
    mapped = media(case, connection)
    case.keeps(outside, "media over the connection")
    then = helped(case, connection, 3)
    for cseq, stream in (4, "a/1"), (5, "a/track1"):
        connection.say(head(f"TEARDOWN {URL}/{stream} RTSP/1.0", f"CSeq: {cseq}"))
        connection.answer(ok(cseq))
    return f"mapped={mapped} then={then} torn_down={media(case, connection)}"
