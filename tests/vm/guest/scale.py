#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""What one more costs, in nanoseconds (with `run.sh --count`: instructions), when many are there. All sessions are of one host,
with two tracks, and the server has the same two ports for all of them.

scale.py setups SAMPLES LEVEL...
        Holds LEVEL sessions, then more; at each level opens SAMPLES more, one after the other, and prints the medians of
        their first SETUP with its reply, of the second one, and of both together: "LEVEL FIRST SECOND BOTH".
scale.py flows SENDERS COUNT SESSIONS named|unnamed
        Holds SESSIONS sessions that play, then sends COUNT first datagrams of flows of the neighbour, as many from each
        of SENDERS processors at the same time. Prints "MEDIAN LOOKUPS EXPECTATIONS": the median of one datagram, how often
        COUNT more of them are compared with expectations, and how many the kernel has.
scale.py memory COUNT
        Holds COUNT sessions that have been agreed on, and prints by how many bytes each cache of the kernel has grown
        meanwhile, and by how many less is free: "CACHE BYTES" and "MemFree BYTES".

A datagram, or a segment, goes from its sender's call through the router into the other host before the call returns, so
the time of the call is the cost of the way.
"""

import gc
import os
import pathlib
import resource
import socket
import statistics
import sys
import time

from attack_case import agreed, head, ok, ports_in, setup
from attack_hosts import FAMILY, NEIGHBOUR, ROUTER, SERVER, URL
from attack_network import PORT, Connection, Namespace

SERVER_PORTS = (8000, 8001)
NAMED = f";server_port={SERVER_PORTS[0]}-{SERVER_PORTS[1]}"
TRACKS = 2
FIRST_PORT = 10000  # of the client
SINK = 9000  # of the server, where datagrams end
SETTLE = 3  # seconds in which the sweep has come, and what waits for RCU has gone
TRACING = pathlib.Path("/sys/kernel/tracing")


class Hosts:
    """Client, neighbour, router and server."""

    def __init__(self, reply):
        self.client, self.neighbour, self.router, self.server = map(Namespace, ("client", "client2", "router", "server"))
        self.reply = reply
        self.next_port = FIRST_PORT
        self.listener = self.server.socket(socket.SOCK_STREAM)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((SERVER, PORT))
        self.listener.listen(64)
        self.media = [self.server.udp(SERVER, port) for port in SERVER_PORTS]

    def expectations(self):
        with self.router.entered(), open("/proc/self/net/nf_conntrack_expect", encoding="ascii") as file:
            return len(file.readlines())

    def arrived(self):
        """Media that the client has got."""
        words = self.client.run("nft", "list", "table", "inet", "sink").stdout.split()
        return int(words[words.index("packets") + 1])


def timed_send(sender, receiver, text):
    """Returns the time of the call, and what has arrived."""
    started = time.perf_counter_ns()
    sender.send(text)
    took = time.perf_counter_ns() - started
    return took, receiver.recv(4096)


class Session:
    """A connection with two tracks."""

    def __init__(self, hosts):
        self.connection = Connection(hosts.client, hosts.listener)
        self.costs, self.outside = [], []
        for track in range(TRACKS):
            self.set_up(hosts, track)

    def set_up(self, hosts, track):
        ports = hosts.next_port, hosts.next_port + 1
        hosts.next_port += 2
        more = ("Session: 1",) if track else ()
        opener, peer = self.connection.opener, self.connection.peer
        asked, request = timed_send(opener, peer, setup(track + 1, ports, *more, url=f"{URL}/a/track{track + 1}"))
        outside = ports_in(request)
        answered, reply = timed_send(peer, opener, ok(track + 1, agreed(outside, hosts.reply), "Session: 1"))
        if ports_in(reply) != ports:
            sys.exit(f"the client was told {reply!r}, not {ports}")
        self.costs.append(asked + answered)
        self.outside.append(outside)

    def play(self, hosts):
        """A datagram to each port."""
        for ports in self.outside:
            for sock, port in zip(hosts.media, ports):
                sock.sendto(b"media", (ROUTER, port))

    def end(self):
        self.connection.say(head(f"TEARDOWN {URL}/a RTSP/1.0", f"CSeq: {TRACKS + 1}", "Session: 1"))
        self.connection.answer(ok(TRACKS + 1))
        self.connection.close()


def setups(samples, *levels):
    hosts, held = Hosts(NAMED), []
    for level in map(int, levels):
        held += [Session(hosts) for _ in range(level - len(held))]
        costs = []
        for _ in range(int(samples)):
            session = Session(hosts)
            costs.append((*session.costs, sum(session.costs)))
            session.end()
        # They differ from each other by more than anything else: medians are of one kind.
        print(level, *(round(statistics.median(cost)) for cost in zip(*costs)), flush=True)


def send_flows(hosts, processor, count, sink):
    """The median; each datagram is the first of its flow."""
    os.sched_setaffinity(0, {processor})
    hosts.neighbour.enter(hosts.neighbour.file)
    costs = []
    for i in range(count):
        with socket.socket(FAMILY, socket.SOCK_DGRAM) as sock:
            sock.bind((NEIGHBOUR, 20000 + processor * 20000 + i))
            sock.connect((SERVER, sink))
            started = time.perf_counter_ns()
            sock.send(bytes(200))
            costs.append(time.perf_counter_ns() - started)
    return round(statistics.median(costs))


def in_child(work):
    """Runs it in a process of its own; returns where to read what it returns."""
    reader, writer = os.pipe()
    if not os.fork():
        os.write(writer, str(work()).encode())
        os._exit(0)
    os.close(writer)
    return reader


def new_flows(hosts, senders, count, sink):
    """The mean of the senders' medians."""
    readers = [in_child(lambda processor=processor: send_flows(hosts, processor, count // senders, sink))
               for processor in range(senders)]
    medians = []
    for reader in readers:
        with open(reader, encoding="ascii") as file:
            medians.append(int(file.read()))
        os.wait()
    return round(statistics.mean(medians))


class Probe:
    """Counts the calls of a function of the kernel."""

    def __init__(self, function):
        self.function = function

    def __enter__(self):
        (TRACING / "kprobe_events").write_text(f"p:scale/probe {self.function}\n", encoding="ascii")
        (TRACING / "events/scale/probe/enable").write_text("1", encoding="ascii")
        return self

    def hits(self):
        words = (TRACING / "kprobe_profile").read_text(encoding="ascii").split()
        return int(words[words.index("probe") + 1])

    def __exit__(self, *_):
        (TRACING / "events/scale/probe/enable").write_text("0", encoding="ascii")
        (TRACING / "kprobe_events").write_text("", encoding="ascii")


def flows(senders, count, sessions, named):
    hosts = Hosts(NAMED if named == "named" else "")
    before = hosts.arrived()
    held = [Session(hosts) for _ in range(int(sessions))]
    for session in held:
        session.play(hosts)
    arrived, sent = hosts.arrived() - before, 2 * TRACKS * len(held)
    if arrived != sent:
        sys.exit(f"{arrived} of {sent} datagrams of {named} sessions arrived")
    cost = new_flows(hosts, int(senders), int(count), SINK)
    # Within nf_conntrack_expect_lock, and only if there are any.
    with Probe("nf_ct_find_expectation") as probe:
        new_flows(hosts, int(senders), int(count), SINK + 1)
        lookups = probe.hits()
    print(cost, lookups, hosts.expectations(), flush=True)


def memory_by_cache():
    """Bytes of all slabs of a cache, those with free objects included; and what is not free."""
    page, caches = resource.getpagesize(), {}
    for line in pathlib.Path("/proc/slabinfo").read_text(encoding="ascii").splitlines()[2:]:
        words = line.split()
        caches[words[0]] = int(words[14]) * int(words[5]) * page
    for line in pathlib.Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
        if line.startswith("MemFree:"):
            caches["MemFree"] = -1024 * int(line.split()[1])
    return caches


def memory(count):
    hosts = Hosts(NAMED)
    # All caches are there, and their lists are warm.
    Session(hosts).end()
    time.sleep(SETTLE)
    before = memory_by_cache()
    held = [Session(hosts) for _ in range(int(count))]
    time.sleep(SETTLE)
    after = memory_by_cache()
    live = hosts.router.counter("mappings_live")
    if live not in (0, TRACKS * len(held)):
        counters = pathlib.Path("/proc/self/net/nf_conntrack_rtsp")
        with hosts.router.entered():
            refusals = [line for line in counters.read_text(encoding="ascii").splitlines() if not line.endswith(" 0")]
        sys.exit(f"{live} mappings of {len(held)} connections are live: {'; '.join(refusals)}")
    for cache, size in after.items():
        print(cache, size - before.get(cache, 0))


gc.disable()
resource.setrlimit(resource.RLIMIT_NOFILE, (65536, 65536))
{"setups": setups, "flows": flows, "memory": memory}[sys.argv[1]](*sys.argv[2:])
