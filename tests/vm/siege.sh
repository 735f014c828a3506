#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# siege.sh: attackers do their worst against the router of the virtual machine, with the smallest limits (16 places for expectations, 64
# connections) and with the usual ones (1024, 4096): a host inside, an outsider and 1000 of them behind a port forwarding, a user who is root
# in a namespace of his own, and a host that has a /64. SYNs, resets, one byte, half a method, a whole request, SETUPs unanswered, refused and
# granted, as fast as they can. A neighbour plays every three seconds, and at the end a victim whose connection was idle all the time.
#
#   siege.sh --modules DIR [--seconds NUMBER] [--case REGEX] [--results DIR]
#
#   --modules DIR       as for suite.sh
#   --seconds NUMBER    how long each siege lasts (60)
#   --case REGEX        only the sieges whose names match, as "smallest limits, one outsider"
#   --results DIR       keep the kernel's log and the verdicts
#
# Prints TAP. Exit code as suite.sh. Takes 16 minutes. Beside the test command, and no part of it.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() { sed -n '4,16s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

modules='' seconds=60 cases=. results=''
while [[ $# -gt 0 ]]; do
	case $1 in
	--modules) modules=${2:?--modules needs a directory} && shift ;;
	--seconds) seconds=${2:?--seconds needs a number} && shift ;;
	--case) cases=${2:?--case needs an expression} && shift ;;
	--results) results=${2:?--results needs a directory} && shift ;;
	--help) usage && exit 0 ;;
	*) usage >&2 && exit "$EX_USAGE" ;;
	esac
	shift
done
[[ -n $modules && $seconds =~ ^[1-9][0-9]*$ ]] || { usage >&2 && exit "$EX_USAGE"; }

exec "$VM_DIR/run.sh" --timeout $((300 + 12 * (seconds + 60))) --modules "$modules" ${results:+--results "$results"} siege.sh "$seconds" "$cases"
