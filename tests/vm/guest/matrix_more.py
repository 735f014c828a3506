#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""matrix_more.py CASE URL PORT [SECONDS]: a scripted client that does what players seldom do. Its UDP ports are PORT to
PORT + 3.

pause       plays, pauses for SECONDS without a word and a datagram, plays on
resume      plays, pauses, hangs up; SECONDS later plays on by another connection
reset       the same, but its connection is reset
teardown    plays, ends the second of two streams, and goes on playing the first; prints the answer to TEARDOWN
published   plays; prints the server's ports as the answers name them, and where the media came from

Prints a line a step, counts as numbers of datagrams of each track; exit code 1 if something did not happen.
"""

import re
import select
import socket
import struct
import sys
import time

from scripted_client import Control, media_sockets, transport

ENOUGH = 50


def say(*words):
    print(*words, flush=True)


def set_up(control, port):
    """Both tracks; returns the server's ports."""
    ports = []
    for track in (0, 1):
        request = control.request("SETUP", f"{control.url}/stream={track}", transport(port + 2 * track))
        fields = control.exchange(request)[0][0]
        control.session = fields["session"].split(";")[0]
        ports.append(int(re.search(r"server_port=(\d+)", fields["transport"])[1]))
    return ports


def ask(control, method, url=None):
    control.exchange(control.request(method, url or control.url))


def receive(sockets, tracks=(0, 1), seconds=6):
    """Counts datagrams until enough of these tracks have come; returns that, and where the last came from."""
    counts, sources, deadline = [0, 0], [None, None], time.monotonic() + seconds
    while min(counts[track] for track in tracks) < ENOUGH and time.monotonic() < deadline:
        for sock in select.select(sockets, [], [], 0.2)[0]:
            number, source = sockets.index(sock), sock.recvfrom(2048)[1]
            if number % 2 == 0:
                counts[number // 2] += 1
                sources[number // 2] = source[:2]
    say("datagrams", *counts)
    if min(counts[track] for track in tracks) < ENOUGH:
        sys.exit(1)
    return counts, sources


def drain(sockets):
    """What was on its way."""
    while ready := select.select(sockets, [], [], 0.5)[0]:
        for sock in ready:
            sock.recv(2048)


def main():
    case, url, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
    seconds = float(sys.argv[4]) if len(sys.argv) > 4 else 0
    sockets = media_sockets(url, port)
    control = Control(case, url, "whole", 60, 1)
    ports = set_up(control, port)
    ask(control, "PLAY")
    sources = receive(sockets)[1]
    if case == "published":
        say("server_port", *ports)
        say("from", *(f"{address} {number}" for address, number in sources))
    elif case == "teardown":
        try:
            ask(control, "TEARDOWN", url + "/stream=1")
            say("TEARDOWN was done")
        except ValueError as error:
            say(error)
        time.sleep(1)
        receive(sockets, (0,))
    else:
        ask(control, "PAUSE")
        drain(sockets)
        if case == "reset":
            control.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if case != "pause":
            control.sock.close()
        say("quiet")
        time.sleep(seconds)
        if case != "pause":
            session = control.session
            control = Control(case, url, "whole", 60, 1)
            control.session = session
        ask(control, "PLAY")
        receive(sockets)
    ask(control, "TEARDOWN")


main()
