#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Checks the includes of all sources against the layers of tests/tools/layers.txt, which says how to write one.

    includes.py [--top FOLDER]      checks that each file includes only headers of lower layers, and its own
    includes.py --can-fail          checks that the script finds the faults in sources that it makes up

It also checks that a C file of kshim/ declares nothing that another file defines, because a call would then need no header, and that only
compat.h asks what the kernel has."""

import argparse
import pathlib
import re
import sys
import tempfile

TABLE = "tests/tools/layers.txt"
ENDINGS = (".c", ".cc", ".h")
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
PROBE = re.compile(r"\b(HAVE_\w+|LINUX_VERSION_CODE|KERNEL_VERSION)\b")
# A type, a name and parameters at the left margin, and no body.
DECLARATION = re.compile(r"^(?:extern\b[^;{]*;|(?!static\b|typedef\b|return\b|else\b)[a-z_]\w*[\w\s*]*[\s*]\w+\([^;{}]*\);)",
                         re.M)


class Layers:
    def __init__(self, top):
        self.top = top
        self.order = []  # names, the lowest first
        self.without = {}  # layer: the lower layers that it does without
        self.of = {}  # file: layer
        self.whole = []
        text = re.sub(r"#.*", "", (top / TABLE).read_text())
        for line in re.sub(r"\n[ \t]+(?=\S)", " ", text).splitlines():
            self.read(line.strip())

    def read(self, line):
        if line.startswith("whole "):
            self.whole += line.split()[1:]
        elif line:
            name, rest = line.split(":")
            paths, _, without = rest.partition("; not ")
            self.order.append(name)
            self.without[name] = without.split()
            for path in paths.split():
                for file in self.files(path):
                    self.of[file] = name

    def files(self, path):
        full = self.top / path
        if full.is_dir():
            return sorted(file for file in full.rglob("*") if file.is_file())
        found = [full] if full.is_file() else [file for end in ENDINGS if (file := full.with_name(full.name + end)).is_file()]
        if not found:
            sys.exit(f"{TABLE}: there is no {path}: take it off the list, or correct its name")
        return found

    def find(self, file, name):
        """Returns the file of the layers that @file includes as @name, or None for somebody else's header."""
        beside = (file.parent / name).resolve()
        if beside in self.of or beside.is_file():
            return beside
        ends = [other for other in self.of if other.as_posix().endswith("/" + name)]
        return ends[0] if len(ends) == 1 else None

    def may(self, file, header):
        here, there = self.of[file], self.of[header]
        lower = self.order.index(there) < self.order.index(here) and there not in self.without[here]
        own = file.stem == header.stem and header.parent in file.parents
        return lower or own


def wrong_includes(layers, file):
    for number, line in enumerate(file.read_text().splitlines(), 1):
        match = INCLUDE.match(line)
        header = layers.find(file, match[1] or match[2]) if match else None
        if header is None:
            continue
        name = header.relative_to(layers.top).as_posix()
        if header not in layers.of:
            if match[1]:
                yield number, f"includes {name}, which is in no layer: name it in {TABLE}"
        elif not layers.may(file, header):
            yield number, (f"layer {layers.of[file]} includes {name} of layer {layers.of[header]}, which is not below it: "
                           "call it from a higher layer, or move down what both need")


def wrong_words(layers, file):
    """Yields the words that a file of kshim/ must not have."""
    if file.relative_to(layers.top).parts[0] != "kshim" or file.suffix == ".cc" or "std" in file.parts:
        return
    text = file.read_text()
    for number, line in enumerate(text.splitlines(), 1):
        if file.name != "compat.h" and (match := PROBE.search(line)):
            yield number, f"asks for {match[1]}: write a function in kshim/compat.h that says what the kernel can, and call that"
    if file.suffix == ".c":
        for match in DECLARATION.finditer(text):
            yield text.count("\n", 0, match.start()) + 1, "declares what another file defines: include its header"


def complaints(top):
    layers = Layers(top.resolve())
    for folder in layers.whole:
        for file in layers.files(folder):
            if file.suffix in ENDINGS and not file.name.endswith(".mod.c") and file not in layers.of:
                yield f"{file.relative_to(layers.top)}:1: is in no layer: name it in {TABLE}"
    for file in sorted(layers.of):
        if file.suffix in ENDINGS:
            for number, what in [*wrong_includes(layers, file), *wrong_words(layers, file)]:
                yield f"{file.relative_to(layers.top)}:{number}: {what}"


def can_fail():
    files = {
        TABLE: "whole kshim\nlow: kshim/low\nmiddle: kshim/middle kshim/beside\nhigh: kshim/high ; not low\nall: kshim/all.c\n",
        "kshim/low.h": "",
        "kshim/low.c": '#include "low.h"\n#include "middle.h"\nint high(int);\n',
        "kshim/middle.h": '#include "low.h"\n',
        "kshim/beside.c": '#include <linux/list.h>\n#include "middle.h"\n#ifdef HAVE_LIST\n#endif\n',
        "kshim/high.h": '#include "low.h"\n',
        "kshim/all.c": '#include "low.h"\n#include "high.h"\n#include "lost.h"\nextern int lost;\nstatic int f(void);\n',
        "kshim/lost.h": "",
    }
    wanted = {"kshim/low.c:2", "kshim/low.c:3", "kshim/beside.c:2", "kshim/beside.c:3", "kshim/high.h:1", "kshim/all.c:3",
              "kshim/all.c:4", "kshim/lost.h:1"}
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        found = {line.split(": ")[0] for line in complaints(pathlib.Path(folder))}
    for line in sorted(found ^ wanted):
        print(f"{line}: {'found, and right' if line in found else 'not found'}")
    return found == wanted


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--top", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    parser.add_argument("--can-fail", action="store_true")
    arguments = parser.parse_args()
    if arguments.can_fail:
        return 0 if can_fail() else 1
    found = list(complaints(arguments.top))
    print("\n".join(found) or "each file includes lower layers alone")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
