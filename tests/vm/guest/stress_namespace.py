#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""stress_namespace.py: a namespace that has the helper and sessions on it comes and goes, five times; half of the times
with its connections open."""

import random
import socket
import struct

import dialogue_namespaces
from attack_case import agreed, ok, setup
from attack_hosts import host
from attack_network import PORT, Connection, Namespace


def listen(server):
    listener = server.socket(socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host(9, 1), PORT))
    listener.listen(50)
    return listener


def reset(connections):
    """Not by FIN: nobody acknowledges it any more, and while a socket waits for that its namespace stays."""
    for connection in connections:
        for sock in connection.opener, connection.peer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()


def main():
    server = Namespace("server")
    for _ in range(5):
        other = dialogue_namespaces.make()
        connections = []
        with listen(server) as listener:
            for number in range(8):
                connections.append(Connection(other, listener, (host(9, 1), PORT), patience=2))
                ports = (7000 + 2 * number, 7001 + 2 * number)
                connections[-1].say(setup(1, ports), patience=0.5)
                if number % 2:
                    connections[-1].answer(ok(1, agreed(ports), "Session: 1"), patience=0.5)
        if random.random() < 0.5:
            reset(connections)
            connections.clear()
        dialogue_namespaces.remove(other)
        reset(connections)


main()
