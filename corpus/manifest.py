#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Keeps corpus/MANIFEST.tsv: which file came from where.

usage: manifest.py --check                     fails if a file is missing, changed, too large or not listed
       manifest.py --write [--origin TEXT]     lists all files; TEXT is where the new ones come from ("fuzzer")

Columns: file, first 16 digits of its SHA-256, size, origin. A crash is listed with what broke and when.
"""
import argparse
import hashlib
import pathlib
import sys

CORPUS = pathlib.Path(__file__).resolve().parent
MANIFEST = CORPUS / "MANIFEST.tsv"
LARGEST = 4096
HEAD = "file\tsha256\tbytes\torigin"


def read_manifest():
    if not MANIFEST.exists():
        return {}
    rows = (line.split("\t") for line in MANIFEST.read_text().splitlines()[1:])
    return {row[0]: tuple(row[1:]) for row in rows}


def read_corpus():
    found = {}
    for path in sorted(CORPUS.glob("*/*")):
        data = path.read_bytes()
        found[str(path.relative_to(CORPUS))] = (hashlib.sha256(data).hexdigest()[:16], str(len(data)))
    return found


def check():
    listed, found = read_manifest(), read_corpus()
    problems = [f"{name}: is missing" for name in listed.keys() - found.keys()]
    problems += [f"{name}: is not listed" for name in found.keys() - listed.keys()]
    problems += [f"{name}: has changed" for name in found.keys() & listed.keys() if listed[name][:2] != found[name]]
    problems += [f"{name}: has more than {LARGEST} bytes" for name in found if int(found[name][1]) > LARGEST]
    print("\n".join(sorted(problems)) or f"{len(found)} files, as listed")
    return 1 if problems else 0


def write(origin):
    listed = read_manifest()
    rows = [HEAD]
    for name, facts in read_corpus().items():
        known = listed.get(name, ())
        rows.append("\t".join((name, *facts, known[2] if known[:2] == facts else origin)))
    MANIFEST.write_text("\n".join(rows) + "\n")
    print(f"{len(rows) - 1} files")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--check", action="store_true")
    what.add_argument("--write", action="store_true")
    parser.add_argument("--origin", default="fuzzer")
    arguments = parser.parse_args()
    sys.exit(check() if arguments.check else write(arguments.origin))


main()
