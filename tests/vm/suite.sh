#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# suite.sh: plays real RTSP streams through a real NAT in a virtual machine, with the kernel modules and without; then a
# part of the matrix of clients, servers and NAT sides (matrix.sh), scripted dialogues (guest/dialogues.sh), attacks
# (attack.sh), replies in the shapes of real servers (shapes.sh), the examples of docs/using-router.md, some over paths
# that lose packets (lossy.sh), and measures the throughput (throughput.sh).
#
#   suite.sh --modules DIR [--case REGEX] [--results DIR]
#
#   --modules DIR       where nf_conntrack_rtsp.ko and nf_nat_rtsp.ko are, built for the kernel of the virtual machine:
#                       make -C kshim KDIR="$(tests/vm/image.sh --kdir)"
#   --case REGEX        only the cases whose names match, and none of the others; guest/cases.sh has the list
#   --results DIR       keep logs there: per case what was sniffed and what the programs said; tap; dmesg
#
# Prints TAP. Exit code: 0 all as expected, 1 a case was not, 2 usage or a missing program, 3 the machine did not boot
# or did not finish in time. Two machines run beside each other. Takes 18 minutes; the first time 2 more, to make the image.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() { sed -n '4,17s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

modules='' cases='' results=''
while [[ $# -gt 0 ]]; do
	case $1 in
	--modules) modules=${2:?--modules needs a directory} && shift ;;
	--case) cases=${2:?--case needs an expression} && shift ;;
	--results) results=${2:?--results needs a directory} && shift ;;
	--help) usage && exit 0 ;;
	*) usage >&2 && exit "$EX_USAGE" ;;
	esac
	shift
done
[[ -n $modules ]] || { usage >&2 && exit "$EX_USAGE"; }

if [[ -n $cases ]]; then
	exec "$VM_DIR/run.sh" --timeout 900 --modules "$modules" ${results:+--results "$results"} cases.sh "$cases"
fi

# part NAME SCRIPT ARGUMENT...: its results in a directory of its own. What it says comes when it has ended, in one piece.
part() {
	local name=$1 started=$SECONDS ended=0
	say "$name begins"
	"${priority[@]}" "$VM_DIR/$2" --modules "$modules" ${results:+--results "$results/$name"} "${@:3}" >"$work/$name" 2>&1 ||
		ended=$?
	((ended <= code)) || code=$ended
	{
		flock 9
		say "$name"
		cat "$work/$name"
		say "$name has ended after $((SECONDS - started)) s with exit code $ended"
	} 9>"$work/lock"
}

# Their clock counts instructions (--count): where something else has the processor they lose nothing but time, so that they
# take what the machine beside them leaves.
counted_parts() {
	local priority=(nice -n 19)
	part matrix matrix.sh --quick
	part dialogues run.sh --count --timeout 1800 dialogues.sh .
	part lossy lossy.sh --sessions 10
	part throughput throughput.sh --rounds 3
}

# These go by the clock of the host, on two processors. Attacks last: they wait 50 ms for media that must not come, or must,
# and by then the other machine has ended or is about to.
timed_parts() {
	local priority=()
	part cases run.sh --timeout 900 cases.sh .
	part examples ../tools/examples.sh
	part shapes shapes.sh --quick
	part attacks attack.sh --quick
}

work=$(mktemp -d "${TMPDIR:-/tmp}/rtspnat-suite.XXXXXX") code=0
# Without this folder no further part begins.
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
"$VM_DIR/image.sh" >/dev/null
(
	counted_parts
	exit "$code"
) &
timed_parts
wait $! || {
	ended=$?
	((ended <= code)) || code=$ended
}
exit "$code"
