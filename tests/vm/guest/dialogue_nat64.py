# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""NAT64: tayga gives the client's IPv6 an IPv4 address (RFC 7915), and the router translates that as any other. It sees
the connection twice, once in each family, and has to let the media through both times."""

import contextlib
import pathlib
import socket
import subprocess
import tempfile
import time

from attack_case import MEDIA
from attack_hosts import ROUTER, SERVER
from attack_network import PORT, Connection, readable
from dialogue_case import dialogue, run

PREFIX, OWN, POOL = "fd64::", "192.168.255.1", "192.168.255.0/24"


class Namespace6:
    """The client, whose sockets are of IPv6."""

    def __init__(self, namespace):
        self.namespace = namespace

    def socket(self, *kind):
        with self.namespace.entered():
            return socket.socket(socket.AF_INET6, *kind)


def configure(case, folder):
    """Returns the translator's configuration, and readies the router for it."""
    path = pathlib.Path(folder) / "tayga.conf"
    path.write_text(
        f"tun-device nat64\nipv4-addr {OWN}\nipv6-addr fd64:1::1\nprefix {PREFIX}/96\ndynamic-pool {POOL}\n"
        f"data-dir {folder}\n",
        encoding="ascii",
    )
    commands = [
        "modprobe tun",
        f"tayga -c {path} --mktun",
        "ip link set nat64 up",
        f"ip addr add {OWN}/32 dev nat64",
        f"ip route add {POOL} dev nat64",
        f"ip -6 route add {PREFIX}/96 dev nat64",
        f"nft add rule inet router forward iifname nat64 oifname wan tcp dport {PORT} accept",
        f"nft add rule inet router forward iifname lan oifname nat64 tcp dport {PORT} accept",
    ]
    for command in commands:
        run(case, f"ip netns exec router {command}")
    return path


@contextlib.contextmanager
def translator(case):
    with tempfile.TemporaryDirectory() as folder:
        path = configure(case, folder)
        command = ["ip", "netns", "exec", "router", "tayga", "-c", str(path), "-d"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            time.sleep(0.5)
            try:
                yield
            finally:
                process.terminate()
        case.net.router.run("tayga", "-c", str(path), "--rmtun")


@dialogue
def nat64(case):
    with translator(case):
        client = Namespace6(case.net.client)
        connection = Connection(client, case.net.listener, (PREFIX + SERVER, PORT))
        case.connections.append(connection)
        ports = case.ports()
        with client.socket(socket.SOCK_DGRAM) as media:
            media.bind(("::", ports[0]))
            outside = case.agree(connection, ports, opened=False)
            case.net.sender(SERVER, MEDIA).sendto(b"media", (ROUTER, outside[0]))
            if not readable(media, 1):
                return "media=none"
            return f"media=from {media.recvfrom(100)[1][0]}"
