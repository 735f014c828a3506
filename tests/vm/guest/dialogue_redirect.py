# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Where the server sends its client on (follow_redirects), and media under way at TEARDOWN (end_media)."""

import socket

from attack_case import MEDIA, head, ok
from attack_hosts import ROUTER, SERVER, URL, bracketed
from attack_network import Connection
from dialogue_case import dialogue, got_in

ELSEWHERE = 8600  # A port that no rule names.


@dialogue
def redirect(case):
    listener = case.net.server.socket(socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((SERVER, ELSEWHERE))
    listener.listen(5)
    connection = case.connect()
    connection.say(head(f"DESCRIBE {URL}/a RTSP/1.0", "CSeq: 1"))
    there = f"Location: rtsp://{bracketed(SERVER)}:{ELSEWHERE}/b"
    connection.answer(head("RTSP/1.0 302 Found", "CSeq: 1", there))
    try:
        case.connections.append(Connection(case.net.client, listener, (SERVER, ELSEWHERE)))
    except TimeoutError:
        return "connects=no"
    outside = case.agree(case.connections[-1], case.ports(), opened=False)
    return f"connects=yes media={got_in(case, [('server', SERVER, MEDIA)], (ROUTER, outside[0]))}"


@dialogue
def teardown(case):
    connection = case.connect()
    outside = case.agree(connection, case.ports())
    connection.say(head(f"TEARDOWN {URL}/a RTSP/1.0", "CSeq: 2", f"Session: {case.session}"))
    connection.answer(ok(2))
    return f"after={got_in(case, [('server', SERVER, MEDIA)], (ROUTER, outside[0]))}"
