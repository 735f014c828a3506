# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Attacks on an honest session by a server, a stranger or another host inside, and packets that come before and after it."""

import socket
import struct
import time

from attack_case import MEDIA, attack, agreed, head, ok, ports_in, setup
from attack_hosts import CLIENT, NEIGHBOUR, ROUTER, SERVER, STRANGER, URL, VERSION, bracketed, packed
from attack_network import PORT


@attack("control: an honest session plays, a stranger and other ports of the server do not")
def control(case):
    ports = case.ports()
    outside = case.agree(case.connect(), ports, opened=False)
    strangers = [(STRANGER, MEDIA), (STRANGER, PORT), (SERVER, MEDIA + 2), (SERVER, 53)]
    case.admits_nothing(*outside, sources=strangers)
    case.plays(outside, ports, "an honest session")
    case.admits_nothing(*outside, sources=strangers)
    case.plays(outside, ports, "media behind the shots")


@attack("media before the 2xx")
def before(case):
    connection, ports = case.connect(), case.ports()
    outside = ports_in(connection.say(setup(1, ports))) or ports
    case.admits_nothing(*outside, *ports)
    connection.answer(ok(1, status="100 Continue"))
    case.admits_nothing(*outside, *ports)
    # Another request waits too, so that an answer with neither number, and of other ports, is nobody's.
    connection.say(head(f"OPTIONS {URL} RTSP/1.0", "CSeq: 5"))
    connection.answer(ok(2, agreed(case.ports())))
    case.admits_nothing(*outside, *ports)
    connection.answer(ok(1, agreed(outside), status="461 Unsupported Transport"))
    case.sealed(*outside, *ports)


@attack("answers that were never asked for")
def unasked(case):
    connection, ports, asked, more = case.connect(), case.ports(), case.ports(), case.ports()
    for number in 0, 1, 77, 2**32, 2**32 + 1:
        reply = ok(number, agreed(ports), "Session: 1")
        case.unchanged(reply, connection.answer(reply), "an answer")
    # Which of two is answered cannot be told without the number.
    connection.say(setup(1, asked))
    connection.say(setup(5, more))
    for cseq, transport in ((2, asked), (11, asked), ("x", asked), ("", asked)):
        connection.answer(ok(cseq, agreed(transport)))
    case.admits_nothing(*ports, *asked, *more)


@attack("an answer that names other ports or another host")
def other_ports(case):
    reserved = []
    for line in "Transport: RTP/AVP;unicast;client_port={0}-{1}", \
                f"Transport: RTP/AVP;unicast;destination={NEIGHBOUR};client_port={{2}}-{{3}}", \
                "Transport: RTP/AVP;unicast;client_port=22-23":
        connection, asked, named = case.connect(), case.ports(), case.ports()
        outside = ports_in(connection.say(setup(1, asked))) or asked
        connection.answer(ok(1, line.format(*named, *outside) + f";server_port={MEDIA}-{MEDIA + 1}"))
        reserved += outside
        case.expects_only(*reserved)
        case.admits_nothing(*named, 22, 23)
        hits = case.net.shoot([(SERVER, MEDIA)], [(NEIGHBOUR, port) for port in (*outside, *asked)])
        if any(hit[0] == "neighbour" for hit in hits):
            case.fault("opens the neighbour")


@attack("an answer with source= of a stranger")
def source(case):
    connection, ports = case.connect(), case.ports()
    outside = ports_in(connection.say(setup(1, ports))) or ports
    connection.answer(ok(1, agreed(outside, f";source={STRANGER};server_port={MEDIA}-{MEDIA + 1}")))
    case.admits_nothing(*outside, *ports, sources=[(STRANGER, MEDIA)])


@attack("SETUP as a request of the server")
def servers_setup(case):
    connection, ports = case.connect(), case.ports()
    text = setup(1, ports, url=f"rtsp://{bracketed(CLIENT)}/a")
    case.unchanged(text, connection.answer(text))
    connection.say(ok(1, agreed(ports)))
    case.sealed(*ports)


@attack("the same CSeq twice")
def cseq_twice(case):
    connection, first, second, other, third = case.connect(), *(case.ports() for _ in range(4))
    for ports in first, second:
        connection.say(setup(1, ports))
    connection.answer(ok(1, agreed(first)))
    # Only one of the two was answered. Its answer again, and one with other ports:
    case.admits_nothing(*second)
    connection.say(setup(9, third))
    connection.answer(ok(3, agreed(other)))
    connection.answer(ok(1, status="404 Not Found"))
    case.admits_nothing(*second, *other, *third)
    case.expects_only(*first, *third)


@attack("TEARDOWN with another's session")
def teardown(case):
    connection, ports = case.connect(), case.ports()
    outside = case.agree(connection, ports, opened=False)
    intruder = case.connect(case.net.neighbour)
    for number, (who, line) in enumerate(((intruder, f"Session: {case.session}"), (connection, "Session: ffffffff")), 5):
        who.say(head(f"TEARDOWN {URL}/b RTSP/1.0", f"CSeq: {number}", line))
        who.answer(ok(number))
        case.keeps(outside, "TEARDOWN of another session")
    case.plays(outside, ports, "after that, media")


@attack("an answer to TEARDOWN that nobody asked for")
def unasked_teardown(case):
    connection, ports = case.connect(), case.ports()
    outside = case.agree(connection, ports, opened=False)
    for text in ok(9), ok(1, status="454 Session Not Found"), head("TEARDOWN rtsp://a/ RTSP/1.0", "CSeq: 1"):
        connection.answer(text)
    case.keeps(outside, "such an answer")
    case.plays(outside, ports, "after that, media")


def end(connection, how):
    """FIN of both sides, or RST of one."""
    sides = [connection.opener, connection.peer]
    if how == "RST of the server":
        sides.reverse()
    if "RST" in how:
        sides[0].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    for side in sides:
        side.close()
    time.sleep(0.2)


ENDS = "FIN", "RST", "RST of the server"


@attack("after TEARDOWN, and after FIN and RST before the answer, nothing is left")
def leftovers(case):
    connection, ports = case.connect(), case.ports()
    # Nothing may have come before, or it would be a flow under way.
    outside = case.agree(connection, ports, opened=False)
    connection.say(head(f"TEARDOWN {URL}/a RTSP/1.0", "CSeq: 2", f"Session: {case.session}"))
    connection.answer(ok(2))
    case.sealed(*outside, *ports)
    for how in ENDS:
        connection, ports = case.connect(), case.ports()
        outside = ports_in(connection.say(setup(1, ports))) or ports
        end(connection, how)
        if case.net.expectations():
            case.fault(f"expects {case.net.expectations()[0]} after {how}")
        case.admits_nothing(*outside, *ports)


@attack("a session that outlives its connection: strangers, and the neighbour with its identifier")
def outlived(case):
    """A session may go on without a connection (RFC 2326 section 1.1), or be forgotten: but be nobody else's."""
    for how in ENDS:
        connection, ports = case.connect(), case.ports()
        outside = case.agree(connection, ports, opened=False)
        end(connection, how)
        case.admits_nothing(*outside, *ports, sources=[(STRANGER, MEDIA), (SERVER, MEDIA + 2)])
        if not any(one.port == outside[0] for one in case.net.expectations()):
            continue
        theirs, line = case.connect(case.net.neighbour), f"Session: {case.session}"
        told = ports_in(theirs.say(setup(1, ports, line))) or ports
        if told == outside:
            case.fault("gives the neighbour the ports of a session that it has not opened")
        theirs.answer(ok(1, agreed(told), line))
        theirs.say(head(f"TEARDOWN {URL}/b RTSP/1.0", "CSeq: 2", line))
        theirs.answer(ok(2, line))
        case.keeps(outside, "the neighbour's TEARDOWN")
        case.plays(outside, ports, f"after {how} and the neighbour's TEARDOWN, media")


def forged(source, source_port, target, target_port, seq, flags, payload=b""):
    """A TCP segment, for a raw socket."""
    segment = struct.pack("!HHIIBBHHH", source_port, target_port, seq, 1, 5 << 4, flags, 1024, 0, 0) + payload
    size = len(segment)
    pseudo = packed(source) + packed(target)
    pseudo += struct.pack("!BBH", 0, 6, size) if VERSION == 4 else struct.pack("!IxxxB", size, 6)
    text = pseudo + segment + b"\0" * (size % 2)
    total = sum(struct.unpack(f"!{len(text) // 2}H", text))
    total = (total & 0xFFFF) + (total >> 16)
    total = ~(total + (total >> 16)) & 0xFFFF
    return segment[:16] + struct.pack("!H", total) + segment[18:]


@attack("RST, FIN and text forged with the server's address, outside the window")
def forgeries(case):
    connection, ports, named = case.connect(), case.ports(), case.ports()
    outside = case.agree(connection, ports, opened=False)
    raw = case.net.server.socket(socket.SOCK_RAW, socket.IPPROTO_TCP)
    client_port = connection.peer_sees[1]
    for flags, payload in ((0x04, b""), (0x14, b""), (0x11, b""), (0x18, ok(1, agreed(named))), (0x02, setup(1, named))):
        for seq in 1, 1 << 30, 3 << 30:
            segment = forged(SERVER, PORT, ROUTER, client_port, seq, flags, payload)
            raw.sendto(segment, (ROUTER, 0))
    raw.close()
    time.sleep(0.1)
    case.keeps(outside, "a forged segment")
    case.plays(outside, ports, "after forged segments, media")
    case.admits_nothing(*named)
    text = setup(2, named)
    if len(connection.say(text)) != len(text):
        case.fault("the connection is stuck after forged segments")


@attack("SETUP in the SYN")
def fast_open(case):
    ports = case.ports()
    raw = case.net.client.socket(socket.SOCK_RAW, socket.IPPROTO_TCP)
    for number in range(4):
        segment = forged(CLIENT, 51000 + number, SERVER, PORT, 1000, 0x02, setup(1, ports))
        raw.sendto(segment, (SERVER, 0))
    raw.close()
    time.sleep(0.2)
    case.sealed(*ports)


@attack("the neighbour announces ports that are another's")
def same_ports(case):
    ports = case.ports()
    outside = case.agree(case.connect(), ports)
    theirs = case.connect(case.net.neighbour)
    told = ports_in(theirs.say(setup(1, ports))) or ports
    theirs.answer(ok(1, agreed(told)))
    if told[0] == outside[0]:
        case.fault("gives the same port to two")
    case.plays(outside, ports, "the first of two clients")
    # And the outside port of one as the inside port of the other.
    told = ports_in(theirs.say(setup(2, outside))) or outside
    theirs.answer(ok(2, agreed(told)))
    case.plays(outside, ports, "the first of two clients")


@attack("a server port that is the other end of a flow of the client's own")
def other_flow(case):
    ports, client = case.ports(), case.net.client
    rule = "iifname lan udp dport 9999 accept"
    case.net.router.run("nft", "insert", "rule", "inet", "router", "forward", *rule.split())
    with client.udp(CLIENT, ports[0]) as own, case.net.server.udp(SERVER, 9999) as far:
        own.settimeout(1)
        far.settimeout(1)
        try:
            own.sendto(b"there", (SERVER, 9999))
            back = far.recvfrom(100)[1]
            far.sendto(b"back", back)
            own.recv(100)
            connection = case.connect()
            told = ports_in(connection.say(setup(1, ports))) or ports
            connection.answer(ok(1, agreed(told, ";server_port=9999-10000")))
            far.sendto(b"again", back)
            if own.recv(100) != b"again":
                case.fault("other bytes on a flow of the client's own")
            own.sendto(b"there again", (SERVER, 9999))
            if far.recvfrom(100)[1] != back:
                case.fault("a flow of the client's own leaves from another port")
        except TimeoutError:
            case.fault("cuts a flow of the client's own")
