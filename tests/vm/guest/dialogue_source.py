# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Who may send media, when the server says that another host will (media_source)."""

from attack_case import MEDIA, head, ok, transport_of
from attack_hosts import CLIENT, ROUTER, SCRIPTED, SERVER, STRANGER, bracketed
from attack_network import readable
from dialogue_case import ask, dialogue, got_in

HOSTS = {"server": SERVER, "named": SCRIPTED, "stranger": STRANGER}


def from_hosts(names, port):
    return [(name, HOSTS[name], port) for name in names.split()]


def hears_client(case, inside, outside):
    """Which hosts the client reaches at their media port, from the ports that were announced."""
    heard = []
    with case.net.client.udp(CLIENT, inside[0]) as sock:
        for name, address in HOSTS.items():
            far = case.net.sender(address, MEDIA)
            sock.sendto(b"punch", (address, MEDIA))
            if readable(far, 0.2):
                where = far.recvfrom(100)[1][:2]
                heard.append(name)
                if where != (ROUTER, outside[0]):
                    case.fault(f"the client seems to be {where[0]} {where[1]}")
    return ",".join(heard) or "nobody"


def who(case, agree):
    """`agree` asks for ports, and has a function that answers as its last result."""
    inside, outside, answer = agree(case)
    if case.net.shoot([(address, MEDIA) for address in HOSTS.values()], [(ROUTER, outside[0])]):
        case.fault("somebody gets in before the answer")
    answer()
    if case.net.shoot([(address, MEDIA + 2) for address in HOSTS.values()], [(ROUTER, outside[0])]):
        case.fault("somebody gets in from a port that the server did not name")
    rtp = got_in(case, from_hosts("stranger named server stranger", MEDIA), (ROUTER, outside[0]))
    rtcp = got_in(case, from_hosts("named stranger server", MEDIA + 1), (ROUTER, outside[1]))
    # A flow under way would lead there, so it is another stream.
    inside, outside, answer = agree(case)
    answer()
    return f"rtp={rtp} rtcp={rtcp} to={hears_client(case, inside, outside)}"


@dialogue
def source(case):
    """RTSP 1.0: source=."""

    def agree(case):
        connection, inside = case.connect(), case.ports()
        outside = ask(connection, inside)
        named = transport_of(outside) + f";source={SCRIPTED};server_port={MEDIA}-{MEDIA + 1}"
        return inside, outside, lambda: connection.answer(ok(1, named, "Session: 1"))

    return who(case, agree)


@dialogue
def src_addr(case):
    """RTSP 2.0: src_addr=."""

    def agree(case):
        connection, ports = case.connect(), case.ports()
        to = f'dest_addr=":{ports[0]}"/":{ports[1]}"'
        request = head("SETUP rtsp://a/1 RTSP/2.0", "CSeq: 1", f"Transport: RTP/AVP;unicast;{to}")
        case.unchanged(request, connection.say(request))
        named = bracketed(SCRIPTED)
        line = f'Transport: RTP/AVP;unicast;{to};src_addr="{named}:{MEDIA}"/"{named}:{MEDIA + 1}"'
        return ports, ports, lambda: connection.answer(head("RTSP/2.0 200 OK", "CSeq: 1", "Session: 1", line))

    return who(case, agree)
