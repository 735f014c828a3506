#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Fails if a file in parser/lex/generated differs from the one that re2c makes of its source.
# usage: lexers_are_fresh.sh FOLDER RE2C FLAG...    FOLDER is for scratch
set -eu
repository=$(cd "$(dirname "$0")/../.." && pwd)
scratch=$1
shift
mkdir -p "$scratch/parser/lex/generated"
cp "$repository"/parser/lex/*.re "$repository"/parser/lex/*.inc "$scratch/parser/lex/"
cd "$scratch"  # #line directives hold paths: the same ones as in the repository.
for source in parser/lex/*.re; do
  made=parser/lex/generated/$(basename "$source" .re).cc
  "$@" -o "$made" "$source"
  cmp "$made" "$repository/$made" || { echo "run: cmake --build build/default --target lexers"; exit 1; }
done
