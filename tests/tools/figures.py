#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Compares the figures that the documentation states with what the last run of the tests measured.

    figures.py build/default         fails if a figure in the documentation is not the one that the tests of this build measured
    figures.py --machine             the same for the last run of the virtual machine (build/vm, build/modules)
    figures.py --write WHAT          puts the measured figures into the documentation; WHAT is one of the two above, or both
    figures.py --can-fail            shows that a wrong figure is noticed

The tests that measure leave build/default/measured/*.json (measured.py). Figures that nothing has measured yet are skipped and
listed. FIGURES has the lines of the documentation that are compared. Whoever changes such a line changes it there as well.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]

# For each page the lines, or beginnings of lines, with figures. {name} stands for the figure that find_values() calls so.
# Each must stand on its page once.
FIGURES = {
    "README.md": [
        "| read a SETUP of 447 bytes and plan what leaves | {setup-447.rtsp free} instructions; {setup-447.rtsp taken} with an edit |",
        "| the same for a SETUP of 147 bytes | {setup-147.rtsp free} instructions; {setup-147.rtsp taken} with an edit |",
        "| pass over 1448 bytes inside an interleaved frame | {frame-1448 free} instructions |",
        "| state of a connection in the core | {state of a connection} bytes |",
        "| deepest stack of a call into the core | {stack of the library} bytes |",
        "| clients, servers, sides of NAT, IPv4 and IPv6 | {cells with rtspnat} of {cells} combinations play "
        "(nat-rtsp-dkms: {cells with nat-rtsp-dkms}; no helper: {cells without a helper}) |",
        "| throughput of interleaved media, with the helper and without | {throughput with offloads}; "
        "{throughput without offloads} without offloads |",
    ],
    "CONTRIBUTING.md": [
        "  of the core is in `bytes/limits.h`. A call takes at most {stack bound} bytes of stack, and a connection takes at most {state bound} bytes of state.",
    ],
    "docs/design.md": [
        "| static | ctest | layers (`tests/tools/layers.txt`), no undefined symbol, {stack bound} bytes of stack, {state bound} bytes of state",
    ],
    "docs/figures.md": [
        *(f"| `{file}`, {how} | {{{file} {ports}}} | {{{file} {ports} goal}} | {{{file} {ports} bound}} |"
          for file in ("setup-447.rtsp", "setup-147.rtsp")
          for ports, how in (("free", "the same port is free outside"), ("taken", "another port and an edit"))),
        *(f"| {size} bytes inside an interleaved frame | {{frame-{size} free}} | {{frame-{size} free goal}} | {{frame-{size} free bound}} |"
          for size in (1448, 65535)),
        "| state of a connection | {state of a connection} bytes; 4504 before the core borrowed memory | {state bound} |",
        "| stack, deepest call through the C ABI | {stack of the library} bytes; {stack of the modules} in the modules | {stack bound} |",
        "| text of the core in the module, 6.1 (`size -A kshim/core.o`) | {text of the core KB} KB",
        "| changes of source file while one SETUP with one edit is read (`tests/tools/file_changes.py`) | {changes of file}",
        *(f"| {harness} | {{seeds of {harness}}} |" for harness in
          ("head", "transport", "framer", "lane", "connection", "stream", "model")),
        "| L6: worst work for a byte of {nasty streams} nasty streams | {work for a byte in segments of 1} instructions in one-byte segments that are "
        "sent four times; {work for a byte in segments of 1448} in whole segments |",
        "| spec cases in all two and all three pieces | {spec cases} cases",
        "| spin: states searched for safety and for progress | {states searched for safety} and {states searched for progress} ",
        "`tests/run.sh vm` plays {cases of the machine} cases, ",
        "Without the helper: {cells without a helper} of {cells} play",
        "rtspnat, with the helper: {cells with rtspnat} of {cells} play",
        "nat-rtsp-dkms, with the helper: {cells with nat-rtsp-dkms} of {cells} play",
    ],
    "docs/kernel.md": [
        "| `max_connections` | {max_connections} | connections followed at a time, at most {most connections} ",
        "| `max_mappings_per_host` | {max_mappings_per_host} |",
        "| `mappings_per_second` | {mappings_per_second} |",
        "A connection takes {state of a connection} bytes for the core and ",
        "| DROP | drops a control segment that came out of order, so that TCP sends it again; at most {kOutOfOrderSegments} in a row |",
    ],
    "docs/rtspnat.7": [
        "({max_connections}; {most connections} at most).",
        "Mappings that one host may have at a time ({max_mappings_per_host}); 0 for any number.",
        "New mappings that one host may ask for in a second ({mappings_per_second}), twice as many at once;",
        "A header line of more than {kLineBytes KiB} KiB was not read.",
        "With one of more than {kLongLineBytes KiB} KiB the connection passes as it is.",
    ],
    "docs/threat-model.md": [
        "| | | make the router hold bytes back, or acknowledge bytes that did not arrive | at most {kLineBytes KiB} KiB in each direction",
        "| | | exhaust memory, connections or expectations | {kMappings} mappings for each connection",
    ],
}

# The part by which a figure may differ. Instructions depend on the C library, text on the kernel's configuration, and throughput on the
# machine's timers. All other figures are equal.
TOLERANCES = {"setup-": 0.01, "frame-": 0.01, "work ": 0.01, "text ": 0.01, "throughput ": 0.005}


def number_in(path, pattern):
    """Returns the number that stands once in a source file, as the pattern says."""
    found = re.findall(pattern, (TOP / path).read_text())
    if len(found) != 1:
        sys.exit(f"figures.py: {pattern} matches {len(found)} places of {path}: correct the pattern in figures.py")
    return int(found[0].replace("'", ""), 0)


def of_sources():
    """Returns figures that the sources give themselves: bounds, defaults, numbers of files and of cases."""
    values = {
        "state bound": number_in("mangler/include/rtspnat.h", r"#define RTSPNAT_CONNECTION_MAX (\d+)"),
        "stack bound": number_in("CMakeLists.txt", r"set\(RTSPNAT_STACK_LIMIT (\d+)\)"),
        "most connections": number_in("kshim/conntrack/room.c", r"#define RTSP_CONNECTIONS_MAX\s+(\d+)u"),
        "spec cases": len(re.findall(r"^## ", "\n".join(file.read_text() for file in (TOP / "tests/spec").glob("[!R]*.md")), re.M)),
    }
    for name in ("max_connections", "max_mappings_per_host", "mappings_per_second"):
        values[name] = number_in("kshim/conntrack/params.c", rf"\.{name}\s*= (\d+),")
    limits = (TOP / "parser/include/bytes/limits.h").read_text()
    for name, value in re.findall(r"std::uint\d+_t (k\w+) = ([0-9'xa-f]+);", limits):
        values[name] = int(value.replace("'", ""), 0)
    for folder in (TOP / "corpus").iterdir():
        if folder.is_dir():
            values[f"seeds of {folder.name}"] = sum(1 for _ in folder.iterdir())
    return values


def of_matrix(page):
    """Counts the cells of the matrix in docs/figures.md. A cell has a word for each of three ways to play."""
    cells = re.findall(r"(?<=[|]) (yes|no) (yes|no) (yes|no) (?=[|])", page)
    ways = ("cells without a helper", "cells with nat-rtsp-dkms", "cells with rtspnat")
    return {"cells": len(cells)} | {way: sum(cell[i] == "yes" for cell in cells) for i, way in enumerate(ways)}


def of_machine():
    """Returns figures of the last run of the virtual machine (build/vm), and the text of the core in its modules."""
    values, cases = {}, TOP / "build/vm/cases/tap"
    if cases.is_file():
        values["cases of the machine"] = len(re.findall(r"^(?:not )?ok ", cases.read_text(), re.M))
    for name, words in (("throughput with offloads", "on"), ("throughput without offloads", "off")):
        tap = TOP / "build/vm/throughput/tap"
        if tap.is_file() and (found := re.search(rf"offloads {words}: .* ratio ([\d.]+)", tap.read_text())):
            values[name] = float(found[1])
    core = TOP / "build/modules/kshim/core.o"
    if core.is_file():
        sections = subprocess.run(["size", "-A", core], capture_output=True, text=True, check=True).stdout
        values["text of the core"] = sum(int(size) for size in re.findall(r"^\.text\S*\s+(\d+)", sections, re.M))
    return values


def of_build(build):
    values = {}
    for file in sorted(pathlib.Path(build, "measured").glob("*.json")):
        values |= json.loads(file.read_text())
    return values


def find_values(build, machine):
    values = of_sources() | of_matrix((TOP / "docs/figures.md").read_text())
    return values | (of_machine() if machine else {}) | (of_build(build) if build else {})


def look_up(values, name):
    """Returns the figure of that name, in the unit at its end, or None if nothing has measured it."""
    for unit, size in ((" KiB", 1024), (" KB", 1000)):
        if name.endswith(unit):
            bytes_ = values.get(name.removesuffix(unit))
            return None if bytes_ is None else bytes_ / size
    return values.get(name)


def tolerance(name):
    return next((part for begin, part in TOLERANCES.items() if name.startswith(begin)), 0)


class Comparison:
    """Compares one page with the measured values."""

    def __init__(self, page, text, lines, values):
        self.problems, self.skipped, self.compared = [], set(), 0
        self.page, self.text, self.values = page, text, values
        for line in lines:
            self.compare(line)

    def compare(self, line):
        pieces = re.split(r"\{(.*?)\}", line)
        pattern = r"(\d+(?:\.\d+)?)".join(re.escape(piece) for piece in pieces[::2])
        found = list(re.finditer("^" + pattern, self.text, re.M))
        if len(found) != 1:
            self.problems.append(f"{self.page}: {len(found) or 'no'} lines begin like this, and one should: {line}")
            return
        # From the last to the first, so that places stay right.
        for group, name in reversed(list(enumerate(pieces[1::2], 1))):
            self.compare_one(found[0], group, name)

    def compare_one(self, found, group, name):
        value, stated = look_up(self.values, name), found[group]
        if value is None:
            self.skipped.add(name)
            return
        self.compared += 1
        measured = f"{value:.{len(stated.partition('.')[2])}f}"
        if abs(float(stated) - float(measured)) > tolerance(name) * value:
            number = self.text.count("\n", 0, found.start(group)) + 1
            within = f", within {tolerance(name):.1%}" if tolerance(name) else ""
            self.problems.append(f"{self.page}:{number}: says {stated}, measured {measured}{within} ({name})")
        self.text = self.text[:found.start(group)] + measured + self.text[found.end(group):]


def can_fail():
    values = {"equal": 7, "near": 1000, "far": 1000, "wrong": 12, "size": 2048, "decimals": 0.9956}
    text = "equal 7\nnear 1009\nfar 1011\nwrong 12 and 13\nsize 2 KiB\ndecimals 0.996\ntwice\ntwice\nnobody 5\n"
    lines = ["equal {equal}", "near {near}", "far {far}", "wrong {wrong} and {wrong}", "size {size KiB} KiB", "decimals {decimals}",
             "twice", "gone {equal}", "nobody {nobody}"]
    TOLERANCES.update(near=0.01, far=0.01)
    comparison = Comparison("page", text, lines, values)
    wanted = ["page:3: says 1011, measured 1000, within 1.0% (far)", "page:4: says 13, measured 12 (wrong)",
              "page: 2 lines begin like this, and one should: twice", "page: no lines begin like this, and one should: gone {equal}"]
    written = "equal 7\nnear 1000\nfar 1000\nwrong 12 and 12\nsize 2 KiB\ndecimals 0.996\ntwice\ntwice\nnobody 5\n"
    good = comparison.problems == wanted and comparison.skipped == {"nobody"} and comparison.text == written
    if not good:
        print("\n".join([*comparison.problems, *comparison.skipped, comparison.text]))
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--can-fail", action="store_true")
    parser.add_argument("--machine", action="store_true")
    parser.add_argument("build", type=pathlib.Path, nargs="?")
    arguments = parser.parse_args()
    if arguments.can_fail:
        return 0 if can_fail() else 1
    if not (arguments.build or arguments.machine):
        parser.error("whose figures? a build folder, or --machine")
    values = find_values(arguments.build, arguments.machine)
    problems, skipped, compared = [], set(), 0
    for page, lines in FIGURES.items():
        comparison = Comparison(page, (TOP / page).read_text(), lines, values)
        problems += comparison.problems
        skipped |= comparison.skipped
        compared += comparison.compared
        if arguments.write:
            (TOP / page).write_text(comparison.text)
    print(*problems, sep="\n", end="\n" if problems else "")
    if skipped:
        print("not measured by this, and skipped:", ", ".join(sorted(skipped)))
    print(f"{compared} figures compared, {len(problems)} problems")
    if problems and not arguments.write:
        print("to put the measured figures in: tests/tools/figures.py --write", "--machine" if arguments.machine else arguments.build)
    return 1 if problems and not arguments.write else 0


if __name__ == "__main__":
    sys.exit(main())
