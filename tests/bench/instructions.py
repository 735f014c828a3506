#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Counts instructions with callgrind, and fails if there are more than the bounds.

usage: instructions.py PROGRAM

PROGRAM is built from tests/bench/instructions_main.cc. callgrind counts only the measured function and the functions that it calls, so that the
figure contains neither start-up nor the opening of connections.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))
import measured

TIMES = 100
# The goals of a SETUP are missed since the core has one way for all messages (docs/decisions/0004). A bound is some 3 % above the instructions that
# this way takes, and the printed line says so.
#
# name, ports outside (free: the core uses them; taken: it finds others and edits the text), bytes, function, goal and bound in instructions,
# per byte or in all
CASES = [
    ("setup-447.rtsp", "free", 447, "ReadAndPlan", 3000, 5820, False),
    ("setup-447.rtsp", "taken", 447, "ReadAndPlan", 4200, 7340, False),
    ("setup-147.rtsp", "free", 147, "ReadAndPlan", 2100, 4430, False),
    ("setup-147.rtsp", "taken", 147, "ReadAndPlan", 3300, 5950, False),
    ("frame-1448", "free", 1448, "PassOver", 100, 100, False),
    ("frame-65535", "free", 65535, "PassOver", 100, 100, False),
]


def count(program, name, ports, function):
    with tempfile.NamedTemporaryFile() as out:
        run = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out.name}", "--collect-atstart=no",
             f"--toggle-collect=rtsp::bench::{function}*", program, name, ports, str(TIMES)],
            capture_output=True, text=True, check=False)
    collected = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode != 0 or not collected:
        sys.exit(f"{name}: valgrind failed\n{run.stderr}")
    # A frame is opened by ReadAndPlan, which is not counted.
    return int(collected.group(1)) / TIMES


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    if not shutil.which("valgrind"):
        sys.exit("valgrind is missing: instructions cannot be counted without it (Debian: apt-get install valgrind)")
    failed, values = 0, {}
    for name, ports, size, function, goal, bound, per_byte in CASES:
        instructions = count(sys.argv[1], name, ports, function)
        figure = instructions / size if per_byte else instructions
        verdict = "ok" if figure <= goal else f"GOAL MISSED, held to {bound}: ok" if figure <= bound else "TOO MANY"
        failed += figure > bound
        values |= {f"{name} {ports}": figure, f"{name} {ports} goal": goal, f"{name} {ports} bound": bound}
        unit = "a byte" if per_byte else "in all"
        print(f"{name:16} {ports:6} {instructions:8.0f} instructions, {figure:6.2f} {unit}, goal {goal}: {verdict}")
    measured.keep("instructions", values)
    sys.exit(1 if failed else 0)


main()
