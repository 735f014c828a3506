# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""The helper must not make bytes slower. Each dialogue is played on a connection with the helper, and on one to the next port,
without it."""

import collections
import contextlib
import socket
import statistics
import threading
import time

from attack_case import MEDIA, head, ok, setup
from attack_hosts import ROUTER, SERVER, URL
from attack_network import PORT, Connection
from dialogue_case import dialogue, got_in, run

PLAIN = PORT + 1  # no rule of the router names it, but for one that lets it pass
LINKS = (("client", "lan"), ("router", "lan"), ("router", "wan"), ("server", "wan"))


@contextlib.contextmanager
def both_ports(case):
    """Ports of the server and who listens there: `helped` and `plain`."""
    case.net.router.run("nft", "insert", "rule", "inet", "router", "forward", "tcp", "dport", str(PLAIN), "accept")
    with case.net.server.socket(socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((SERVER, PLAIN))
        listener.listen(10)
        yield {"plain": (PLAIN, listener), "helped": (PORT, case.net.listener)}


def connect(case, port, listener):
    return Connection(case.net.client, listener, (SERVER, port))


def on_links(case, *command):
    """Runs a command at both ends of the two links; DEVICE in it stands for the device."""
    for host, device in LINKS:
        getattr(case.net, host).run(*[device if word == "DEVICE" else word for word in command])


def offloads(case, how):
    on_links(case, "ethtool", "-K", "DEVICE", "sg", how, "tso", how, "gso", how, "gro", how)


def carry(sender, receiver, text):
    """Seconds until all of it has arrived, and whether it is what was sent."""
    got, started = bytearray(), time.monotonic()
    for sock in sender, receiver:
        sock.settimeout(60)
    writer = threading.Thread(target=sender.sendall, args=(text,))
    writer.start()
    try:
        while len(got) < len(text) and (data := receiver.recv(1 << 20)):
            got += data
    except TimeoutError:
        pass
    seconds = time.monotonic() - started
    writer.join()
    return seconds, bytes(got) == text


def specs(count, first):
    """Proposals of as many pairs of ports, as they stand in a Transport line."""
    return ",".join(f"RTP/AVP;unicast;client_port={first + 2 * each}-{first + 2 * each + 1}" for each in range(count))


def huge_heads():
    """SETUPs of about 60,000 bytes, nearly all of them proposals."""
    def request(*lines):
        return head(f"SETUP {URL}/a/1 RTSP/1.0", "CSeq: 1", *lines)

    return {
        "lines": request(*[f"Transport: {specs(25, 20000 + 50 * each)}" for each in range(62)]),
        "line": request(f"Transport: {specs(1550, 20000)}"),
        "short": request(*[f"Transport: {specs(1, 20000 + 2 * each)}" for each in range(1170)]),
    }


@dialogue
def huge(case):
    """One request that is all Transport specs takes no longer, however its segments are cut."""
    words = []
    with both_ports(case) as listeners:
        for how in "on", "off":
            offloads(case, how)
            for name, text in huge_heads().items():
                took = {}
                for way, where in listeners.items():
                    connection = connect(case, *where)
                    took[way], same = carry(connection.opener, connection.peer, text)
                    connection.close()
                    if not same:
                        case.fault(f"{name}: other bytes arrive {way}")
                quick = took["helped"] < min(1, took["plain"] + 0.5)
                words.append(f"{name}={'quick' if quick else '{helped:.2f}s,not_{plain:.2f}s'.format(**took)}")
        offloads(case, "on")
    return " ".join(words)


# A counter, not chance: the same segments are lost each time, as far as TCP does the same.
LOSSY = """table netdev lossy {{}}
delete table netdev lossy
table netdev lossy {{
    chain lossy {{
        type filter hook ingress device wan priority 0
        meta l4proto udp drop
        tcp sport {first}-{last} meta length > 1000 numgen inc mod 100 {which} drop
    }}
}}
"""


def lose(case, which):
    """Of each hundred full segments of the server that come to the router from now on, and of all its datagrams."""
    run(case, "ip netns exec router nft -f -", LOSSY.format(first=PORT, last=PLAIN, which=which))


@contextlib.contextmanager
def slow_link(case):
    """10 ms each way, and a segment is a packet; losses end with it."""
    offloads(case, "off")
    ends = LINKS[0], LINKS[3]
    for host, device in ends:
        getattr(case.net, host).run(*f"tc qdisc replace dev {device} root netem delay 10ms limit 10000".split())
    try:
        yield
    finally:
        case.net.router.run("nft", "delete", "table", "netdev", "lossy")
        for host, device in ends:
            getattr(case.net, host).run("tc", "qdisc", "delete", "dev", device, "root")
        offloads(case, "on")


FRAME = b"$\0" + (1400).to_bytes(2, "big") + b"\x80\x08" + bytes(1398)
INTERLEAVED = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"


def begin(case, connection, stream):
    """UDP first; then PAUSE, as ffmpeg does when no datagram comes (libavformat/rtspdec.c), and a stream by frames. Returns the
    ports that the server was told."""
    def exchange(request, *lines):
        connection.say(request)
        connection.answer(ok(exchange.cseq, *lines))
        exchange.cseq += 1

    exchange.cseq = 2
    outside = case.agree(connection, case.ports(), session="A", url=URL + "/a/1", opened=False)
    for method in "PLAY", "PAUSE":
        exchange(head(f"{method} {URL}/a RTSP/1.0", f"CSeq: {exchange.cseq}", "Session: A"), "Session: A")
    exchange(setup(exchange.cseq, INTERLEAVED, url=f"{URL}/a/{stream}"), INTERLEAVED, "Session: B")
    exchange(head(f"PLAY {URL}/a RTSP/1.0", f"CSeq: {exchange.cseq}", "Session: B"), "Session: B")
    return outside


def compared(took):
    """Of the medians."""
    helped, plain = (statistics.median(took[way]) for way in ("helped", "plain"))
    return "alike" if abs(helped / plain - 1) <= 0.15 else f"{helped / plain:.2f}_times,_{helped:.2f}_s"


def interleaved_behind_udp(case, stream, lost):
    """Media over the control connection take as long, on a path that loses some. Returns the UDP ports of the last, too."""
    took, frames = collections.defaultdict(list), FRAME * 1500
    with both_ports(case) as listeners, slow_link(case):
        for _ in range(3):
            for way, where in listeners.items():
                connection = connect(case, *where)
                # So that fewer segments are behind a loss than the helper drops before it gives up.
                connection.opener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
                outside = begin(case, connection, stream)
                lose(case, lost)
                seconds, same = carry(connection.peer, connection.opener, frames)
                took[way].append(seconds)
                case.connections.append(connection)
                if not same:
                    case.fault(f"other bytes arrive {way}")
    return f"media={compared(took)} dropped={case.net.counter('dropped')}", outside


@dialogue
def fallback(case):
    """Of the stream that was set up by UDP before; the first frame is lost, too."""
    return interleaved_behind_udp(case, 1, 0)[0]


def mixed_with(case, lost):
    words, outside = interleaved_behind_udp(case, 2, lost)
    return f"{words} udp={got_in(case, [('server', SERVER, MEDIA)], (ROUTER, outside[0]))}"


@dialogue
def mixed(case):
    """Of another stream: that of UDP goes on."""
    return mixed_with(case, 50)


@dialogue
def mixed_first(case):
    """The same, and the first frame is lost, too."""
    return mixed_with(case, 0)
