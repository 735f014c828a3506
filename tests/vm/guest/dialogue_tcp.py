# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Media over TCP connections of their own (RFC 7826 appendix C.2.2): the server dials the client, or a client dials a
server behind port forwarding."""

import contextlib
import re
import socket
import struct

from attack_case import head
from attack_hosts import CLIENT, ROUTER, SERVER, STRANGER, bracketed
from attack_network import PORT, Connection
from dialogue_case import dialogue

FROM = 7000  # the server's port
# As RFC 4571 has it, a length before each packet.
STREAM = b"".join(struct.pack("!HBBHI4s", 172, 0x80, 0, n, 160 * n, b"rtsp") + bytes(160) for n in range(100))
REPORTS = struct.pack("!HBBHI", 8, 0x80, 201, 1, 1) * 10


def listen(namespace, address, port):
    sock = namespace.socket(socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((address, port))
    sock.listen()
    sock.settimeout(2)
    return sock


def carries(sender, receiver, text):
    receiver.settimeout(2)
    sender.sendall(text)
    got = b""
    while len(got) < len(text) and (data := receiver.recv(65536)):
        got += data
    return got == text


def dial(namespace, source, target, listener, *, to_listener=STREAM, to_dialler=REPORTS):
    """Does a connection from `source` to `target` reach the listener, and carry what it shall?"""
    with contextlib.ExitStack() as stack:
        sock = stack.enter_context(namespace.socket(socket.SOCK_STREAM))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(source)
        sock.settimeout(2)
        try:
            sock.connect(target)
            peer = stack.enter_context(listener.accept()[0])
            return carries(sock, peer, to_listener) and carries(peer, sock, to_dialler)
        except (TimeoutError, ConnectionError):
            return False


def set_up(connection, line):
    """What the server hears of it."""
    lines = "CSeq: 1", f"Transport: RTP/AVP/TCP;unicast;{line};connection=new"
    return connection.say(head("SETUP rtsp://a/1 RTSP/2.0", *lines))


def answer(connection, line):
    """What the client hears of it."""
    lines = "CSeq: 1", "Session: 1", f"Transport: RTP/AVP/TCP;unicast;{line};connection=new"
    return connection.answer(head("RTSP/2.0 200 OK", *lines))


def ports_of(text, word="dest_addr"):
    """Those in the list of addresses, as numbers."""
    found = re.search(rf'{word}=("[^;]*")'.encode(), text)
    return [int(port) for port in re.findall(rb':(\d+)"', found[1])] if found else []


def verdict(good):
    return "plays" if good else "nothing"


def dialled(case, ports, asked, *, said=f'src_addr="{bracketed(SERVER)}:{FROM}"/"{bracketed(SERVER)}:{FROM + 1}"'):
    """A client that listens, and a server that dials it from the ports that it says, or from any."""
    connection, server = case.connect(), case.net.server
    own = [asked.format(*ports), said]
    told = ports_of(set_up(connection, own[0])) or ports
    with contextlib.ExitStack() as stack:
        listeners = [stack.enter_context(listen(case.net.client, CLIENT, port)) for port in ports]
        named = own[0].split(";")[0]
        for old, new in zip(ports, told):
            named = named.replace(f":{old}", f":{new}")
        named = named.replace(bracketed(CLIENT), bracketed(ROUTER))
        if dial(server, (SERVER, FROM), (ROUTER, told[0]), listeners[0]):
            case.fault("the server gets in before its answer")
        heard = answer(connection, f"{named};{said};setup=active")
        if ports_of(heard) != list(ports):
            case.fault(f"the client hears of ports {ports_of(heard)}")
        if dial(server, (STRANGER, FROM), (ROUTER, told[0]), listeners[0]):
            case.fault("a stranger gets in")
        ways = zip((FROM, FROM + 1), told, listeners)
        good = all(dial(server, (SERVER, source), (ROUTER, target), listener) for source, target, listener in ways)
    return verdict(good), told


def taken(case):
    """The router listens on the port that the client announces."""
    ports = case.ports()
    with listen(case.net.router, ROUTER, ports[0]):
        what, told = dialled(case, ports, 'dest_addr=":{0}"/":{1}";setup=passive')
    return f"{what} on the router's own port" if what == "plays" and told == list(ports) else what


def expected(case, ports):
    return sum(one.destination == ROUTER and one.port in ports for one in case.net.expectations())


def declined(case):
    """Either side may listen, and the server chooses to, so nobody dials the client: what is expected before and after
    the answer."""
    connection, ports = case.connect(), case.ports()
    line = 'dest_addr=":{0}"/":{1}"'
    told = ports_of(set_up(connection, line.format(*ports) + ";setup=actpass"))
    before = expected(case, told)
    answer(connection, f'{line.format(*told)};src_addr=":{FROM}"/":{FROM + 1}";setup=passive')
    return f"{before},{expected(case, told)}"


def published(case):
    """A camera behind port forwarding listens, and its viewer dials the address that it knows."""
    viewer, camera = case.net.server, case.net.client
    with listen(camera, CLIENT, PORT) as control, listen(camera, CLIENT, FROM) as media:
        connection = Connection(viewer, control, (ROUTER, PORT))
        case.connections.append(connection)
        set_up(connection, 'dest_addr=":9";setup=active')
        heard = answer(connection, f'dest_addr=":9";src_addr="{bracketed(CLIENT)}:{FROM}";setup=passive')
        port = (ports_of(heard, "src_addr") or [FROM])[0]
        if dial(viewer, (STRANGER, 0), (ROUTER, port), media):
            case.fault("a stranger gets in to the camera")
        return verdict(dial(viewer, (SERVER, 0), (ROUTER, port), media, to_listener=REPORTS, to_dialler=STREAM))


@dialogue
def tcp(case):
    passive = dialled(case, case.ports(), 'dest_addr=":{0}"/":{1}";setup=passive')[0]
    own = bracketed(CLIENT)
    own = f'dest_addr="{own}:{{0}}"/"{own}:{{1}}";setup=actpass'
    actpass = dialled(case, case.ports(), own, said='src_addr=":9"/":9"')[0]
    return (f"passive={passive} actpass={actpass} taken={taken(case)} declined={declined(case)} "
            f"published={published(case)}")
