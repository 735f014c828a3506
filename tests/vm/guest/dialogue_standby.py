# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""A second router takes over: conntrackd has told it of flows and expectations. It gets the first one's links, and with
them its addresses; the first one says nothing any more. IPv6 is not translated."""

import contextlib
import functools
import pathlib
import subprocess
import tempfile
import time

from attack_case import MEDIA, head, ok, setup
from attack_hosts import CLIENT, PREFIX, ROUTER, ROUTER_INSIDE, SERVER, STRANGER, URL, VERSION
from attack_network import PORT, Namespace
from dialogue_case import dialogue, got_in, run, until

PEERS = {"router": "10.9.0.1", "standby": "10.9.0.2"}
TARGET = ROUTER if VERSION == 4 else CLIENT
SYNC = 3780  # their own port
LINKS = {"lan": ROUTER_INSIDE, "wan": ROUTER}
# Without CommitTimeout conntrackd guesses: a flow gets what is left of the 30 s that it had when it was announced.
CONFIGURATION = """
Sync {{
    Mode FTFW {{ CommitTimeout 180 }}
    UDP {{
        IPv4_address {own}
        IPv4_Destination_Address {other}
        Port {sync}
        Interface sync
        Checksum on
    }}
    Options {{ ExpectationSync on }}
}}
General {{
    HashSize 1024
    HashLimit 8192
    LockFile {folder}/{name}.lock
    UNIX {{ Path {folder}/{name}.ctl }}
}}
"""


def build(case):
    """The standby: a link to the router, and the same rules."""
    run(case, "ip netns add standby")
    run(case, "ip link add sync netns router type veth peer name sync netns standby")
    if VERSION == 6:
        run(case, "ip netns exec router nft flush chain inet router nat")
    rules = run(case, "ip netns exec router nft list ruleset")
    for name, address in PEERS.items():
        run(case, f"ip -n {name} addr add {address}/24 dev sync")
        run(case, f"ip -n {name} link set sync up")
        if name == "standby":
            run(case, "ip netns exec standby sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1")
            run(case, "ip netns exec standby nft -f -", rules)
        run(case, f"ip netns exec {name} nft insert rule inet router input iifname sync accept")


def move(case, giver, taker):
    for device, address in LINKS.items():
        run(case, f"ip -n {giver} link set {device} netns {taker}")
        run(case, f"ip -n {taker} addr add {address}/{PREFIX} dev {device}" + " nodad" * (VERSION == 6))
        run(case, f"ip -n {taker} link set {device} up")


def destroy(case):
    move(case, "standby", "router")
    # Those of the other family went as well.
    for number, device in (1, "lan"), (2, "wan"):
        run(case, f"ip -n router addr replace 10.0.{number}.1/24 dev {device}")
        run(case, f"ip -n router addr replace fd00:{number}::1/64 dev {device} nodad")
    run(case, "ip -n router link del sync")
    run(case, "ip netns del standby")


@functools.cache
def space(name):
    return Namespace(name)


def conntrackd(folder, name, *what):
    """What the daemon of that router says; None while it does not listen yet."""
    done = space(name).run("conntrackd", "-C", f"{folder}/{name}", *what)
    return None if done.returncode else done.stdout.splitlines()


@contextlib.contextmanager
def daemons(case, folder):
    """conntrackd on both; by the name of the namespace. Conntrack tells of a connection only who listens when it begins."""
    running = {}
    for name, own in PEERS.items():
        other = next(address for address in PEERS.values() if address != own)
        path = pathlib.Path(folder) / name
        path.write_text(CONFIGURATION.format(sync=SYNC, own=own, other=other, folder=folder, name=name), encoding="ascii")
        command = ["ip", "netns", "exec", name, "conntrackd", "-C", str(path)]
        running[name] = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for name in PEERS:
            if not until(lambda: conntrackd(folder, name, "-s")):
                case.fault(f"conntrackd of the {name} does not answer")
        yield running
    finally:
        for process in running.values():
            process.kill()
            process.wait()


def count(lines, *words):
    return sum(all(word in line for word in words) for line in lines or ())


def told(folder):
    """Connections, media flows and expectations that the standby has been told of."""
    flows = conntrackd(folder, "standby", "-e")
    media = count(flows, "udp ") - count(flows, "udp ", f"dport={SYNC}")
    return count(flows, "tcp ", f"dport={PORT}"), media, count(conntrackd(folder, "standby", "-e", "exp"), "proto")


def flows_of(name):
    """Connections and media flows that the kernel of that router has."""
    family = "ipv4" if VERSION == 4 else "ipv6"
    tcp = space(name).run("conntrack", "-L", "-f", family, "-p", "tcp", "--dport", str(PORT)).stdout
    udp = space(name).run("conntrack", "-L", "-f", family, "-p", "udp", "-u", "EXPECTED").stdout
    return len(tcp.splitlines()), len(udp.splitlines())


def expected_by(name):
    """How many expectations it has."""
    with space(name).entered():
        return len(pathlib.Path("/proc/self/net/nf_conntrack_expect").read_text(encoding="ascii").splitlines())


def take_over(case, folder, running):
    flows, expected = flows_of("router"), expected_by("router")
    if not until(lambda: told(folder) == (*flows, expected)):
        case.fault(f"the standby was told of {told(folder)} and not of {(*flows, expected)}")
    # A router that dies does not say that its flows are gone.
    running["router"].kill()
    running["router"].wait()
    move(case, "router", "standby")
    # Without a word of what, conntrackd 1.4.7 commits the flows alone; and it commits in a process of its own.
    for what, done in ("ct", lambda: flows_of("standby") == flows), ("exp", lambda: expected_by("standby") == expected):
        run(case, f"ip netns exec standby conntrackd -C {folder}/standby -c {what}")
        if not until(done):
            case.fault(f"conntrackd does not commit all that is {what}")
    # The first packet of a flow is lost while a neighbour is looked up.
    for address in CLIENT, SERVER:
        run(case, f"ip netns exec standby ping -qc1 -w9 {address}")


def goes_on(case, connection):
    """A request on a connection that came over, and its answer; the helper looks for its media within a second."""
    text = head(f"GET_PARAMETER {URL}/a RTSP/1.0", "CSeq: 2")
    case.unchanged(text, connection.say(text))
    case.unchanged(ok(2), connection.answer(ok(2)))
    time.sleep(2)


def gets_in(case, ports, outside, media=MEDIA):
    """Who sends to the client; what the server sends has to reach the client's own port."""
    who = got_in(case, (("stranger", STRANGER, media), ("server", SERVER, media)), (TARGET, outside[0]))
    hits = case.net.shoot([(SERVER, media)], [(TARGET, outside[0])])
    if who == "server" and not any(hit[3] == ports[0] for hit in hits):
        case.fault(f"media reach {hits} and not port {ports[0]}")
    return who


def changes(case, connection):
    """What another SETUP on a connection that came over asks for."""
    ports = case.ports()
    return gets_in(case, ports, case.agree(connection, ports, cseq=3, url=f"{URL}/a/3", opened=False))


def play(case):
    """Two streams have the same ports of the client: behind NAT the server is told of others for one."""
    with tempfile.TemporaryDirectory() as folder, daemons(case, folder) as running:
        flowing, agreed, moved = (case.connect() for _ in range(3))
        first, second = case.ports(), case.ports()
        third = second if VERSION == 4 else case.ports()
        outside = [case.agree(flowing, first, opened=False), case.agree(agreed, second, opened=False),
                   case.agree(moved, third, opened=False, media=MEDIA + 2)]
        words = [f"before={gets_in(case, first, outside[0])}"]
        take_over(case, folder, running)
        words.append(f"flowing={gets_in(case, first, outside[0])}")
        goes_on(case, agreed)
        words.append(f"agreed={gets_in(case, second, outside[1])}")
        goes_on(case, moved)
        words.append(f"moved={gets_in(case, third, outside[2], MEDIA + 2)}")
        goes_on(case, flowing)
        words.append(f"flowing={gets_in(case, first, outside[0])}")
        words.append(f"later={changes(case, flowing)}")
        ports = case.ports()
        words.append(f"new={gets_in(case, ports, case.agree(case.connect(), ports, opened=False))}")
        for counter in "midstream", "picked_up":
            words.append(f"{counter}={space('standby').counter(counter)}")
    return " ".join(words)


@dialogue
def standby(case):
    build(case)
    try:
        return play(case)
    finally:
        destroy(case)
