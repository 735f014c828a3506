# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""TCP connections made of packets, thousands of them, between a client and a server (SCRIPTED) whose own TCP knows nothing of
them: nobody waits, a side answers only if the attack says so, and each packet is sent as written."""

import random
import socket
import struct

from attack_hosts import CLIENT, ROUTER, ROUTER_INSIDE, SCRIPTED, STRANGER, VERSION, packed

FIN, SYN, RST, PSH, ACK, URG = (1 << bit for bit in range(6))
TO_SERVER, TO_CLIENT = 0, 1
PROTOCOL, FAMILY_OF_RULES = (0x0800, "ip") if VERSION == 4 else (0x86DD, "ip6")
ICMP, TOO_BIG = (socket.IPPROTO_ICMP, (3, 4)) if VERSION == 4 else (socket.IPPROTO_ICMPV6, (2, 0))
RTSP_PORT = 8554


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def pseudo_header(source, destination, length, protocol):
    return packed(source) + packed(destination) + struct.pack("!II", length, protocol)


def tcp(source, destination, ports, numbers, flags, data=b"", urgent=0):
    numbers = [one & 0xFFFFFFFF for one in numbers]
    head = struct.pack("!HHIIBBHHH", *ports, *numbers, 5 << 4, flags, 60000, 0, urgent)
    total = checksum(pseudo_header(source, destination, len(head) + len(data), socket.IPPROTO_TCP) + head + data)
    return head[:16] + struct.pack("!H", total) + head[18:] + data


def ip(source, destination, protocol, payload, identity=None):
    """`identity` is IPv4's, random if it is not said."""
    if VERSION == 6:
        return struct.pack("!IHBB", 6 << 28, len(payload), protocol, 64) + packed(source) + packed(destination) + payload
    identity = random.getrandbits(16) if identity is None else identity
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), identity, 0, 64, protocol, 0)
    head += packed(source) + packed(destination)
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def too_big(source, destination, quoted):
    """An ICMP error about a packet, as a router on the way would send it."""
    message = struct.pack("!BBHHH", *TOO_BIG, 0, 0, 1300) + quoted[:64]
    above = b"" if VERSION == 4 else pseudo_header(source, destination, len(message), ICMP)
    return ip(source, destination, ICMP, message[:2] + struct.pack("!H", checksum(above + message)) + message[4:])


class Side:
    """One end of the wire: what it sends goes to the router, what comes to it from the other one is dropped."""

    def __init__(self, space, device, gateway, rule):
        self.space = space
        self.check("nft", f"table inet quiet {{ chain in {{ type filter hook input priority 0; {rule} drop; }}; }}")
        space.run("ping", "-c", "1", "-W", "1", gateway)  # Its answer may be dropped, its address is known then.
        mac = space.run("ip", "neigh", "show", gateway, "dev", device).stdout.split()
        with space.entered():
            self.raw = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        self.to = device, PROTOCOL, 0, 0, bytes.fromhex(mac[mac.index("lladdr") + 1].replace(":", ""))

    def check(self, *command):
        done = self.space.run(*command)
        if done.returncode:
            raise OSError(f"{command[0]}: {done.stderr}")

    def send(self, packet):
        self.raw.sendto(packet, self.to)

    def close(self):
        self.raw.close()
        self.space.run("nft", "delete", "table", "inet", "quiet")


class Wire:
    """Both sides, for a while: `with Wire(net.client, net.server) as wire`. Connections come from each of `clients` in turn."""

    def __init__(self, client, server):
        rules = f"{FAMILY_OF_RULES} saddr {SCRIPTED} meta l4proto tcp", f"{FAMILY_OF_RULES} daddr {SCRIPTED} meta l4proto tcp"
        self.sides = Side(client, "lan", ROUTER_INSIDE, rules[0]), Side(server, "wan", ROUTER, rules[1])
        self.clients, self.count = (CLIENT,), 0

    @staticmethod
    def ends(direction, client, outside=True):
        """Addresses of a packet as it is sent; with outside=False, of one to the client as the client gets it."""
        return (client, SCRIPTED) if direction == TO_SERVER else (SCRIPTED, ROUTER if outside else client)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for side in self.sides:
            side.close()

    def connect(self, **how):
        """From the next port of the next client."""
        self.count += 1
        return PacketConnection(self, 20000 + self.count % 40000, self.clients[self.count % len(self.clients)], **how)


class ForwardedWire(Wire):
    """From outside, through the forwarding of topology.sh to a server on the client: `with ForwardedWire(net.server, net.client)`."""

    def __init__(self, opener, server):
        rules = f"{FAMILY_OF_RULES} saddr {ROUTER} tcp sport {RTSP_PORT}", f"tcp dport {RTSP_PORT}"
        self.sides = Side(opener, "wan", ROUTER, rules[0]), Side(server, "lan", ROUTER_INSIDE, rules[1])
        self.clients, self.count = (STRANGER,), 0

    @staticmethod
    def ends(direction, client, outside=True):
        return (client, ROUTER if outside else CLIENT) if direction == TO_SERVER else (CLIENT, client)


class PacketConnection:
    """One of them, with its handshake done unless `opened` says that nobody answers."""

    def __init__(self, wire, port, client, opened=True, server_port=RTSP_PORT):
        self.wire, self.sides, self.ports, self.client, self.sent = wire, wire.sides, (port, server_port), client, 0
        self.next = [random.getrandbits(32), random.getrandbits(32)]
        self.streams = [bytearray(), bytearray()]
        self.emit(TO_SERVER, SYN)
        if opened:
            self.next[TO_SERVER] += 1
            self.emit(TO_CLIENT, SYN | ACK)
            self.next[TO_CLIENT] += 1
            self.emit(TO_SERVER, ACK)

    def packet(self, direction, flags, data=b"", at=None, urgent=0, outside=True, identity=None):
        numbers = self.next[direction] if at is None else at, self.next[1 - direction] if flags & ACK else 0
        # Masquerading keeps the port if nobody else has it.
        ends = self.wire.ends(direction, self.client, outside)
        ports = self.ports if direction == TO_SERVER else self.ports[::-1]
        return ip(*ends, socket.IPPROTO_TCP, tcp(*ends, ports, numbers, flags, data, urgent), identity)

    def emit(self, direction, flags, data=b"", at=None, urgent=0):
        self.sides[direction].send(self.packet(direction, flags, data, at, urgent))
        self.sent += 1

    def push(self, direction, data, more=0):
        self.emit(direction, ACK | PSH | more, data, urgent=1 if more & URG else 0)
        self.next[direction] += len(data)
        self.streams[direction] += data

    def say(self, data):
        self.push(TO_SERVER, data)

    def answer(self, data):
        self.push(TO_CLIENT, data)
