# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""NAT slipstreaming: text that looks like RTSP on connections that speak something else. A web page can make a browser
send such text, and choose where the segments begin."""

import secrets

from attack_case import attack, agreed, head, ok, setup, transport_of
from attack_hosts import SERVER, URL, bracketed
from attack_network import PORT, socket

HOST = f"Host: {bracketed(SERVER)}:{PORT}"
POST = head("POST /a HTTP/1.1", HOST, "Content-Type: text/plain", "Content-Length: 1000000")
HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(200))

OPENINGS = {
    "HTTP POST": POST,
    "HTTP GET": head("GET /SETUP HTTP/1.1", HOST),
    "TLS hello": HELLO,
    "WebSocket upgrade": head("GET / HTTP/1.1", "Upgrade: websocket", "Connection: Upgrade"),
    "SIP": head(f"REGISTER sip:{bracketed(SERVER)} SIP/2.0", "CSeq: 1 REGISTER"),
    "IRC": b"NICK a\r\nUSER a 0 * :a\r\n",
    "random bytes": bytes([0x8A]) + secrets.token_bytes(300),
    "NUL": b"\0",
    "SETUP of another protocol": head(f"SETUP {URL}/ HTTP/1.1", "CSeq: 1"),
    "RTSP of no version": head(f"SETUP {URL}/ RTSP/x", "CSeq: 1"),
    "blanks": b" ",
}


def slip(case, *before, patience=3.0):
    """Sends these segments, then SETUP as a segment of its own, and its answer; nothing may open or change."""
    connection = case.connect()
    ports = case.ports()
    text = [*before, setup(1, ports)]
    case.unchanged(b"".join(text), connection.say(*text, patience=patience))
    reply = ok(1, agreed(ports))
    case.unchanged(reply, connection.answer(reply))
    case.sealed(*ports)


def add_openings():
    for name, opening in OPENINGS.items():
        attack(f"SETUP in the segment behind: {name}")(lambda case, opening=opening: slip(case, opening))


add_openings()


@attack("SETUP on segment starts 2 to 9 of an HTTP POST")
def many_segments(case):
    for count in range(1, 9):
        slip(case, POST, *[b"x" * 100] * (count - 1))


@attack("SETUP at every offset of a segment of an HTTP POST")
def every_offset(case):
    connection = case.connect()
    connection.say(POST)
    ports = case.ports()
    sent = got = b""
    for offset in range(0, 1400, 97 if case.quick else 1):
        text = b"x" * offset + setup(1, ports)
        sent += text
        got += connection.say(text)
        if case.expects_only():
            case.fault(f"with {offset} bytes before it in the segment")
            break
    case.unchanged(sent, got)
    case.sealed(*ports)


@attack("one write of an HTTP POST that TCP cuts at SETUP")
def largest_segments(case):
    for count in range(1, 3 if case.quick else 9):
        connection = case.connect()
        size = connection.opener.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)
        ports = case.ports()
        # A form field of the page's own in front, as long as it needs to be.
        text = POST.ljust(count * size, b"x") + setup(1, ports) + b"x" * 3000
        case.unchanged(text, connection.say(text))
        case.sealed(*ports)


@attack("only the Transport line on a segment start of an HTTP POST")
def only_transport(case):
    ports = case.ports()
    line = transport_of(ports).encode() + b"\r\n\r\n"
    connection = case.connect()
    text = [POST, f"SETUP {URL}/ RTSP/1.0\r\nCSeq: 1\r\n".encode(), line]
    case.unchanged(b"".join(text), connection.say(*text))
    case.sealed(*ports)


@attack("RTSP answers behind an HTTP answer")
def answers(case):
    connection = case.connect()
    ports = case.ports()
    connection.say(POST, setup(7, ports))
    text = [head("HTTP/1.1 200 OK", "Content-Length: 100000"), ok(7, agreed(ports)), ok(1, agreed(ports))]
    case.unchanged(b"".join(text), connection.answer(*text))
    case.sealed(*ports)


@attack("the server talks first, in another protocol")
def banner(case):
    connection = case.connect()
    connection.answer(b"220 mail.example.net ESMTP\r\n")
    ports = case.ports()
    # To the client's side of the text it is RTSP: what it asks for may be reserved, but not open.
    connection.say(setup(1, ports))
    connection.answer(ok(1, agreed(ports)))
    case.admits_nothing(*ports)


@attack("SETUP cut in two behind an HTTP POST, a byte a segment")
def bytes_apart(case):
    ports = case.ports()
    text = setup(1, ports)
    connection = case.connect()
    pieces = [POST, *(bytes([byte]) for byte in text)]
    case.unchanged(POST + text, connection.say(*pieces))
    case.sealed(*ports)
