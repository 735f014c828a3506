#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# shapes.sh: ffmpeg and GStreamer play, through the router of the virtual machine, from a server that answers SETUP as real
# servers do; and a scripted client says what real clients say.
#
#   shapes.sh --modules DIR [--quick] [--case REGEX] [--table] [--results DIR]
#
#   --modules DIR       as for suite.sh
#   --quick             every fifth answer, every third SETUP
#   --case REGEX        only shapes whose names match; guest/shape_table.py has them
#   --table             print tables instead of TAP
#   --results DIR       keep what the programs said, and shapes/table.md
#
# An answer is as expected if what plays routed, without NAT and helper, plays behind NAT with the helper; what a client says,
# if it plays where the decision table has a mapping, else is left alone. Exit code as suite.sh. Takes 2 to 4 minutes;
# --quick 90 s.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() { sed -n '4,18s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

modules='' how=full cases=. table='' results=''
while [[ $# -gt 0 ]]; do
	case $1 in
	--modules) modules=${2:?--modules needs a directory} && shift ;;
	--quick) how=quick ;;
	--case) cases=${2:?--case needs an expression} && shift ;;
	--table) table=1 ;;
	--results) results=${2:?--results needs a directory} && shift ;;
	--help) usage && exit 0 ;;
	*) usage >&2 && exit "$EX_USAGE" ;;
	esac
	shift
done
[[ -n $modules ]] || { usage >&2 && exit "$EX_USAGE"; }

if [[ -z $results ]]; then
	results=$(mktemp -d "${TMPDIR:-/tmp}/rtspnat-shapes.XXXXXX")
	trap 'rm -rf "$results"' EXIT
fi
run=("$VM_DIR/run.sh" --timeout 600 --modules "$modules" --results "$results" shapes.sh "$how" "$cases")
if [[ -z $table ]]; then
	code=0
	"${run[@]}" || code=$?
	exit $code
fi
code=0
"${run[@]}" >&2 || code=$?
cat "$results/shapes/table.md"
exit $code
