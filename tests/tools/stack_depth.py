#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Adds up the stack of every call into the core, and fails if one may take more than its bound.

usage: stack_depth.py BOUND NAME FOLDER...

NAME is the name of the result in figures.py. The folders hold the call graphs that g++ -fcallgraph-info=su writes beside its objects (*.ci). The script begins
at the functions of the C ABI, rtspnat_*. Recursion, indirect calls and frames of variable size are errors, because nobody could say how
much stack they take.
"""
import pathlib
import re
import sys

import measured

ENTRY = re.compile(r"^rtspnat_\w+$")
NODE = re.compile(r'^node: \{ title: "([^"]*)" label: "([^"]*)"')
EDGE = re.compile(r'^edge: \{ sourcename: "([^"]*)" targetname: "([^"]*)"')
FRAME = re.compile(r"\\n(\d+) bytes \(([^)]*)\)")
CALL = 8  # The return address.
LIBRARY = {"memcpy", "memmove", "memset", "memcmp"}  # Leaves: frames of a few words.


def fail(message):
    sys.exit(f"stack_depth.py: {message}")


def read_graphs(folders):
    """Returns frames {function: bytes} and calls {function: set of functions}; static functions with their file."""
    frames, calls, names = {}, {}, {}
    paths = [path for folder in folders for path in sorted(pathlib.Path(folder).rglob("*.ci"))]
    if not paths:
        fail("no *.ci files: only a build with g++, and without sanitizers, has them")
    for path in paths:
        # An alias of a function within its own file is that function.
        for line in re.sub(r'"[^"]*:(\w+)\.localalias"', r'"\1"', path.read_text()).splitlines():
            if node := NODE.match(line):
                frame = FRAME.search(node[2])
                if frame and frame[2] not in ("static", "dynamic,bounded"):
                    fail(f"{node[1]}: its frame is {frame[2]}")
                if frame:
                    frames[node[1]] = max(frames.get(node[1], 0), int(frame[1]))
                    names[node[1]] = node[2].split("\\n")[0]
            elif edge := EDGE.match(line):
                calls.setdefault(edge[1], set()).add(edge[2])
    return frames, calls, names


def deepest(function, frames, calls, path=()):
    """Returns (bytes, path) of the deepest way down from a function."""
    if function in path:
        fail("recursion: " + " -> ".join((*path, function)))
    if function == "__indirect_call":
        fail("indirect call in " + path[-1])
    if function not in frames:
        if function in LIBRARY:
            return CALL, (function,)
        fail(f"{function}, called by {path[-1]}, is not in the core")
    below = [deepest(callee, frames, calls, (*path, function)) for callee in sorted(calls.get(function, ()))]
    depth, way = max(below, default=(0, ()))
    return frames[function] + CALL + depth, (function, *way)


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    bound = int(sys.argv[1])
    frames, calls, names = read_graphs(sys.argv[3:])
    entries = sorted(function for function in frames if ENTRY.match(function))
    if not entries:
        fail("no function of the C ABI found")
    failed, depths = False, []
    for entry in entries:
        depth, way = deepest(entry, frames, calls)
        depths.append(depth)
        print(f"{depth:5} {entry}")
        if depth > bound:
            failed = True
            for function in way:
                print(f"        {frames.get(function, 0) + CALL:5} {names.get(function, function)}")
    measured.keep(sys.argv[2].replace(" ", "_"), {sys.argv[2]: max(depths)})
    if failed:
        fail(f"more than {bound} bytes")


main()
