#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Compares docs/rtspnat.7 with the kernel modules. The page must have every module parameter, every counter of
/proc/net/nf_conntrack_rtsp and every tracepoint, and no other, and mandoc must not complain."""

import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = TOP / "docs/rtspnat.7"


def lint():
    # Whether this machine has the other pages does not matter, and only a page of a BSD leaves out its system.
    said = subprocess.run(["mandoc", "-Tlint", PAGE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return [line for line in said.stdout.splitlines() if not re.search("referenced manual not found|operating system explicitly", line)]


def parameters():
    found = set()
    for source in (TOP / "kshim").rglob("*.c"):
        found |= set(re.findall(r"^module_param(?:_cb|_named|_array)?\((\w+)", source.read_text(), re.M))
    return found


def counters():
    stats = (TOP / "kshim/conntrack/stats.c").read_text()
    found = set(re.findall(r'^\t\[RTSP_\w+\]\s*= "(\w+)"', stats, re.M))
    core = (TOP / "mangler/rtspnat.cc").read_text()
    names = re.search(r"kNames\[\] = \{(.*?)\};", core, re.S)
    return found | set(re.findall(r'"(\w+)"', names.group(1)))


def tracepoints():
    header = TOP / "kshim/conntrack/trace.h"
    return set(re.findall(r"^(?:TRACE_EVENT|RTSP_MAPPING_EVENT)\((\w+)", header.read_text(), re.M))


def section(text, name):
    return re.search(rf"^\.Sh {name}\n(.*?)(?=^\.Sh )", text, re.S | re.M).group(1)


def items(text, shape):
    return {word for line in re.findall(rf"^\.It {shape}", text, re.M) for word in re.findall(r"\w+", line)}


def main():
    text = PAGE.read_text()
    kinds = (
        ("parameter", items(section(text, "PARAMETERS"), r"Cm (\w+) Ns"), parameters()),
        ("counter", items(section(text, "FILES"), "Li (.*)"), counters()),
        ("tracepoint", items(section(text, "TRACEPOINTS"), "Cm (.*)"), tracepoints()),
    )
    problems = lint()
    for what, told, real in kinds:
        problems += [f"{PAGE.name}: {what} {name} is missing" for name in sorted(real - told)]
        problems += [f"{PAGE.name}: there is no {what} {name}" for name in sorted(told - real)]
    print("\n".join(problems) or f"{PAGE.name}: " + ", ".join(f"{len(real)} {what}s" for what, _, real in kinds))
    return 1 if problems else 0


sys.exit(main())
