# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Media flows: how many sessions a small router takes, and that nobody else gets the media."""

import pathlib
import time

from attack_case import MEDIA, agreed, ok
from attack_hosts import NEIGHBOUR, ROUTER, SERVER, URL
from dialogue_case import ask, dialogue, run

SESSIONS = 30
PLACES = "/proc/sys/net/netfilter/nf_conntrack_expect_max"


def two_tracks(case):
    """A session; returns how many of its four flows come in."""
    connection, tracks = case.connect(), (case.ports(), case.ports())
    outside = []
    for cseq, ports in enumerate(tracks, 1):
        told = ask(connection, ports, cseq, f"{URL}/a/{cseq}")
        connection.answer(ok(cseq, agreed(told), "Session: 1"))
        outside += told
    wanted = [port for ports in tracks for port in ports]
    played = 0
    for number, port in enumerate(outside):
        got = case.net.shoot([(SERVER, MEDIA + number % 2)], [(ROUTER, port)])
        played += any(hit[0] == "client" and hit[3] == wanted[number] for hit in got)
    return played


@dialogue
def small(case):
    """Each session begins when the one before plays, and stays. The table is as large as with 256 MB."""
    before = pathlib.Path(PLACES).read_text(encoding="ascii")
    run(case, "sysctl -qw net.netfilter.nf_conntrack_expect_max=32")
    try:
        played = sum(two_tracks(case) for _ in range(SESSIONS))
        places = len(case.net.router.run("conntrack", "-L", "expect").stdout.splitlines())
    finally:
        pathlib.Path(PLACES).write_text(before, encoding="ascii")
    return f"flows={played} of {4 * SESSIONS} places={places}"


def reaches(case, outside, ports):
    """Whom media of the server reach."""
    hits = case.net.shoot([(SERVER, MEDIA)], [(ROUTER, outside[0])])
    names = {hit[0] if hit[0] != "client" or hit[3] == ports[0] else "nobody" for hit in hits}
    return "+".join(sorted(names)) or "nobody"


def steal(case, ports):
    """A neighbour's own UDP from the very ports to the very server."""
    for number, port in enumerate(ports):
        with case.net.neighbour.udp(NEIGHBOUR, port) as sock:
            for _ in range(3):
                sock.sendto(b"not RTSP", (SERVER, MEDIA + number))
    time.sleep(0.1)


@dialogue
def thief(case):
    words = []
    for when in "before", "between", "paused":
        connection, ports = case.connect(), case.ports()
        if when == "before":
            steal(case, ports)
        outside = ask(connection, ports)
        connection.answer(ok(1, agreed(outside), "Session: 1"))
        if when == "between":
            steal(case, ports)
        if when == "paused":
            reaches(case, outside, ports)
            time.sleep(45)  # conntrack keeps a flow for 30 seconds
            steal(case, ports)
        words.append(f"{when}={reaches(case, outside, ports)}")
        steal(case, ports)
        words.append(reaches(case, outside, ports))
    return " ".join(words)


@dialogue
def ended(case):
    """Somebody ends the flows: by conntrack -D, and by conntrack -F, which ends the control connection, too."""
    connection, ports = case.connect(), case.ports()
    outside = ask(connection, ports)
    connection.answer(ok(1, agreed(outside), "Session: 1"))
    words = [reaches(case, outside, ports)]
    for command in ("-D", "-p", "udp"), ("-F",):
        case.net.router.run("conntrack", *command)
        time.sleep(2.5)
        words.append(reaches(case, outside, ports))
    return " ".join(words)
