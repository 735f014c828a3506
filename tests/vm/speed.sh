#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# speed.sh: what the router of the virtual machine does beside the media: sessions a second, the packets of a control
# connection that carry no text or a keep-alive, and publishers, without the modules and with them, in turn.
#
#   speed.sh --modules DIR [--rounds COUNT] [--results DIR]
#
#   --modules DIR       as for suite.sh
#   --rounds COUNT      of each, without and with (3)
#   --results DIR       keep each figure there
#
# The machine's clock counts instructions, a nanosecond each, so other load does not matter. The hosts are a static C
# program (guest/load.c), so that they cost little beside the router. Prints TAP. Exit code as suite.sh.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() { sed -n '4,15s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

modules='' rounds=3 results=()
while [[ $# -gt 0 ]]; do
	case $1 in
	--modules) modules=${2:?--modules needs a directory} && shift ;;
	--rounds) rounds=${2:?--rounds needs a number} && shift ;;
	--results) results=(--results "${2:?--results needs a directory}") && shift ;;
	--help) usage && exit 0 ;;
	*) usage >&2 && exit "$EX_USAGE" ;;
	esac
	shift
done
[[ -n $modules ]] || { usage >&2 && exit "$EX_USAGE"; }

need gcc
work=$(mktemp -d "${TMPDIR:-/tmp}/rtspnat-speed.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/load"
gcc -O2 -static -Wall -Wextra -Werror -o "$work/load/load" "$VM_DIR/guest/load.c"

"$VM_DIR/run.sh" --count --timeout 1800 --modules "$modules" --files "$work/load" "${results[@]}" speed.sh "$rounds"
