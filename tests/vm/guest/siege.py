#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""siege.py SECONDS [REGEX]: attackers of one family (attack_hosts.py) besiege the router, each for so long and a little more, with the
smallest limits and with the usual ones; with $RTSPNAT_CONTAINER those of a router in a namespace. Every three seconds a neighbour plays two tracks, and at the end, while the attack goes on, a
victim whose connection was idle all the time. Prints what attack.py prints."""

import os
import re
import subprocess
import sys
import time

from attack_case import head, ok, run
from attack_crowd import limited, small_table, victim, with_parameter
from attack_flood import rest
from attack_hosts import SERVER, URL, VERSION
from attack_network import Network
from attack_worst import OPTIONS

PROGRAM = (sys.executable, "-S", "siege_attack.py")
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "unshare", "--user", "--map-root-user", "--net", "--mount")
ATTACKERS = {
    4: {
        "one host inside": (*PROGRAM, "inside"),
        "one outsider, by a port forwarding": (*PROGRAM, "outsider"),
        "1000 outsiders, by a port forwarding": (*PROGRAM, "outsiders"),
        "one unprivileged namespace": (*NOBODY, "./siege.sh", "namespace"),
    },
    6: {"one /64": (*PROGRAM, "site")},
}[VERSION]
if "RTSPNAT_CONTAINER" in os.environ:  # Namespaces but the first one share a half of the connections.
    ATTACKERS = {"one unprivileged namespace, the router is one too": ATTACKERS["one unprivileged namespace"]}
SIZES = {"smallest": (16, 64), "usual": (1024, 4096)}  # places for expectations, connections
EVERY = 3  # seconds: a session of the neighbour's
LONGER = 5  # seconds: so much longer than the siege the attack goes on


def session(case):
    """Two tracks, as players do, and everything at the first try; does it play?"""
    connection = case.connect(case.net.neighbour)
    connection.say(OPTIONS)
    connection.answer(ok(1, "Public: SETUP, TEARDOWN"))
    tracks = []
    for cseq in 2, 3:
        ports, media, url = case.ports(), 6000 + 2 * cseq, f"{URL}/a/track{cseq}"
        outside = case.agree(connection, ports, cseq, url=url, opened=False, media=media)
        tracks.append(case.plays(outside, ports, "a session of the neighbour", "neighbour", (SERVER, media)))
    connection.say(head(f"TEARDOWN {URL}/a RTSP/1.0", "CSeq: 4", f"Session: {case.session}"))
    connection.answer(ok(4))
    connection.close()
    return all(tracks)


class Neighbour:
    def __init__(self, case):
        self.case, self.all, self.played, self.slowest = case, 0, 0, 0.0

    def play(self):
        begun = time.monotonic()
        self.all += 1
        try:
            self.played += session(self.case)
        except OSError as error:
            self.case.fault(f"a session of the neighbour stops: {error!r}")
        self.slowest = max(self.slowest, time.monotonic() - begun)
        time.sleep(max(0.0, begun + EVERY - time.monotonic()))

    def __str__(self):
        return f"{self.played} of {self.all} sessions of the neighbour play, the slowest takes {self.slowest:.1f} s"


def bounded(case, size):
    """More than half of the places may be taken by those who have few."""
    most = {"connections_open": size[1], "expectations": size[0] * 3 // 4}
    for name, limit in most.items():
        now = case.net.counter(name)
        if now > limit:
            case.fault(f"{now} {name} of {limit}")


def besiege(case, command, size, seconds):
    neighbour, before = Neighbour(case), limited(case.net.router)
    with subprocess.Popen([*command, str(seconds + LONGER)], stdout=subprocess.PIPE, text=True) as attack:
        with victim(case, "a siege"):
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                neighbour.play()
                bounded(case, size)
        if attack.poll() is not None:
            case.fault("the attack has ended before the victim's SETUP")
        count, reached = map(int, attack.stdout.read().split() or (0, 0))
    own = limited(case.net.router) - before
    if not reached and size == SIZES["smallest"]:
        case.fault("no limit was reached")
    if "namespace" in command and own:
        case.fault(f"{own} times a limit of the router's was reached from another namespace")
    case.note = f"{count} connections in {seconds + LONGER} s, {reached} times refused or given way; {neighbour}"
    if case.faults:
        case.fault(case.note)


def siege(command, size, seconds):
    """As a function that attack_case.run() takes."""

    def function(case):
        case.patience = 2
        with small_table(size[0]), with_parameter("max_connections", str(size[1])):
            rest()
            besiege(case, command, size, seconds)

    return function


def main():
    seconds, wanted = int(sys.argv[1]), re.compile(sys.argv[2] if len(sys.argv) > 2 else "")
    net = Network()
    for size, limits in SIZES.items():
        for attacker, command in ATTACKERS.items():
            name = f"{size} limits, {attacker}"
            if wanted.search(name):
                run(net, name, siege(command, limits, seconds), quick=False)


main()
