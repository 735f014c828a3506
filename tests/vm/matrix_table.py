#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""matrix_table.py RESULTS [RESULTS]: what matrix.sh found with rtspnat, and with nat-rtsp-dkms, as Markdown: a row for
each side, family, server and transport, a column for each client."""

import pathlib
import sys

CLIENTS = ("ffmpeg", "rtspsrc", "vlc", "ffmpeg-publish", "rtspclientsink")


def read(directory):
    """Of each cell and state, whether it plays."""
    found = {}
    for line in pathlib.Path(directory, "sessions").read_text(encoding="utf-8").splitlines():
        cell, state, verdict = line.split("\t")
        found[cell, state] = verdict == "plays"
    return found


def main():
    ours, theirs = read(sys.argv[1]), read(sys.argv[2]) if len(sys.argv) > 2 else None
    word = {True: "yes", False: "no", None: ""}
    print("Each cell: no helper,", "nat-rtsp-dkms, rtspnat\n" if theirs else "rtspnat\n")
    print("| NAT | | server | |", " | ".join(CLIENTS), "|\n|" + "---|" * (4 + len(CLIENTS)))
    rows = dict.fromkeys(cell.rpartition("/")[0] for cell, _ in ours)
    for row in rows:
        texts = []
        for client in CLIENTS:
            cell = f"{row}/{client}"
            marks = [ours.get((cell, "off")), *([theirs.get((cell, "on"))] if theirs else []), ours.get((cell, "on"))]
            texts.append(" ".join(word[mark] for mark in marks).strip())
        side, family, server, transport = row.split("/")
        print(f"| {side} | IPv{family} | {server} | {transport.upper()} |", " | ".join(texts), "|")
    for name, found in (("rtspnat", ours), ("nat-rtsp-dkms", theirs)):
        if found:
            for state in ("off", "on"):
                states = [plays for (_, when), plays in found.items() if when == state]
                if not states:
                    continue
                how = "with" if state == "on" else "without"
                print(f"\n{name}, {how} the helper: {sum(states)} of {len(states)} play", end="")
    print()


main()
