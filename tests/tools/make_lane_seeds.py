#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Writes the hand-made seeds of fuzz/lane_fuzz.cc: python3 tests/tools/make_lane_seeds.py FOLDER

The format is said at the top of that file.
"""
import pathlib
import sys

ANY, ONE, NONE = range(3)
WAITS, ANSWERS = 4, 8
EARLY, WRAPS, WRAPS_AT_ONCE, HALF = (first << 4 for first in range(4))
(NEXT, PART_AGAIN, AGAIN, OLD, ACK, LATE, LATE_ACK, FINISH, EMPTY, AGGREGATE, OTHER_CLOSES, RESET, BULK, CALM,
 BYTES) = range(15)
LOST, LOST_BEHIND, DELAYED, TWICE = 16, 32, 64, 128

SAME = b"head<=abcdefgh>tail"
GROW = b"head<+1\x05abcdef>tail"
BOTH = b"<*1\x03abc>"
BODY = b"@\x02" + b"<=in a body, no item>" + b"." * 11


def seed(text, *records, options=ANY | ANSWERS | WRAPS, header=20):
    out = bytes([options, header, len(text) & 255, len(text) >> 8]) + text
    return out + b"".join(bytes((tuple(record) + (0, 0))[:3]) for record in records)


LONG = b"<=" + b"q" * 700 + b"><+1\x7f" + b"r" * 600 + b">" + SAME
TOO_LONG = b"<=" + b"q" * 1100 + b">" + SAME
SEEDS = {
    "whole": seed(SAME + GROW + BOTH + BODY, (NEXT, 200), (FINISH, 1)),
    "bytes": seed(SAME + GROW + BOTH + BODY + SAME, (BYTES, 255), (FINISH, 1)),
    "bytes_one": seed(GROW * 4, (BYTES, 255), options=ONE | ANSWERS),
    "nagle": seed(SAME + GROW, (NEXT, 8), (AGAIN, 2), (NEXT, 60), options=NONE | ANSWERS | WAITS),
    "custody": seed(GROW + SAME, (NEXT, 9), (PART_AGAIN, 0, 4), (NEXT, 4), (NEXT, 40)),
    "custody_lost": seed(LONG, (NEXT, 0, 2), (PART_AGAIN, 0, 255), (NEXT | LOST_BEHIND, 255), (NEXT | LOST_BEHIND, 0, 2), (AGAIN, 20),
                         (ACK,), (AGAIN, 40)),
    "custody_twice": seed(LONG + LONG, (NEXT, 0, 2), (PART_AGAIN, 0, 255), (NEXT, 0, 1), (PART_AGAIN, 0, 255), (NEXT, 0, 1), (PART_AGAIN, 0, 255)),
    "custody_and_size": seed(b"a" * 1280 + b"<=" + b"q" * 698 + b">" + b"." * 40, (NEXT, 0, 5), (NEXT, 188, 2), (PART_AGAIN, 0, 255),
                             (NEXT | LOST_BEHIND, 1), (AGAIN, 2), (AGAIN, 9)),
    "bulk_unseen": seed(b"ab" + b"<=cdefgh>xx", (NEXT, 2), (CALM, 7), (BULK,), (BULK,), (BULK,), (NEXT, 6), (PART_AGAIN, 0, 3),
                        (NEXT, 3), (CALM, 7), options=ANY | ANSWERS),
    "first_byte_probes": seed(b"<=abcdefg>x", (NEXT, 3), (PART_AGAIN, 0, 2), (EMPTY, 1), (EMPTY, 0), options=ANY | ANSWERS | WRAPS_AT_ONCE),
    "probe_behind_a_loss": seed(b"ab" * 9 + SAME[4:], (NEXT | LOST_BEHIND, 18), (NEXT, 3), (PART_AGAIN, 18, 2), (ACK,)),
    "too_long": seed(TOO_LONG, (NEXT, 0, 2), (NEXT, 0, 2), (NEXT, 0, 2)),
    "growths_wait": seed(GROW * 6, (NEXT, 120), (ACK,), (AGAIN, 20), options=ONE),
    "growths_lost": seed(GROW * 6, (NEXT, 30), (NEXT | LOST_BEHIND, 30), (AGAIN, 4), (ACK | LOST_BEHIND,), (OLD, 20, 200),
                         options=ONE | ANSWERS),
    "many_edits": seed(SAME * 40, (NEXT, 255, 2), (ACK,), (NEXT, 255), options=NONE),
    "reordered": seed(SAME * 8, (NEXT | DELAYED, 20), (NEXT, 20), (NEXT | DELAYED, 9), (NEXT, 30), (LATE, 0), (LATE, 0),
                      (OLD, 40, 90), (ACK | DELAYED,), (NEXT, 40), (LATE_ACK, 0), options=NONE | ANSWERS),
    "gap_in_a_body": seed(b"@\x3f" + b"." * 1008 + SAME, (NEXT, 90), (NEXT | DELAYED, 90), (NEXT, 90), (LATE, 0), (NEXT, 255, 3)),
    "finish_in_an_item": seed(b"xx" + SAME, (NEXT, 9), (FINISH, 4)),
    "finish_behind_custody": seed(GROW + SAME, (NEXT, 9), (PART_AGAIN, 0, 4), (NEXT | LOST_BEHIND, 200), (FINISH, 4), (AGAIN, 255)),
    "other_side_closes": seed(GROW + SAME, (NEXT, 9), (PART_AGAIN, 0, 4), (OTHER_CLOSES,), (NEXT, 99)),
    "other_side_closes_early": seed(GROW + SAME, (NEXT, 9), (OTHER_CLOSES,), (NEXT, 99)),
    "reset": seed(GROW + SAME, (NEXT, 9), (RESET, 0)),
    "reset_with_bytes": seed(GROW + SAME, (NEXT, 9), (PART_AGAIN, 0, 4), (RESET, 1, 6)),
    "bulk": seed(SAME + GROW + SAME + GROW, (NEXT, 36), (CALM, 7), (BULK,), (NEXT, 9), (CALM, 7), (NEXT, 60)),
    "bulk_none": seed(SAME + SAME, (NEXT, 18), (ACK | LOST,), (CALM, 7), (BULK,), (BULK,), (BULK,), (NEXT, 30),
                      options=NONE | HALF),
    "aggregates": seed(LONG + GROW * 20, (AGGREGATE, 40, 60), (AGGREGATE, 60, 255), (ACK,), (AGGREGATE, 40, 0)),
    "empty": seed(GROW * 3, (NEXT, 6), (EMPTY, 0), (EMPTY, 1), (ACK,), (NEXT, 30), (EMPTY, 0), options=ONE),
}

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for name, data in SEEDS.items():
    (folder / name).write_bytes(data)
