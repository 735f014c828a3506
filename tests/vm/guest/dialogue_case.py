# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""What the dialogues have in common. Each gets a Case of attack_case.py and returns words: what came of it."""

import subprocess
import time

import attack_case
from attack_hosts import URL

DIALOGUES = {}


def dialogue(function):
    DIALOGUES[function.__name__] = function
    return function


def ask(connection, ports, cseq=1, url=URL + "/a/1"):
    """SETUP of a pair of ports; returns those that the server was told."""
    return attack_case.ports_in(connection.say(attack_case.setup(cseq, ports, url=url))) or ports


def got_in(case, sources, target):
    """Those of the sources (name, address, port) whose datagrams come in to the target, in their order."""
    names = [name for name, *source in sources if case.net.shoot([tuple(source)], [target])]
    return ",".join(names) or "nobody"


def run(case, command, text=None):
    """Its output; that it fails is a fault of the case."""
    done = subprocess.run(command.split(), input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        case.fault(f"{command}: {done.stderr.strip()}")
    return done.stdout


def until(condition, seconds=30):
    """Waits until it holds, on a slow machine longer; returns whether it does."""
    deadline = time.monotonic() + seconds
    while not (holds := condition()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return holds
