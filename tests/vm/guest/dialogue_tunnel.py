# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""DS-Lite (RFC 6333): the client's IPv4 comes to the router through a tunnel over IPv6, and is translated there."""

from attack_case import MEDIA
from attack_hosts import ROUTER, SERVER
from attack_network import PORT
from dialogue_case import dialogue, got_in, run

# The addresses of RFC 6333 section 5.7.
ELEMENT, TRANSITION = "192.0.0.2", "192.0.0.1"


def build(case):
    """Both ends of the tunnel, and what the firewall has to let through for it."""
    near, far = "fd00:1::2", "fd00:1::1"
    tunnel = "ip -6 tunnel add dslite mode ipip6 encaplimit none"
    commands = {
        "client": (
            f"{tunnel} local {near} remote {far}",
            f"ip addr add {ELEMENT}/29 dev dslite",
            "ip link set dslite up",
            f"ip route add {SERVER}/32 dev dslite src {ELEMENT}",
        ),
        "router": (
            f"{tunnel} local {far} remote {near}",
            f"ip addr add {TRANSITION}/29 dev dslite",
            "ip link set dslite up",
            "nft add rule inet router input meta l4proto 4 accept",
            f"nft add rule inet router forward iifname dslite tcp dport {PORT} accept",
        ),
    }
    for name, words in commands.items():
        for command in words:
            run(case, f"ip netns exec {name} {command}")


def destroy(case):
    for namespace in case.net.client, case.net.router:
        namespace.run("ip", "link", "del", "dslite")


@dialogue
def dslite(case):
    build(case)
    try:
        connection, ports = case.connect(), case.ports()
        host = connection.opener.getsockname()[0]
        outside = case.agree(connection, ports, opened=False)
        return f"from={host} media={got_in(case, [('server', SERVER, MEDIA)], (ROUTER, outside[0]))}"
    finally:
        destroy(case)
