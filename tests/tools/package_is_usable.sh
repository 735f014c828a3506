#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Installs the library to a prefix that it was not configured for, and builds tests/unit/abi_test.c against it as a user's program:
# by pkg-config and by find_package(), before and after the installation has moved.
# usage: package_is_usable.sh BUILD_FOLDER CC
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
cc=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# quietly COMMAND...: prints what the command says only if it fails.
quietly() { "$@" >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2 && exit 1; }; }

quietly cmake --install "$1" --prefix "$scratch/first"
for header in $(cd "$top/mangler/include" && find . -name '*.h'); do
  cmp "$top/mangler/include/$header" "$scratch/first/include/$header"
done

mkdir "$scratch/program"
cp "$top/tests/unit/abi_test.c" "$scratch/program/program.c"
cat >"$scratch/program/CMakeLists.txt" <<'PROGRAM'
cmake_minimum_required(VERSION 3.25)
project(program LANGUAGES C)
find_package(rtspnat REQUIRED)
add_executable(program program.c)
target_link_libraries(program PRIVATE rtspnat::rtspnat)
PROGRAM

# builds PREFIX: the program builds and runs with the installation there.
builds() {
  PKG_CONFIG_PATH=$(dirname "$(find "$1" -name rtspnat.pc)")
  export PKG_CONFIG_PATH
  # And not with another installation of the machine.
  included=$(pkg-config --variable=includedir rtspnat)
  if [ "$(realpath -m "$included")" != "$1/include" ]; then
    echo "rtspnat.pc in $1 says that the headers are in $included" >&2
    exit 1
  fi
  # shellcheck disable=SC2046 # Several flags.
  quietly "$cc" "$scratch/program/program.c" $(pkg-config --cflags --libs rtspnat) -o "$scratch/by_pkg_config"
  quietly "$scratch/by_pkg_config"
  rm -rf "$scratch/build"
  quietly cmake -S "$scratch/program" -B "$scratch/build" -DCMAKE_PREFIX_PATH="$1" -DCMAKE_C_COMPILER="$cc"
  grep -q "^rtspnat_DIR:PATH=$1/" "$scratch/build/CMakeCache.txt"
  quietly cmake --build "$scratch/build"
  quietly "$scratch/build/program"
}

builds "$scratch/first"
mkdir "$scratch/elsewhere"
mv "$scratch/first" "$scratch/elsewhere/second"
builds "$scratch/elsewhere/second"
find "$scratch/elsewhere/second" -type f | sed "s|$scratch/elsewhere/second/||" | LC_ALL=C sort
