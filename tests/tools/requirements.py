#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Compares docs/requirements.md with the sources, and with the tests that ran.

    requirements.py                                     checks that no row is missing, and that the named sources and tests exist
    requirements.py --ctest FILE [--cases FOLDER]       and that those of ctest ran and passed; FILE comes from ctest
                                                        --output-junit, FOLDER (build/default/cases) from spec cases
    requirements.py --tap FILE...                       and that those of the virtual machine passed; it left the FILEs (tap)

The last column of a row names tests in backquotes:

    `Suite.Name`             of GoogleTest
    `file.md: heading`       a case of tests/spec or tests/spec/decisions; `file.md: R1*` stands for all headings that begin so
    `ctest name`             another test of ctest
    `vm name`                a case of the virtual machine
    `R22`                    the tests of that row
"""

import argparse
import pathlib
import re
import sys
import xml.etree.ElementTree as xml

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = TOP / "docs/requirements.md"
ROWS = {"R": 95, "D": 37, "P": 63}


class Row:
    def __init__(self, cells):
        self.name, self.text, self.where, self.shown = cells

    def quoted(self, cell):
        return re.findall(r"`([^`]+)`", cell)


def read_rows():
    rows = []
    for line in PAGE.read_text().splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 4 and re.fullmatch(r"[RD]\d+", cells[0]):
            rows.append(Row(cells))
        elif len(cells) == 3 and re.fullmatch(r"P\d+", cells[0]):
            rows.append(Row([*cells[:2], "", cells[2]]))
    return rows


def check_rows(rows):
    names = [row.name for row in rows]
    wanted = [f"{kind}{i}" for kind, last in ROWS.items() for i in range(1, last + 1)]
    yield from (f"{name}: no row" for name in wanted if name not in names)
    yield from (f"{name}: two rows" for name in sorted(set(names)) if names.count(name) > 1)
    yield from (f"{name}: no such requirement" for name in names if name not in wanted)
    for row in rows:
        if not row.text:
            yield f"{row.name}: says nothing"
        if row.shown.startswith("open"):
            yield f"{row.name}: {row.shown}"
        elif not row.quoted(row.shown) and not re.match(r"left alone: .", row.shown):
            yield f"{row.name}: names no test, nor why it is left alone"


def check_sources(rows):
    for row in rows:
        for place in row.quoted(row.where):
            path, _, word = place.partition(": ")
            if not (TOP / path).is_file():
                yield f"{row.name}: there is no {path}"
            elif word and not re.search(rf"\b{re.escape(word)}\b", (TOP / path).read_text()):
                yield f"{row.name}: there is no {word} in {path}"


def identifier(heading):
    """Makes a name as SpecCase::Identifier() in tests/harness/spec_reader.cc does."""
    return re.sub(r"[^A-Za-z0-9]+", "_", heading).strip("_")


def headings():
    """Returns the cases by file and heading, with their names in GoogleTest."""
    found = {}
    for folder in ("tests/spec", "tests/spec/decisions"):
        for path in (TOP / folder).glob("*.md"):
            # A heading without a block is no case.
            for part in re.split(r"^## ", path.read_text(), flags=re.M)[1:]:
                heading, _, rest = part.partition("\n")
                if "\n```" in rest:
                    found[f"{path.name}: {heading}"] = f"{path.stem}.{identifier(heading)}"
    return found


def unit_tests():
    # A property of rapidcheck ends its name with a comma.
    pattern = r"^(?:TEST|TEST_F|TEST_P|RC_GTEST_PROP|RC_GTEST_FIXTURE_PROP)\(\s*(\w+),\s*(\w+)"
    return {
        f"{suite}.{name}"
        for path in (TOP / "tests").rglob("*_test.cc")
        for suite, name in re.findall(pattern, path.read_text(), re.M)
    }


def other_tests():
    pattern = r"add_test\(NAME (\S+)"
    return {name for path in (TOP / "tests").rglob("CMakeLists.txt") for name in re.findall(pattern, path.read_text())}


def expand(word):
    """Expands braces as the shell does."""
    match = re.search(r"\{([^{}]*)\}", word)
    if not match:
        return {word}
    return {name for part in match[1].split(",") for name in expand(word[: match.start()] + part + word[match.end() :])}


def machine_cases():
    """Returns the names in the lists of cases, and the names in the loops over cases."""
    text = "".join(path.read_text() for path in (TOP / "tests/vm/guest").glob("*.sh"))
    names = set(re.findall(r"^\t+([a-z][\w-]+) +\S", text, re.M))
    for words in re.findall(r"\bfor name in (.*?); do", text):
        names |= {name for word in words.split() for name in expand(word)}
    examples = [path.name for path in (TOP / "tests/vm/guest/examples").glob("*")]
    return names | {f"example-{name}{end}" for name in examples for end in ("", "-without")}


class Tests:
    """The existing tests, by the names of the page."""

    def __init__(self):
        self.cases = headings()
        self.units = unit_tests()
        self.others = other_tests()
        self.machine = machine_cases()

    def resolve(self, name):
        """Returns kind and names of the tests that `name` stands for."""
        if name.startswith("vm "):
            return "vm", [name[3:]] if name[3:] in self.machine else []
        if name.startswith("ctest "):
            return "ctest", [name[6:]] if name[6:] in self.others else []
        if ".md: " in name:
            names = [key for key in self.cases if key == name]
            if name.endswith("*"):
                names = [key for key in self.cases if key.startswith(name[:-1])]
            return "case", [self.cases[key] for key in names]
        return "unit", [name] if name in self.units else []


def plain(name):
    """Returns a test's name without its instance: Law.Holds for Numbers/Law.Holds/0."""
    return re.sub(r"^[\w.]*/(?=\w+\.)|(?<=\w)/.*$", "", name)


def passed_in(path):
    """Returns the names of the tests that ran and passed, from a JUnit file; cases of GoogleTest with their suite."""
    good, bad = set(), set()
    for case in xml.parse(path).iter("testcase"):
        ran = case.get("status") == "run" and case.get("result", "completed") == "completed"
        failed = any(child.tag in ("failure", "error", "skipped") for child in case)
        names = {plain(case.get("name")), f"{case.get('classname')}.{case.get('name')}"}
        (good if ran and not failed else bad).update(names)
    return good - bad


def passed_in_machine(path):
    text = pathlib.Path(path).read_text()
    return {name for line in re.findall(r"^ok \d+ - (.*)", text, re.M) for name in re.findall(r"^[\w./-]+", line)}


def read_results(options):
    """Returns the passed tests by kind. A kind without results is not checked."""
    passed = {}
    if options.ctest:
        passed["unit"] = passed["ctest"] = passed_in(options.ctest)
    if options.cases:
        passed["case"] = {name for path in pathlib.Path(options.cases).glob("*.xml") for name in passed_in(path)}
    if options.tap:
        passed["vm"] = {name for path in options.tap for name in passed_in_machine(path)}
    return passed


def check_tests(rows, passed):
    tests = Tests()
    names = {row.name for row in rows if not row.name.startswith("P")}
    for row in rows:
        for name in row.quoted(row.shown):
            if name in names:
                continue
            kind, found = tests.resolve(name)
            if not found:
                yield f"{row.name}: there is no test {name}"
            if kind in passed:
                yield from (f"{row.name}: did not run and pass: {test}" for test in found if test not in passed[kind])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ctest")
    parser.add_argument("--cases")
    parser.add_argument("--tap", nargs="+")
    options = parser.parse_args()
    rows = read_rows()
    passed = read_results(options)
    problems = [*check_rows(rows), *check_sources(rows), *check_tests(rows, passed)]
    named = {name for row in rows for name in row.quoted(row.shown)}
    print("\n".join(problems) or f"{len(rows)} requirements, shown by {len(named)} tests and groups of tests")
    return 1 if problems else 0


sys.exit(main())
