#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""siege_attack.py ATTACKER SECONDS: the attacker of a siege (siege.py) does its worst for so long, each connection something else, as
fast as it can. Prints how many connections it has begun, and how many have been refused or have given way on its router meanwhile."""

import random
import sys
import time

import attack_worst
from attack_crowd import limited
from attack_hosts import CLIENT, SERVER
from attack_network import Namespace
from attack_packets import ForwardedWire, Wire

WORST = (attack_worst.syn, attack_worst.reset, attack_worst.one_byte, attack_worst.half_method, attack_worst.whole_request,
         attack_worst.unanswered, attack_worst.refused)


def inside(client, server, _):
    """And a server outside that is on its side."""
    return Wire(client, server), (*WORST, attack_worst.granted)


def outsider(client, server, _):
    """Of a camera on the client."""
    return ForwardedWire(server, client), WORST


def outsiders(client, server, router):
    router.run("ip", "route", "replace", "10.9.0.0/16", "via", SERVER)
    wire = ForwardedWire(server, client)
    wire.clients = [f"10.9.{number // 250}.{1 + number % 250}" for number in range(1000)]
    return wire, WORST


def site(client, server, router):
    """A machine that has all addresses of a network."""
    router.run("ip", "-6", "route", "replace", "fd00:9::/64", "via", CLIENT)
    wire, worst = inside(client, server, router)
    wire.clients = [f"fd00:9::{random.getrandbits(16):x}:{number:x}" for number in range(5000)]
    return wire, worst


ATTACKERS = {"inside": inside, "outsider": outsider, "outsiders": outsiders, "site": site}


def main():
    client, server, router = map(Namespace, ("client", "server", "router"))
    before, count = limited(router), 0
    wire, worst = ATTACKERS[sys.argv[1]](client, server, router)
    deadline = time.monotonic() + float(sys.argv[2])
    with wire:
        while time.monotonic() < deadline:
            worst[count % len(worst)](wire, count)
            count += 1
    print(count, limited(router) - before)


main()
