#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# run.sh: runs the fuzzers under AddressSanitizer and UndefinedBehaviorSanitizer, as many at a time as there are
# processors.
#
#   fuzz/run.sh [--seconds N] [--seed N] [--keep] [HARNESS...]
#
#   --seconds N   for each harness (60)
#   --seed N      the same mutations in each run that begins with the same files (another each time)
#   --keep        afterwards take what was found into corpus/HARNESS, as few files as cover as much
#   HARNESS       framer, head, transport, lane, connection, stream, model (all)
#
# Builds them first (preset fuzz). Begins with corpus/HARNESS and keeps what it finds in build/fuzz/found/HARNESS,
# so that the next run goes on from there. Crashes are kept in build/fuzz/crashes. Ends with an error if there is one.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tests/tools/lib.sh
. tests/tools/lib.sh

seconds=60 seed=0 keep=no harnesses=()
while [[ $# -gt 0 ]]; do
	case $1 in
	--seconds) seconds=$2 && shift ;;
	--seed) seed=$2 && shift ;;
	--keep) keep=yes ;;
	--help) sed -n '4,16s/^# \{0,1\}//p' "$0" && exit 0 ;;
	-*) sed -n '4,16s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
	*) harnesses+=("$1") ;;
	esac
	shift
done
[[ ${#harnesses[@]} -gt 0 ]] || harnesses=(framer head transport lane connection stream model)

build=build/fuzz
crashes=$build/crashes
longest=4096 # bytes of a seed
mkdir -p "$crashes"
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz -j"$(nproc)"

# progress HARNESS: prints what libFuzzer says of its progress every 10 s, and everything else but its dictionary.
progress() {
	awk -v name="$1" '
		/^(INFO|NEW_FUNC|###### |Done |DEDUP|Dictionary|"|\t)/ || /^stat::/ { next }
		/^#/ { if (systime() - last >= 10) { last = systime(); print "  " name " " $0; fflush() } next }
		{ print name ": " $0; fflush() }'
}

# fuzz HARNESS
fuzz() {
	local harness=$1 found=$build/found/$1 log=$build/$1.log code=0
	mkdir -p "$found" "corpus/$harness"
	printf '==> %s, %s s, %s seeds\n' "$harness" "$seconds" "$(find "corpus/$harness" -type f | wc -l)"
	"$build/fuzz/${harness}_fuzz" -max_total_time="$seconds" -seed="$seed" -max_len="$longest" -timeout=10 -print_final_stats=1 \
		-dict=fuzz/dict/rtsp.dict -artifact_prefix="$crashes/$harness-" "$found" "corpus/$harness" 2>&1 |
		tee "$log" | progress "$harness" || code=$?
	awk -v name="$harness" '/average_exec_per_sec/ { rate = $2 } /number_of_executed/ { runs = $2 } /cov:/ { for (i = 1; i < NF; ++i) if ($i == "cov:") cov = $(i + 1) }
		END { printf "    %s: %s runs, %s a second, %s edges covered\n", name, runs, rate, cov }' "$log"
	[[ $code -eq 0 ]] && return
	echo "$harness" >>"$build/failed"
	local crash
	crash=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n1)
	printf '    %s FAILED. Once more: %s %s\n' "$harness" "$build/fuzz/${harness}_fuzz" "${crash:-(no file; see $log)}"
	# Where only this output is kept: base64 -d | gunzip.
	[[ -f $crash ]] && gzip -9n <"$crash" | base64 | sed 's/^/    /'
	return 1
}

# keep_found HARNESS: hand-made seeds stay whatever they cover.
keep_found() {
	local harness=$1
	"$build/fuzz/${harness}_fuzz" -set_cover_merge=1 -use_counters=0 -max_len="$longest" "corpus/$harness" "$build/found/$harness" \
		>"$build/$harness-merge.log" 2>&1
	rm -r "$build/found/$harness"
	printf '==> corpus/%s has %s files now\n' "$harness" "$(find "corpus/$harness" -type f | wc -l)"
}

rm -f "$build/failed"
side_by_side fuzz -- "${harnesses[@]}" || { printf 'failed: %s\n' "$(paste -sd' ' "$build/failed")" && exit 1; }
if [[ $keep == yes ]]; then
	for harness in "${harnesses[@]}"; do keep_found "$harness"; done
	python3 corpus/manifest.py --write
fi
