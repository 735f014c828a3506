#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""report.py COMMAND CLIENT_LOG SERVER_LOG [CLIENT_DIR SERVER_DIR]: what the two sniff.py, left and right of the
router, saw of a client.

lines   prints each SETUP and its answer, as sent and as received; and on standard error, for scripts, `methods` and the
        methods that the client sent, `inside` and the first client_port of each SETUP as the client sent it, `outside`
        and the same as the server got it
same    exit code 0 if both sides saw the very same bytes, both ways (what was on its way when one side hung up may be
        missing at the other)
"""

import hashlib
import json
import re
import sys


def read(path):
    with open(path, encoding="utf-8") as log:
        return [json.loads(line) for line in log]


def messages(log):
    return {(line["flow"], line["dir"], line["cseq"]): line for line in log if "start" in line}


def setups(log):
    """The SETUP requests that were answered, or at least sent, one a track: the last of those for the same URL."""
    last = {line["start"]: line for line in log if line.get("start", "").startswith("SETUP ")}
    return list(last.values())


def first_port(line):
    found = re.search(r"client_port=(\d+)|dest_addr=\"[^\"]*:(\d+)\"", (line or {}).get("transport") or "")
    return int(found[1] or found[2]) if found else 0


def show(label, line):
    if line is None:
        print(f"  {label} (nothing)")
        return
    status = "" if line["dir"] == ">" or " 200 " in line["start"] else f"   <- {line['start']}"
    print(f"  {label} {line['transport']}{status}")


def lines(client, server):
    inside, outside = messages(client), messages(server)
    inner, outer = [], []
    for setup in setups(client):
        request = setup["flow"], ">", setup["cseq"]
        answer = setup["flow"], "<", setup["cseq"]
        print(setup["start"])
        show("client sent   ", inside.get(request))
        show("server got    ", outside.get(request))
        show("server replied", outside.get(answer))
        show("client got    ", inside.get(answer))
        inner.append(first_port(inside.get(request)))
        outer.append(first_port(outside.get(request)))
    methods = [line["start"].split()[0] for line in client if line.get("dir") == ">" and "start" in line]
    print("methods", *methods, file=sys.stderr)
    print("inside", *inner, file=sys.stderr)
    print("outside", *outer, file=sys.stderr)


def same(client, client_dir, server_dir):
    good = True
    for flow in sorted({line["flow"] for line in client if "flow" in line}):
        for way, words in ("up", "client to server"), ("down", "server to client"):
            with open(f"{client_dir}/{flow}.{way}", "rb") as inside, open(f"{server_dir}/{flow}.{way}", "rb") as outside:
                here, there = inside.read(), outside.read()
            sent, got = (here, there) if way == "up" else (there, here)
            equal = sent[: len(got)] == got and len(got) > len(sent) * 3 // 4
            good = good and equal and got
            hashes = (hashlib.sha256(text[: len(got)]).hexdigest()[:16] for text in (sent, got))
            print(f"{words}: {len(sent)} bytes sent, {len(got)} passed on, SHA-256 of these", *hashes,
                  "the same" if equal else "DIFFERENT")
    return 0 if good and client else 1


def main():
    command, client, server = sys.argv[1], read(sys.argv[2]), read(sys.argv[3])
    if command == "same":
        return same(client, *sys.argv[4:])
    lines(client, server)
    return 0


sys.exit(main())
