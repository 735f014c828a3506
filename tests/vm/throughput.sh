#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# throughput.sh: how fast RTSP media interleaved with the control connection passes the router of the virtual machine,
# with the helper attached and with the same rules that do not attach it, in turn.
#
#   throughput.sh --modules DIR [--rounds COUNT] [--least RATIO] [--results DIR]
#
#   --modules DIR       as for suite.sh; $(tests/vm/nat-rtsp.sh) for Debian's nat-rtsp-dkms
#   --rounds COUNT      transfers each way (5)
#   --least RATIO       fail if the ratio of the medians is below it (0.985; the goal is 0.99)
#   --results DIR       keep each figure there
#
# The machine's clock counts instructions, so that a second is a thousand million of them and other load does not
# matter: the ratio is one of work done for a byte, from the server's write to the client's read. The hosts' TCP is
# pinned, so that each transfer has the same packets. Prints TAP. Exit code as suite.sh. Takes 1 to 3 minutes.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() { sed -n '4,17s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

modules='' rounds=5 least=0.985 results=()
while [[ $# -gt 0 ]]; do
	case $1 in
	--modules) modules=${2:?--modules needs a directory} && shift ;;
	--rounds) rounds=${2:?--rounds needs a number} && shift ;;
	--least) least=${2:?--least needs a ratio} && shift ;;
	--results) results=(--results "${2:?--results needs a directory}") && shift ;;
	--help) usage && exit 0 ;;
	*) usage >&2 && exit "$EX_USAGE" ;;
	esac
	shift
done
[[ -n $modules ]] || { usage >&2 && exit "$EX_USAGE"; }

exec "$VM_DIR/run.sh" --count --timeout 900 --modules "$modules" "${results[@]}" throughput.sh "$rounds" 16 "$least"
