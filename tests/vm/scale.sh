#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# scale.sh: does what one more costs grow with how many are there, in the virtual machine? A SETUP and its reply
# beside 0 to 2000 sessions of one host with the same ports of one server; the first datagram of a flow of somebody
# else without the modules, with them, and beside 25 and 500 sessions that play, whose server has named its ports or not;
# and the kernel's memory for each of 4096 connections with two mappings.
#
#   scale.sh --modules DIR [--part setups|flows|memory] [--rounds COUNT] [--processors 1|2] [--results DIR]
#
#   --modules DIR       as for suite.sh
#   --part NAME         only that
#   --rounds COUNT      of all, one after the other (3)
#   --processors COUNT  with 1, the default, the machine's clock counts instructions, a nanosecond each, and what costs more
#                       than it may fails. With 2 it is the host's clock, both processors send flows at the same time, and
#                       only what is counted fails
#   --results DIR       keep each figure there
#
# Prints TAP. Exit code as suite.sh. Setups and flows take 9 minutes on a busy machine, with two processors as long for the
# flows alone.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() { sed -n '4,21s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

modules='' part=all rounds=3 processors=1 results=()
while [[ $# -gt 0 ]]; do
	case $1 in
	--modules) modules=${2:?--modules needs a directory} && shift ;;
	--part) part=${2:?--part needs a name} && shift ;;
	--rounds) rounds=${2:?--rounds needs a number} && shift ;;
	--processors) processors=${2:?--processors needs a number} && shift ;;
	--results) results=(--results "${2:?--results needs a directory}") && shift ;;
	--help) usage && exit 0 ;;
	*) usage >&2 && exit "$EX_USAGE" ;;
	esac
	shift
done
[[ -n $modules && $part =~ ^(all|setups|flows|memory)$ ]] || { usage >&2 && exit "$EX_USAGE"; }
case $processors in
1) clock=(--count) exact=1 ;;
2) clock=() exact=0 ;;
*) usage >&2 && exit "$EX_USAGE" ;;
esac

exec "$VM_DIR/run.sh" "${clock[@]}" --timeout 1800 --modules "$modules" "${results[@]}" \
	scale.sh "$part" "$rounds" "$processors" "$exact"
