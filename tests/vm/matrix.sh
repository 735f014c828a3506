#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# matrix.sh: what plays through NAT: every client with every server, NAT on every side, IPv4 and IPv6, UDP and
# interleaved with TCP, without the helper and with it, in a virtual machine.
#
#   matrix.sh --modules DIR [--quick] [--only REGEX] [--results DIR]
#   matrix.sh --helper nat-rtsp|off [--quick] [--only REGEX] [--results DIR]
#   matrix.sh --table RESULTS [RESULTS]
#
#   --modules DIR       as for suite.sh
#   --helper NAME       rtspnat (--modules), or just what plays with Debian's nat-rtsp-dkms, with offloads off, because
#                       it does not edit the paged packets of a network with them; or off: just what plays without
#   --only REGEX        cells and cases whose names match; a cell is SIDE/FAMILY/SERVER/TRANSPORT/CLIENT
#   --quick             16 of the 105 cells, so chosen that each client, server, side and family is among them, and
#                       the cases beside them
#   --results DIR       keep there what the programs said, and a line a session
#   --table             no machine: the results of rtspnat, and of nat-rtsp, as Markdown
#
# A cell is good if it plays with the helper, and without it plays only if interleaved with TCP. Prints TAP. Exit code as
# suite.sh.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() { sed -n '4,21s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

modules=() helper=rtspnat filter=. results=()
while [[ $# -gt 0 ]]; do
	case $1 in
	--modules) modules=(--modules "${2:?--modules needs a directory}") && shift ;;
	--helper) helper=${2:?--helper needs a name} && shift ;;
	--only) filter=${2:?--only needs an expression} && shift ;;
	--quick) filter=quick ;;
	--results) results=(--results "${2:?--results needs a directory}") && shift ;;
	--table) shift && exec python3 -I -S "$VM_DIR/matrix_table.py" "$@" ;;
	--help) usage && exit 0 ;;
	*) usage >&2 && exit "$EX_USAGE" ;;
	esac
	shift
done

offloads=on states='off on'
case $helper in
rtspnat) [[ ${#modules[@]} -gt 0 ]] || { usage >&2 && exit "$EX_USAGE"; } ;;
nat-rtsp) modules=(--modules "$("$VM_DIR/nat-rtsp.sh")") offloads=off states=on ;;
off) modules=() states=off ;;
*) usage >&2 && exit "$EX_USAGE" ;;
esac
exec "$VM_DIR/run.sh" --count --timeout 5400 "${modules[@]}" "${results[@]}" matrix.sh $offloads "$states" "$filter"
