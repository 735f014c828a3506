#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# lossy.sh: RTSP sessions through a NAT over paths that lose, reorder and repeat packets, by clients that cut their
# requests in every way, in a virtual machine.
#
#   lossy.sh --modules DIR [--sessions COUNT] [--results DIR]
#   lossy.sh --modules DIR --table [--results DIR]
#
#   --modules DIR       as for suite.sh
#   --sessions COUNT    so many sessions (50), five at a time: a byte a segment, Nagle with pauses, one write, a
#                       Transport line that the largest segment cuts, ffmpeg. Prints TAP
#   --table             what plays over which path without modules, with those of Debian's nat-rtsp-dkms, and with ours:
#                       prints a table
#   --results DIR       keep what each session left there
#
# Exit code as suite.sh. 50 sessions take 4 to 9 minutes, the table 16 to 36: as busy as the machine is.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() { sed -n '4,18s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

modules='' sessions=50 table='' results=''
while [[ $# -gt 0 ]]; do
	case $1 in
	--modules) modules=${2:?--modules needs a directory} && shift ;;
	--sessions) sessions=${2:?--sessions needs a number} && shift ;;
	--table) table=1 ;;
	--results) results=${2:?--results needs a directory} && shift ;;
	--help) usage && exit 0 ;;
	*) usage >&2 && exit "$EX_USAGE" ;;
	esac
	shift
done
[[ -n $modules ]] || { usage >&2 && exit "$EX_USAGE"; }

if [[ -z $results ]]; then
	results=$(mktemp -d "${TMPDIR:-/tmp}/rtspnat-lossy.XXXXXX")
	trap 'rm -rf "$results"' EXIT
fi
if [[ -z $table ]]; then
	code=0
	"$VM_DIR/run.sh" --count --timeout $((300 + 40 * sessions)) --modules "$modules" --results "$results" \
		lossy.sh sessions "$sessions" || code=$?
	exit $code
fi

peer=$("$VM_DIR/nat-rtsp.sh")
rm -f "$results"/{none,nat-rtsp,rtspnat}/table
"$VM_DIR/run.sh" --count --timeout 1800 --results "$results/none" lossy.sh table none >&2 || :
# It may take the machine down with it: then the table ends there.
"$VM_DIR/run.sh" --count --timeout 1800 --modules "$peer" --results "$results/nat-rtsp" lossy.sh table modules >&2 || :
"$VM_DIR/run.sh" --count --timeout 1800 --modules "$modules" --results "$results/rtspnat" lossy.sh table modules >&2
python3 -I -S "$VM_DIR/table.py" "$results"
