#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# run.sh: checks tests/spin/sequence_adjustment.pml with spin, exhaustively; and shows that it finds the bugs that its
# three rules are there to prevent.
#
#   tests/spin/run.sh [WORK_FOLDER]
#
# Needs the Debian packages spin and gcc. Keeps the numbers of states for tests/tools/figures.py, if ctest has set RTSPNAT_MEASURED.
set -euo pipefail
model=$(cd "$(dirname "$0")" && pwd)/sequence_adjustment.pml
command -v spin >/dev/null || { echo "spin is missing (Debian: apt-get install spin)" >&2 && exit 1; }
work=${1:-$(mktemp -d)}
[[ $# -gt 0 ]] || trap 'rm -r "$work"' EXIT
mkdir -p "$work"
cd "$work"

# verify WHAT "PAN_FLAGS" "RUN_FLAGS" MODEL_FLAGS...: leaves what pan says in WHAT.log, its errors in $errors, its states in $states.
verify() {
	local what=$1 compile=$2 run=$3
	shift 3
	mkdir -p "$what"
	(
		cd "$what"
		spin -a "$@" "$model" >spin.log
		# shellcheck disable=SC2086 # Several flags each.
		gcc -O2 -w -DMEMLIM=1500 $compile -o pan pan.c
		# shellcheck disable=SC2086
		./pan -n -m100000 $run >pan.log
	)
	if grep -q 'max search depth too small\|out of memory' "$what/pan.log"; then
		echo "$what: the search was cut short" && exit 1
	fi
	errors=$(sed -n 's/.*errors: \([0-9]*\).*/\1/p' "$what/pan.log")
	states=$(awk '/states, stored/ { print $1 }' "$what/pan.log")
	printf '%-32s %10s states, errors: %s\n' "$what" "$states" "$errors"
}

failed=0
verify right-bytes "-DSAFETY -DNOCLAIM" "" -DREPEATS=1
safety=$states
[[ $errors == 0 ]] || failed=1
verify everything-arrives "" "-a -f" -DLOSSES=1 -DREPEATS=1
[[ $errors == 0 ]] || failed=1
if [[ -n ${RTSPNAT_MEASURED:-} ]]; then
	mkdir -p "$RTSPNAT_MEASURED"
	printf '{"states searched for safety": %s, "states searched for progress": %s}\n' "$safety" "$states" >"$RTSPNAT_MEASURED/spin.json"
fi
for rule in RULE KEEP EDIT; do
	verify "without-$rule" "-DSAFETY -DNOCLAIM" "" "-D$rule=0"
	[[ $errors == 1 ]] || { echo "the model does not notice that $rule is missing" && failed=1; }
done
exit $failed
