#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Installs the library and builds tests/unit/abi_test.c against it, as somebody else's program would: by find_package()
# and by pkg-config.
# usage: package_is_usable.sh BUILD_FOLDER CC
set -eu
tests=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cmake --install "$1" --prefix "$scratch/usr" >"$scratch/log"

mkdir "$scratch/program"
cp "$tests/unit/abi_test.c" "$scratch/program/"
cat >"$scratch/program/CMakeLists.txt" <<'PROGRAM'
cmake_minimum_required(VERSION 3.25)
project(program LANGUAGES C)
find_package(rtspnat REQUIRED)
add_executable(program abi_test.c)
target_link_libraries(program PRIVATE rtspnat::rtspnat)
PROGRAM
cmake -S "$scratch/program" -B "$scratch/build" -DCMAKE_PREFIX_PATH="$scratch/usr" -DCMAKE_C_COMPILER="$2" >"$scratch/log"
cmake --build "$scratch/build" >"$scratch/log"
"$scratch/build/program" >"$scratch/log"

pc=$(dirname "$(find "$scratch/usr" -name rtspnat.pc)")
# shellcheck disable=SC2046 # Several flags.
"$2" "$tests/unit/abi_test.c" $(PKG_CONFIG_PATH=$pc pkg-config --cflags --libs rtspnat) -o "$scratch/program/by_pkg_config"
"$scratch/program/by_pkg_config" >"$scratch/log"
find "$scratch/usr" -type f | sed "s|$scratch/usr/||" | LC_ALL=C sort
