# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Two namespaces with the helper: the router, and a host that is its own firewall. Each has counters of its own."""

import os
import subprocess

from attack_case import MEDIA, agreed, ok
from attack_hosts import PREFIX, SERVER, VERSION, host
from attack_network import Namespace
from dialogue_case import ask, dialogue

RULES = """
table inet host {
    ct helper rtsp { type "rtsp" protocol tcp; }
    chain attach { type filter hook output priority filter; ct state new tcp dport 8554 ct helper set "rtsp"; }
    chain input {
        type filter hook input priority filter; policy drop;
        ct state established,related accept
        meta l4proto ipv6-icmp accept
    }
}
"""


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def make():
    """A host with a link of its own to the server."""
    ip("netns", "add", "other")
    ip("link", "add", "lan", "netns", "other", "type", "veth", "peer", "name", "other", "netns", "server")
    for name, device, number in ("other", "lan", 2), ("server", "other", 1):
        ip("-n", name, "addr", "add", f"{host(9, number)}/{PREFIX}", "dev", device, *["nodad"] * (VERSION == 6))
        ip("-n", name, "link", "set", device, "up")
    ip("-n", "other", "route", "add", "default", "via", host(9, 1))
    ip("netns", "exec", "other", "nft", RULES)
    return Namespace("other")


def remove(other):
    """With the connections that still linger there."""
    os.close(other.file)
    ip("-n", "server", "link", "del", "other")
    ip("netns", "del", "other")


def play(case, opener, count):
    """That many streams on a connection; returns the ports of the last."""
    connection = case.connect(opener)
    for cseq in range(1, count + 1):
        ports = case.ports()
        outside = ask(connection, ports, cseq, f"rtsp://a/{cseq}")
        connection.answer(ok(cseq, agreed(outside), "Session: 1"))
    return ports


@dialogue
def namespaces(case):
    other = make()
    play(case, case.net.client, 1)
    ports = play(case, other, 2)
    with other.udp(host(9, 2), ports[0]) as sock:
        sock.settimeout(1)
        case.net.sender(SERVER, MEDIA).sendto(b"media", (host(9, 2), ports[0]))
        if sock.recv(100) != b"media":
            case.fault("the other host does not play")
    spaces = {"router": case.net.router, "other": other, "server": case.net.server}
    words = [f"{name}={space.counter('setups')}" for name, space in spaces.items()]
    for connection in case.connections:
        connection.close()
    remove(other)
    words.append(f"router={case.net.counter('setups')}")
    other = make()
    words.append(f"new={other.counter('setups')}")
    remove(other)
    return " ".join(words)
