#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""judge.py DIRECTORY RESULTS free|taken PACKETS: judges a batch of sessions.

A session is good if PACKETS datagrams of both tracks came; if the server was told what the NAT meant: ports that the
router expects media on, others than the client's own if those were taken and else the same; if the client was told its
own ports; if both got every other byte as it was written; and if it came to its end. Prints a line a session, then a
summary; exit code 0 if all are good and no expectation is left.
"""

import json
import pathlib
import re
import sys

DIRECTORY, RESULTS, PORTS, PACKETS = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
PORT_TEXT = re.compile(rb"client_port=0*(\d+)-0*(\d+)")


def lines(path):
    return path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []


def heard():
    """What the servers' own parsers got, by User-Agent: the Transport of each SETUP."""
    found = {}
    for log in "server.log", "scripted-server.log":
        for line in lines(RESULTS / log):
            if line.startswith("SETUP\t"):
                _, name, _, transport = line.split("\t")
                found.setdefault(name, []).append(transport)
    return found


def expected_ports():
    """Ports that the router has expected media from a server on."""
    return {int(re.search(r"dport=(\d+)", line)[1]) for line in lines(DIRECTORY / "expectations") if "[NEW]" in line}


def session_of(path):
    """The scripted client says it itself; ffmpeg's log has to be read."""
    text = lines(path)
    if text and text[-1].startswith("{"):
        return json.loads(text[-1])
    port = int(lines(path.with_suffix(".port"))[0])
    session = {"name": path.stem, "style": "ffmpeg", "port": port, "arrived": [0, 0]}
    played = re.findall(r"Input stream #0:[01] \(audio\): (\d+) packets read", "\n".join(text))
    if len(played) == 2:
        session["arrived"] = [int(number) for number in played]
    else:
        session["error"] = "stuck, or did not start: " + (text[-1].strip() if text else "says nothing")
    return session


def differing(written, read, what):
    """Compares two streams but for the ports; what was never read is another fault."""
    if not (written.exists() and read.exists()):
        return
    sent, got = (PORT_TEXT.sub(b"client_port=", path.read_bytes()) for path in (written, read))
    if sent != got:
        place = next((i for i, (one, other) in enumerate(zip(sent, got)) if one != other), min(len(sent), len(got)))
        yield f"{what} differs at byte {place}: {sent[place - 30:place + 30]!r} became {got[place - 30:place + 30]!r}"


def text_faults(session, transports, expected):
    own = [session["port"], session["port"] + 2]
    found = [PORT_TEXT.search(transport.encode()) for transport in transports]
    session["outside"] = [int(match[1]) if match else 0 for match in found]
    if len(found) != 2:
        yield f"the server got {len(found)} SETUP"
    for transport, port, outside in zip(transports, own, session["outside"]):
        if outside not in expected:
            yield f"nothing is expected on the port that the server got: {transport}"
        elif (outside != port) != (PORTS == "taken"):
            yield f"port {port} is outside {outside}"
    all_own = [own[0], own[0] + 1, own[1], own[1] + 1]
    if session.get("answered", all_own) != all_own:
        yield "the client was told {}".format(session["answered"])


def faults(session, transports, expected):
    if "error" in session:
        yield session["error"]
    if min(session["arrived"]) < PACKETS:
        yield "only {} and {} datagrams".format(*session["arrived"])
    yield from text_faults(session, transports, expected)
    here, there = DIRECTORY / session["name"], RESULTS / "streams" / session["name"]
    yield from differing(here.with_suffix(".sent"), there.with_suffix(".heard"), "what the server heard")
    yield from differing(there.with_suffix(".answered"), here.with_suffix(".got"), "what the client got")


def main():
    transports, expected = heard(), expected_ports()
    played = good = stuck = count = 0
    for path in sorted(DIRECTORY.glob("*.log")):
        session = session_of(path)
        problems = list(faults(session, transports.get(session["name"], []), expected))
        count += 1
        played += min(session["arrived"]) >= PACKETS
        stuck += "stuck" in session.get("error", "")
        good += not problems
        took = f", {session['seconds']} s" if "seconds" in session else ""
        outside = " and ".join(map(str, session["outside"])) or "nothing"
        print("{name} {style}: {0} and {1} datagrams, ports {port} outside as".format(*session["arrived"], **session),
              outside + took + "".join("; " + problem for problem in problems))
    left = lines(DIRECTORY / "expectations-left")
    print(f"{played} of {count} play, {good} without a fault, {stuck} stuck, {len(left)} expectations left")
    return 0 if good == count and count and not left else 1


sys.exit(main())
