#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Law L6: the core's work for a byte is bounded by a constant, whatever the bytes and however they are cut.

usage: work_per_byte.py PROGRAM

PROGRAM is built from work_per_byte_main.cc. For each of its streams callgrind counts the instructions of the core, for some bytes and for four times
as many. Four times the bytes must not cost more than four times as much, and no byte more than the bound for its kind of segment.
"""
import re
import shutil
import subprocess
import sys
import tempfile

import measured

BYTES = 8000
TIMES = 4
SLACK = 1.05  # Work that is done once, at the beginning, only makes the factor smaller than four.
# Instructions a byte, by the bytes of a segment. The worst of whole segments are SETUPs that propose 64 times.
BOUND = {1: 4500, 1448: 340}


def count(program, name, size):
    with tempfile.NamedTemporaryFile() as out:
        run = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out.name}", "--collect-atstart=no",
             "--toggle-collect=rtsp::test::GiveToCore*", program, name, str(size)],
            capture_output=True, text=True, check=False)
    collected = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode != 0 or not collected:
        sys.exit(f"{name}: valgrind failed\n{run.stderr}")
    return int(collected.group(1))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    if not shutil.which("valgrind"):
        sys.exit("valgrind is missing: instructions cannot be counted without it (Debian: apt-get install valgrind)")
    program = sys.argv[1]
    failed, worst = 0, dict.fromkeys(BOUND, 0)
    streams = subprocess.run([program], capture_output=True, text=True, check=True).stdout.splitlines()
    for line in streams:
        name, segment = line.split()
        few, many = count(program, name, BYTES), count(program, name, BYTES * TIMES)
        a_byte, growth = many / (BYTES * TIMES), many / few / TIMES
        good = a_byte <= BOUND[int(segment)] and growth <= SLACK
        failed += not good
        worst[int(segment)] = max(worst[int(segment)], a_byte)
        print(f"{name:32} {a_byte:8.1f} instructions a byte, at most {BOUND[int(segment)]}; "
              f"{TIMES} times the bytes: {growth * TIMES:.2f} times as much: {'ok' if good else 'TOO MANY'}")
    values = {f"work for a byte in segments of {segment}": work for segment, work in worst.items()}
    measured.keep("work_per_byte", values | {"nasty streams": len(streams)})
    sys.exit(1 if failed else 0)


main()
