# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""The real ffmpeg on the paths of dialogue_worse.py: it tries UDP, hears nothing, and takes the control connection."""

import fcntl
import re
import struct
import subprocess
import termios
import time

from attack_case import MEDIA, ok, ports_in
from attack_hosts import ROUTER, SERVER, bracketed
from dialogue_case import dialogue
from dialogue_worse import both_ports, compared, lose, slow_link

SDP = b"v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 0 RTP/AVP 8\r\na=control:1\r\n"
PACKETS = 1500
FALLBACK = ["SETUP", "PLAY", "PAUSE", "SETUP", "PLAY"]


def packet(number):
    """An interleaved frame of G.711."""
    return struct.pack("!BBHBBHI4s", 0x24, 0, 1400, 0x80, 8, number, 1388 * number, b"rtsp") + bytes(1388)


def give(sock):
    """Seconds until all media have been acknowledged."""
    started = time.monotonic()
    sock.sendall(b"".join(map(packet, range(PACKETS))))
    while any(fcntl.ioctl(sock, termios.TIOCOUTQ, bytes(4))):
        time.sleep(0.01)
    return time.monotonic() - started


class Server:
    """Serves one client: blocked datagrams first, and when it plays interleaved all media; then it hangs up."""

    def __init__(self, case, sock):
        self.case, self.sock = case, sock
        self.methods, self.target, self.seconds = [], None, 0

    def serve(self):
        text = b""
        self.sock.settimeout(60)
        while not self.seconds and (data := self.sock.recv(65536)):
            text += data
            while b"\r\n\r\n" in text:
                request, _, text = text.partition(b"\r\n\r\n")
                start, *lines = request.decode().split("\r\n")
                self.answer(start.split()[0], dict(line.split(": ", 1) for line in lines))
        self.sock.close()

    def answer(self, method, fields):
        body, more = b"", []
        self.methods.append(method)
        if method == "DESCRIBE":
            body, more = SDP, ["Content-Type: application/sdp", f"Content-Length: {len(SDP)}"]
        elif method == "SETUP":
            self.target = ports_in(fields["Transport"].encode())
            more = ["Transport: " + fields["Transport"] + (f";server_port={MEDIA}-{MEDIA + 1}" if self.target else "")]
            more.append(f"Session: {1 + self.methods.count('PAUSE')}")
        self.sock.sendall(ok(fields["CSeq"], *more) + body)
        if method == "PLAY" and self.target:
            self.case.net.sender(SERVER, MEDIA).sendto(packet(0)[4:], (ROUTER, self.target[0]))
        elif method == "PLAY":
            self.seconds = give(self.sock)


@dialogue
def ffmpeg(case):
    """As `fallback`, once."""
    took = {}
    with both_ports(case) as listeners, slow_link(case):
        for way, (port, listener) in listeners.items():
            url = f"rtsp://{bracketed(SERVER)}:{port}/a"
            lose(case, 0)
            # Without -timeout ffmpeg 5.1 waits for a datagram for ever.
            command = ["timeout", "60", "ip", "netns", "exec", "client", "ffmpeg", "-hide_banner", "-nostdin",
                       "-loglevel", "verbose", "-timeout", "5000000", "-i", url, "-c", "copy", "-f", "null", "-"]
            with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as program:
                listener.settimeout(60)
                server = Server(case, listener.accept()[0])
                server.serve()
                log = program.communicate()[1]
            took[way] = [server.seconds]
            read = re.search(r"(\d+) packets read", log)
            if [word for word in server.methods if word in FALLBACK] != FALLBACK:
                case.fault(f"{way}: ffmpeg says {server.methods}")
            if not read or int(read[1]) != PACKETS:
                case.fault(f"{way}: ffmpeg reads {read[1] if read else log[-300:]}")
    return f"media={compared(took)} dropped={case.net.counter('dropped')}"
