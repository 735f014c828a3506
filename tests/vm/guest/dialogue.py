#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""dialogue.py NAME: one dialogue of clients and servers on topology.sh, over one family (attack_hosts.py); prints its
outcome in a line, which dialogues.sh compares."""

import sys

import dialogue_source  # noqa: F401 each adds its dialogues
import dialogue_ffmpeg  # noqa: F401
import dialogue_flows  # noqa: F401
import dialogue_interleaved  # noqa: F401
import dialogue_limits  # noqa: F401
import dialogue_linger  # noqa: F401
import dialogue_namespaces  # noqa: F401
import dialogue_nat64  # noqa: F401
import dialogue_redirect  # noqa: F401
import dialogue_standby  # noqa: F401
import dialogue_tcp  # noqa: F401
import dialogue_trace  # noqa: F401
import dialogue_tunnel  # noqa: F401
import dialogue_urgent  # noqa: F401
import dialogue_worse  # noqa: F401
from attack_case import Case
from attack_network import Network
from dialogue_case import DIALOGUES


def main():
    case, words = Case(Network(), False), []
    try:
        words.append(DIALOGUES[sys.argv[1]](case))
        case.close()
    except (OSError, ValueError) as error:
        case.fault(f"stops: {error!r}")
    print(*words, *case.faults, sep="; ")


main()
