#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""shape_judge.py DIRECTORY: what came of the sessions of shapes.sh. Prints a line each: 0 or 1, a tab, a text; and
writes tables to DIRECTORY/table.md.

With the helper nothing may be worse than routed, without NAT: what plays there has to play behind the NAT."""

import collections
import pathlib
import sys

DIRECTORY = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(pathlib.Path(__file__).parent))
from shape_table import ANSWERS  # noqa: E402

ENOUGH = 15
FEW = 5


def rows(name):
    path = DIRECTORY / name
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    return [line.split("\t") for line in text.splitlines()]


def literal(text):
    return "`" + text.replace("\r\n", "CRLF").replace("\b", "") + "`"


def answers(table):
    """Verdicts about the answers of servers."""
    packets = collections.defaultdict(lambda: collections.defaultdict(int))
    for mode, tool, number, count, *_ in rows("played"):
        packets[int(number)][mode, tool] = int(count or 0)
    table += ["| answer | as in | ffmpeg routed | with helper | GStreamer routed | with helper |", "|---|---|---|---|---|---|"]
    for number, got in sorted(packets.items()):
        cells, worse = [], []
        for tool in "ffmpeg", "gst":
            routed, helper = (got[mode, tool] for mode in ("routed", "helper"))
            cells += ["plays" if count >= ENOUGH else "–" for count in (routed, helper)]
            if routed >= ENOUGH > helper:
                worse.append(f"{tool} got {routed} packets routed, {helper} with the helper")
        shape = ANSWERS[number]
        table.append(f"| {shape.name} | {literal(shape.line or '')} | {' | '.join(cells)} |")
        yield bool(worse), f"answer {shape.name}: " + ("; ".join(worse) or "routed and with helper: " + ", ".join(cells))


def players():
    """A player that never plays proves nothing."""
    played = collections.Counter(
        tool for mode, tool, _, count, *_ in rows("played") if mode == "routed" and int(count or 0) >= ENOUGH
    )
    tried = {number for _, _, number, *_ in rows("played")}
    for tool in "ffmpeg", "gst":
        yield len(tried) >= FEW and not played[tool], f"player {tool}: plays {played[tool]} of {len(tried)} answers routed"


def announcements(table):
    """Verdicts about what clients say."""
    routed = {row[0]: row[2] for row in rows("said-routed")}
    table += ["", "| SETUP | routed | with helper | ports taken |", "|---|---|---|---|"]
    for name, expect, free, taken in rows("said-nat"):
        table.append(f"| {name} | {' | '.join(one.split(',')[0] for one in (routed.get(name, '?'), free, taken))} |")
        yield {free, taken} != {expect}, f"SETUP {name}: {free}; ports taken: {taken}; to be: {expect}"


def main():
    table = []
    for bad, text in (*answers(table), *players(), *announcements(table)):
        print(int(bad), text, sep="\t")
    (DIRECTORY / "table.md").write_text("\n".join(table) + "\n", encoding="utf-8")


main()
