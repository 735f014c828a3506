#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""datagrams.py echo PORT: sends each datagram back.
datagrams.py hold ADDRESS PORT SERVER SERVER_PORT: keeps a UDP port busy, sending from it to SERVER and reading the
answers; prints `answered` at the first one."""

import socket
import sys
import time

WORDS = sys.argv[1:]
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
if WORDS[0] == "echo":
    sock.bind(("", int(WORDS[1])))
    while True:
        sock.sendto(*sock.recvfrom(2048))
sock.bind((WORDS[1], int(WORDS[2])))
server = WORDS[3], int(WORDS[4])
sock.settimeout(0.5)
answered = False
while True:
    sock.sendto(b"this port is mine", server)
    try:
        sock.recv(2048)
        if not answered:
            print("answered", flush=True)
        answered = True
        time.sleep(0.3)
    except socket.timeout:
        pass
