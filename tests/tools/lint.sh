#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Checks the hand-written C++ of the project:
#   tests/tools/lint.sh format        clang-format, all files; `apply-format` changes them
#   tests/tools/lint.sh tidy          clang-tidy, the core (20 s)
#   tests/tools/lint.sh tidy-tests    clang-tidy without its analyzer, the rest (many minutes)
# The public headers and kshim/ are in kernel style and have checks of their own; generated lexers are re2c's.
set -eu
cd "$(dirname "$0")/../.."

sources() {
  find "$@" \( -name '*.cc' -o -name '*.h' \) ! -path 'mangler/include/*' ! -path mangler/one_unit.cc ! -path 'tests/vm/*' \
    ! -path 'tests/model/*' | LC_ALL=C sort
}

# shellcheck disable=SC2016 # The inner shell expands those.
# Without a compilation database, so that it works from any build directory. One file at a time, because
# clang-tidy keeps the memory of all files it is given.
tidy() {
  checks=$1
  shift
  sources "$@" | grep '\.cc$' | xargs -P "$(nproc)" -n 1 sh -c '
    if ! log=$(clang-tidy-19 --quiet --checks="$0" "$1" -- -std=c++20 -funsigned-char -I. -Iparser/include \
        -Imangler/include -DRTSPNAT_SPEC_FOLDER="\"\"" 2>&1); then
      echo "$log" | grep -v "warnings generated"
      exit 1
    fi' "$checks"
}

everything() {
  [ ! -d apps ] || set -- apps
  sources parser/include parser/src mangler tests fuzz "$@"
}

case "${1:-}" in
  format) everything | xargs clang-format-19 --dry-run -Werror ;;
  apply-format) everything | xargs clang-format-19 -i ;;
  tidy) tidy "" parser/src mangler ;;
  tidy-tests) tidy "-clang-analyzer-*" tests fuzz ;;
  *) echo "usage: tests/tools/lint.sh format|apply-format|tidy|tidy-tests" >&2; exit 2 ;;
esac
