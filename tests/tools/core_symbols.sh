#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Links the core by itself, and fails if it needs any symbol that not every kernel and libc has.
# usage: core_symbols.sh ARCHIVE
set -eu
object=$(mktemp)
trap 'rm -f "$object"' EXIT
ld -r --whole-archive -o "$object" "$1"
undefined=$(nm -u "$object" | awk '{ print $NF }' | grep -vx -e memcpy -e memset -e memmove -e memcmp || true)
if [ -n "$undefined" ]; then
  echo "the core needs symbols that a kernel does not have:"
  echo "$undefined" | c++filt
  exit 1
fi
