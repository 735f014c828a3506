#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""scripted_client.py NAME URL PORT STYLE DIRECTORY [PACKETS LIMIT SEED]: a whole RTSP session with two tracks, by a
client that chooses how its requests are cut into TCP segments.

OPTIONS, DESCRIBE, SETUP, SETUP, PLAY, PACKETS datagrams of each track, TEARDOWN. The UDP ports are PORT to PORT + 3.
STYLE is one of cuts.py, with `whole` also OPTIONS, DESCRIBE and the first SETUP in one write together; or

long    one write with a line so long that the largest segment ends in the Transport line

The server is asked to cut its answers in the same way. NAME is the User-Agent, so that the server's log can be
matched. What was written and read goes to DIRECTORY/NAME.sent and NAME.got. Ends after LIMIT seconds at the latest, and
prints what came of it as one JSON object: "error" says what went wrong, of a session that is stuck what it waited for.

scripted_client.py occupy URL PORT [URL PORT...]: SETUP of both tracks from each PORT on, each on a connection of its
own, and keeps them till killed; prints `occupied`.
"""

import json
import pathlib
import re
import select
import signal
import socket
import sys
import time

from cuts import Stuck, Writer

QUIET = 5  # without a datagram for so long, none will come


class Control:
    """The control connection: requests out, answers in."""

    def __init__(self, name, url, style, limit, seed):
        host, port = re.match(r"rtsp://\[?([^]/]+?)\]?:(\d+)/", url).groups()
        self.name, self.url, self.style = name, url, style
        self.cseq, self.got, self.text, self.session = 0, b"", b"", None
        deadline = time.monotonic() + limit
        try:
            self.sock = socket.create_connection((host, int(port)), timeout=limit)
        except TimeoutError as error:
            raise Stuck("the connection") from error
        self.writer = Writer(self.sock, style, deadline, seed)

    def request(self, method, url, *lines):
        self.cseq += 1
        start = f"{method} {url} RTSP/1.0"
        lines = [start, f"CSeq: {self.cseq}", f"User-Agent: {self.name}", f"X-Answer: {self.style}", *lines]
        if self.session:
            lines.append(f"Session: {self.session}")
        if self.style == "long" and method == "SETUP":
            self.lengthen(lines)
        return "".join(line + "\r\n" for line in [*lines, ""]).encode()

    def lengthen(self, lines):
        """Moves the Transport line so that the largest segment ends in it."""
        segment = self.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)
        place = next(i for i, line in enumerate(lines) if line.startswith("Transport"))
        cut = self.writer.random.randrange(1, len(lines[place]) + 2)
        room = segment - cut - sum(len(line) + 2 for line in lines[:place])
        lines.insert(place, "X-Long: ".ljust(room - 2, "x"))

    def answer(self):
        """The next answer: status, header fields, body."""
        while True:
            head, end, rest = self.text.partition(b"\r\n\r\n")
            if end:
                start, *lines = head.decode("latin-1").split("\r\n")
                fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
                length = int(fields.get("content-length", 0))
                if len(rest) >= length:
                    self.text = rest[length:]
                    return start, fields, rest[:length]
            self.writer.check_time()
            if select.select([self.sock], [], [], 0.2)[0]:
                data = self.sock.recv(65536)
                if not data:
                    raise ValueError(f"the server hung up, instead of {self.writer.waiting_for}")
                self.got += data
                self.text += data

    def exchange(self, *requests):
        """Writes requests together, and reads the answers to all."""
        numbers = [(text.split(b" ", 1)[0].decode(), re.search(rb"CSeq: (\d+)", text)[1].decode()) for text in requests]
        self.writer.waiting_for = "room to write {} {}".format(*numbers[0])
        self.writer.write(b"".join(requests))
        answers = []
        for method, number in numbers:
            self.writer.waiting_for = f"the answer to {method} {number}"
            start, fields, body = self.answer()
            if " 200 " not in start or fields.get("cseq") != number:
                raise ValueError(f"{method} {number} was answered {start!r}, CSeq {fields.get('cseq')}")
            answers.append((fields, body))
        return answers


def transport(port):
    return f"Transport: RTP/AVP;unicast;client_port={port}-{port + 1}"


def ports_of(fields):
    found = re.search(r"client_port=(\d+)-(\d+)", fields.get("transport", ""))
    return [int(found[1]), int(found[2])] if found else []


def set_up(control, port):
    """Everything up to the second answer to a SETUP; returns the client's ports as the answers name them."""
    url = control.url
    opening = [
        control.request("OPTIONS", url),
        control.request("DESCRIBE", url, "Accept: application/sdp"),
        control.request("SETUP", url + "/stream=0", transport(port)),
    ]
    if control.style == "whole":
        answers = control.exchange(*opening)
    else:
        answers = [control.exchange(text)[0] for text in opening]
    if b"m=audio" not in answers[1][1]:
        raise ValueError("DESCRIBE was answered without a description")
    control.session = answers[2][0].get("session", "").split(";")[0]
    answers += control.exchange(control.request("SETUP", url + "/stream=1", transport(port + 2)))
    return ports_of(answers[2][0]) + ports_of(answers[3][0])


def receive(sockets, packets, deadline):
    """Counts datagrams of each socket until enough of both tracks have come, plenty of one, or no more come."""
    counts, last = [0] * len(sockets), time.monotonic()
    while min(counts[0], counts[2]) < packets > max(counts) // 4 and time.monotonic() < min(last + QUIET, deadline):
        for sock in select.select(sockets, [], [], 0.5)[0]:
            sock.recv(2048)
            counts[sockets.index(sock)] += 1
            last = time.monotonic()
    return [counts[0], counts[2]]


def media_sockets(url, port):
    family = socket.AF_INET6 if "[" in url else socket.AF_INET
    sockets = [socket.socket(family, socket.SOCK_DGRAM) for _ in range(4)]
    for number, sock in enumerate(sockets):
        sock.bind(("", port + number))
    return sockets


def play(name, url, port, style, directory, packets=50, limit=60, seed=1):
    result = {"name": name, "style": style, "port": int(port), "arrived": [0, 0]}
    started, control = time.monotonic(), None
    try:
        sockets = media_sockets(url, int(port))
        control = Control(name, url, style, float(limit), seed)
        result["answered"] = set_up(control, int(port))
        control.exchange(control.request("PLAY", url, "Range: npt=0-"))
        result["arrived"] = receive(sockets, int(packets), control.writer.deadline)
        control.exchange(control.request("TEARDOWN", url))
        control.sock.close()
    except Stuck as stuck:
        result["error"] = f"stuck: waited for {stuck}"
    except (ValueError, OSError) as error:
        result["error"] = str(error)
    result["seconds"] = round(time.monotonic() - started, 1)
    if control:
        pathlib.Path(directory, name + ".sent").write_bytes(control.writer.written)
        pathlib.Path(directory, name + ".got").write_bytes(control.got)
    print(json.dumps(result), flush=True)


def occupy(*words):
    controls = []
    for url, port in zip(words[::2], words[1::2]):
        controls.append(Control(f"occupier-{port}", url, "whole", 20, 0))
        set_up(controls[-1], int(port))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print("occupied", flush=True)
    try:
        while True:
            time.sleep(100)
    except KeyboardInterrupt:
        for control in controls:
            control.writer.deadline = time.monotonic() + 10
            control.exchange(control.request("TEARDOWN", control.url))
            control.sock.close()


if __name__ == "__main__":
    if sys.argv[1] == "occupy":
        occupy(*sys.argv[2:])
    else:
        play(*sys.argv[1:])
