# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""The hosts of topology.sh by their addresses of one family: $RTSPNAT_FAMILY, 4 or 6."""

import os
import socket

VERSION = int(os.environ.get("RTSPNAT_FAMILY", "4"))
FAMILY, PREFIX = {4: (socket.AF_INET, 24), 6: (socket.AF_INET6, 64)}[VERSION]


def host(network, number):
    return f"10.0.{network}.{number}" if VERSION == 4 else f"fd00:{network}::{number}"


CLIENT, NEIGHBOUR, ROUTER_INSIDE = host(1, 2), host(3, 2), host(1, 1)  # inside
ROUTER, SERVER, SCRIPTED, STRANGER = host(2, 1), host(2, 2), host(2, 3), host(2, 66)  # outside
ANY, LOOPBACK, BROADCAST, GROUP = {
    4: ("0.0.0.0", "127.0.0.1", "255.255.255.255", "239.1.2.3"),
    6: ("::", "::1", "ff02::1", "ff15::1"),
}[VERSION]


def bracketed(address):
    """As it stands before a colon and a port."""
    return f"[{address}]" if ":" in address else address


def packed(address):
    return socket.inet_pton(FAMILY, address)


def short(address):
    """Of an address as the kernel prints it in its tables, with all zeros."""
    return socket.inet_ntop(FAMILY, packed(address))


URL = f"rtsp://{bracketed(SERVER)}"
