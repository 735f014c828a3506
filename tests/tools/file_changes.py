#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Counts how often control goes from one source file of the core to another while the core reads one SETUP.

usage: tests/tools/file_changes.py [--top FOLDER] [--list] [BOUND]

The SETUP of tests/bench/setup-147.rtsp lies in one segment. The first proposed ports are taken, so that there is one edit. The script compiles
the core with -finstrument-functions and looks at the entered functions in their order, without those of the cursor and without
accessors: functions of a header that call nothing but such functions. It fails if there are more changes than BOUND. --list prints the functions.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

import measured

CURSOR = ("cursor.h", "text.h", "text.cc")  # Bytes, blanks and numbers: all read through them.

PROGRAM = r"""
#include <cstdio>
#include <cstring>
#include "rtspnat.h"

static bool recording;
static char places[1 << 20];
static size_t used;

extern "C" {
__attribute__((no_instrument_function)) static void note(char what, void* function) {
  if (recording) used += static_cast<size_t>(std::sprintf(places + used, "%c %p\n", what, function));
}
__attribute__((no_instrument_function)) void __cyg_profile_func_enter(void* function, void*) { note('>', function); }
__attribute__((no_instrument_function)) void __cyg_profile_func_exit(void* function, void*) { note('<', function); }
}

__attribute__((no_instrument_function)) int main(int, char** argv) {
  static unsigned char text[4096];
  std::FILE* file = std::fopen(argv[1], "rb");
  const size_t size = std::fread(text, 1, sizeof text, file);
  alignas(8) static unsigned char memory[RTSPNAT_CONNECTION_MAX];
  rtspnat_setup setup = {};
  setup.size = sizeof setup;
  setup.inside = {4, {192, 168, 1, 2}};
  setup.outside = {4, {198, 51, 100, 1}};
  setup.peer = setup.published = {4, {203, 0, 113, 2}};
  setup.may_translate = true;
  rtspnat_connection* connection = rtspnat_open(memory, sizeof memory, &setup);
  rtspnat_segment segment = {};
  segment.size = sizeof segment;
  segment.payload = text;
  segment.length = segment.at_hand = static_cast<unsigned>(size);
  alignas(8) static unsigned char scratch[RTSPNAT_SCRATCH_MAX], buffer[RTSPNAT_BUFFER_MAX];
  rtspnat_step step = {};
  step.size = sizeof step;
  int asked = 0;
  recording = true;
  rtspnat_begin(connection, scratch, &segment);
  while (rtspnat_next(connection, &step) != RTSPNAT_DONE)
    if (step.ask == RTSPNAT_LEND) rtspnat_lend(connection, buffer);
    else rtspnat_answer(connection, asked++ == 0 ? RTSPNAT_BUSY : RTSPNAT_YES, step.mapping.outside[0]);
  rtspnat_edit edit = {};
  edit.size = sizeof edit;
  for (unsigned i = step.done.edits; i-- > 0;) rtspnat_get_edit(connection, i, &edit);
  recording = false;
  if (step.done.edits != 1) return 1;
  std::fputs(places, stdout);
  return 0;
}
"""


def record(top):
    """Returns the calls and returns, as (what, function, file, whether a header has it)."""
    sources = [*top.glob("parser/src/*.cc"), *top.glob("parser/lex/generated/*.cc"), *top.glob("mangler/**/*.cc")]
    sources = [source for source in sources if source.name != "one_unit.cc"]  # It includes the others.
    with tempfile.TemporaryDirectory() as folder:
        main_file = pathlib.Path(folder, "main.cc")
        main_file.write_text(PROGRAM)
        program = pathlib.Path(folder, "program")
        include = [f"-I{top / path}" for path in ("parser/include", "mangler/include", "")]
        subprocess.run(["g++", "-std=c++20", "-g", "-O0", "-no-pie", "-funsigned-char", "-finstrument-functions", *include, "-o",
                        program, main_file, *sources], check=True)
        lines = subprocess.run([program, top / "tests/bench/setup-147.rtsp"], check=True, capture_output=True,
                               text=True).stdout.splitlines()
        symbols = subprocess.run(["nm", "-C", "-l", program], check=True, capture_output=True, text=True).stdout
    where = {int(address, 16): (name, pathlib.Path(file).name, kind == "W") for address, kind, name, file in
             re.findall(r"^([0-9a-f]+) (\w) (.*)\t(.*):\d+$", symbols, re.M)}
    return [(line[0], *where[int(line[2:], 16)]) for line in lines if int(line[2:], 16) in where]


def entered(calls):
    """Yields the functions that are entered, but for the cursor's, and for accessors: those of headers that call no others."""
    entries, inside = [], []  # Those that are open have their numbers in `inside`.
    for what, name, file, in_header in calls:
        if what == "<":
            number = inside.pop()
            is_accessor = entries[number][2] and number + 1 == len(entries)
            if is_accessor or "Cursor::" in entries[number][0] or entries[number][1] in CURSOR:
                del entries[number]
        else:
            inside.append(len(entries))
            entries.append((re.sub(r"\(anonymous namespace\)::", "", name).split("(")[0], file, in_header))
    return [entry[:2] for entry in entries]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--top", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    parser.add_argument("--list", action="store_true")
    parser.add_argument("bound", type=int, nargs="?")
    arguments = parser.parse_args()
    calls = entered(record(arguments.top.resolve()))
    changes = 0
    for number, (name, file) in enumerate(calls):
        changes += number != 0 and calls[number - 1][1] != file
        if arguments.list:
            print(f"{file:24} {name}")
    print(f"{len(calls)} calls, {len(set(calls))} functions, {len({file for _, file in calls})} files, {changes} changes of file")
    measured.keep("file_changes", {"changes of file": changes})
    return 1 if arguments.bound is not None and changes > arguments.bound else 0


if __name__ == "__main__":
    sys.exit(main())
