#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""report.py COMMAND CLIENT_LOG SERVER_LOG: what the two sniff.py, left and right of the router, saw of a client.

lines   prints each SETUP and its answer, as sent and as received; and on standard error, for scripts, `methods` and the
        methods that the client sent, `inside` and the first client_port of each SETUP as the client sent it, `outside`
        and the same as the server got it
same    exit code 0 if both sides saw the very same bytes, both ways
"""

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


def streams(log):
    return {(line["flow"], line["dir"]): line for line in log if "sha256" in line}


def same(client, server):
    """Whether all the streams that the client's sniffer saw are the same at the server's."""
    inside, outside = streams(client), streams(server)
    good = bool(inside)
    for key, line in inside.items():
        other = outside.get(key, {"bytes": 0, "sha256": "nothing", "holes": 0})
        equal = line["sha256"] == other["sha256"] and not line["holes"] and not other["holes"]
        good = good and equal
        way = "client to server" if key[1] == ">" else "server to client"
        print(f"{way}: {line['bytes']} bytes {line['sha256'][:16]} inside, {other['bytes']} {other['sha256'][:16]} outside"
              f"{'' if equal else ': DIFFERENT'}")
    return 0 if good else 1


def main():
    command, logs = sys.argv[1], [read(path) for path in sys.argv[2:]]
    if command == "lines":
        lines(*logs)
    elif command == "same":
        return same(*logs)
    return 0


sys.exit(main())
