#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""attack.py full|quick [REGEX [SKIP]]: runs the attacks of one family (attack_hosts.py) against the router of
topology.sh, whatever helper it has, but for the first SKIP, those of IPv4 before those of IPv6. Prints a line before
each, `next`, a tab, its name; and one behind: 0 or 1, a tab, its name, a tab, what it achieved."""

import re
import sys

import attack_session  # noqa: F401 each adds its attacks
import attack_foreign  # noqa: F401
import attack_text  # noqa: F401
import attack_flood  # noqa: F401
import attack_crowd  # noqa: F401
from attack_case import ATTACKS, run
from attack_hosts import VERSION
from attack_network import Network


def named(version):
    """As they are called over that version of IP."""
    return [(name if version == 4 else f"IPv6: {name}", quick, function) for name, quick, function in ATTACKS]


def main():
    quick, wanted = sys.argv[1] == "quick", re.compile(sys.argv[2] if len(sys.argv) > 2 else "")
    skip = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    net = Network()

    def chosen(version):
        return [one for one in named(version) if wanted.search(one[0]) and (one[1] or not quick)]

    if VERSION == 6:
        skip = max(0, skip - len(chosen(4)))
    for name, _, function in chosen(VERSION)[skip:]:
        run(net, name, function, quick)


main()
