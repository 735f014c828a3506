#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""table.py RESULTS: what lossy.sh --table found, side by side, as Markdown."""

import pathlib
import re
import sys

COLUMNS = ("none", "nat-rtsp", "rtspnat")


def read(directory):
    """The rows, each a name and a cell."""
    path = pathlib.Path(sys.argv[1], directory, "table")
    rows = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [(name, cell(summary)) for name, summary in (row.split("\t") for row in rows)]


def cell(summary):
    played, count, good, stuck, left = map(int, re.findall(r"\d+", summary))
    text = f"{played} of {count}"
    if played and good != played:
        text += f", {good} without a fault"
    if stuck:
        text += f", {stuck} stuck"
    return text


def main():
    columns = [read(directory) for directory in COLUMNS]
    print("| four sessions each; those that play | no helper | nat-rtsp-dkms | rtspnat |\n|---|---|---|---|")
    for number, (name, _) in enumerate(columns[-1]):
        cells = (column[number][1] if number < len(column) else "the machine died" for column in columns)
        print("|", name, "|", " | ".join(cells), "|")


main()
