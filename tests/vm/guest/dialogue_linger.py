# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Sessions that go on when their connection has ended, by FIN or RST, and for longer than conntrack would know the
connection and the flow of media."""

import time

from attack_case import MEDIA, agreed, head, ok
from attack_hosts import ROUTER, SERVER, STRANGER, URL
from attack_session import ENDS, end
from dialogue_case import ask, dialogue, got_in

SECONDS = 60  # the session's timeout; conntrack keeps media for 30 seconds, and 10 what was reset


def playing(case, sessions):
    """Of the sessions, those whose client gets media; others must not get in."""
    sources = ("stranger", STRANGER, MEDIA), ("server", SERVER, MEDIA)
    names = [how for how, outside in sessions.items() if got_in(case, sources, (ROUTER, outside[0])) == "server"]
    return ",".join(name.replace(" ", "_") for name in names) or "none"


def session(case, number):
    """One that plays, says PAUSE and is silent."""
    connection, ports = case.connect(), case.ports()
    line = f"Session: {number};timeout={SECONDS}"
    outside = ask(connection, ports)
    connection.answer(ok(1, agreed(outside), line))
    for cseq, method in enumerate(("PLAY", "PAUSE"), 2):
        connection.say(head(f"{method} {URL}/a RTSP/1.0", f"CSeq: {cseq}", f"Session: {number}"))
        connection.answer(ok(cseq, line))
    return connection, outside


def go_on(case, number):
    """Another connection, on which the session plays on; nothing on it needs a change."""
    connection = case.connect()
    for cseq, method in enumerate(("GET_PARAMETER", "PLAY"), 1):
        text = head(f"{method} {URL}/a RTSP/1.0", f"CSeq: {cseq}", f"Session: {number}")
        case.unchanged(text, connection.say(text))
        connection.answer(ok(cseq, f"Session: {number}"))


@dialogue
def outlive(case):
    """Ended in each way, and by TEARDOWN: which play when conntrack would have forgotten, which when the session is over?"""
    sessions = {}
    for number, how in enumerate((*ENDS, "TEARDOWN"), 1000):
        connection, sessions[how] = session(case, number)
        playing(case, {how: sessions[how]})  # so that there is a flow
        if how == "TEARDOWN":
            connection.say(head(f"TEARDOWN {URL}/a RTSP/1.0", "CSeq: 9", f"Session: {number}"))
            connection.answer(ok(9))
        end(connection, how)
    time.sleep(SECONDS - 20)
    for number, how in enumerate(ENDS, 1000):
        go_on(case, number)
    resumed = playing(case, sessions)
    time.sleep(SECONDS)
    return f"resumed={resumed} over={playing(case, sessions)}"


@dialogue
def quiet(case):
    """PAUSE for longer than conntrack would know the flow, and than the session would last without signs of life."""
    connection, outside = session(case, 1000)
    playing(case, {"before": outside})
    for cseq, method in enumerate(("OPTIONS", "GET_PARAMETER", "SET_PARAMETER") * 2, 4):
        time.sleep(SECONDS // 4)
        connection.say(head(f"{method} {URL}/a RTSP/1.0", f"CSeq: {cseq}", "Session: 1000"))
        connection.answer(ok(cseq, "Session: 1000"))
    connection.say(head(f"PLAY {URL}/a RTSP/1.0", "CSeq: 10", "Session: 1000"))
    connection.answer(ok(10, "Session: 1000"))
    return f"resumed={playing(case, {'yes': outside})}"
