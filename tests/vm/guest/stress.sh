#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck disable=SC2154 # variables are shared among the parts
#
# stress.sh [REGEX [SECONDS]]: disturbs the router like an operator, a script and a lack of memory, while 50 sessions come and go,
# each case for SECONDS (30). Lost media do not matter. The kernel must report nothing, and a session must play afterwards. The script
# is for the kernels of hardened.sh; other kernels run all cases except those in which allocations fail.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit
. ./lib.sh
. ./topology.sh
. ./checks.sh
. ./path.sh

readonly per_case=${2:-30}

case_table() {
	cat <<-EOF
		# name        what is done meanwhile   parameters of nf_conntrack_rtsp
		calm          nothing      -
		calm-6        nothing      -
		flush         flush        -
		flush-6       flush        -
		delete        delete       -
		expectations  unexpect     -
		link          link         -
		addresses     renumber     -
		parameters    parameters   -
		events        events       -
		namespaces    namespaces   -
		helper        rule         -
		load          load         -
		load-6        load         -
		hops          nothing      follow_redirects=1
		latch         nothing      media_source=any-latch
		few           nothing      max_connections=16
		replay        replay       -
		replay-6      replay       follow_redirects=1
		failslab      failslab     -
		failslab-6    failslab     -
		fail-alloc    fail-nf_ct_expect_alloc            -
		fail-related  fail-nf_ct_expect_related_report   -
		fail-ext      fail-nf_ct_ext_add                 -
	EOF
}

# A namespace that is gone for its users keeps its rules for a while.
load() {
	clear_rules
	wait_for 20 unload_modules 2>/dev/null || return
	# shellcheck disable=SC2046 # words
	n_router modprobe nf_conntrack_rtsp $([[ $1 == - ]] || echo "${1//+/ }") && n_router modprobe nf_nat_rtsp && rules nat nft && publish
}

# What is done, once; called again and again as long as the sessions run.
do_nothing() { pause 1; }

do_flush() {
	in_ns router conntrack -F
	pause 0.$((RANDOM % 5))
}

do_delete() {
	in_ns router conntrack -D -p tcp
	in_ns router conntrack -D -p udp
	pause 0.$((RANDOM % 5))
}

do_unexpect() {
	in_ns router conntrack -L expect | sed -n 's/.*src=\([^ ]*\) dst=\([^ ]*\) sport=\([0-9]*\) dport=\([0-9]*\).*/\1 \2 \3 \4/p' |
		shuf -n 8 | while read -r source destination sport dport; do
		in_ns router conntrack -D expect -p udp --orig-src "$source" --orig-dst "$destination" --sport "$sport" --dport "$dport"
	done
	((RANDOM % 4)) || in_ns router conntrack -F expect
}

do_link() {
	local device
	for device in lan wan; do
		ip -n router link set $device down
		pause 0.2
		ip -n router link set $device up
		addresses
		pause 0.8
	done
}

# Masquerading forgets the flows of an address that goes.
do_renumber() {
	ip -n router addr del 10.0.2.1/24 dev wan
	pause 0.1
	addresses
	pause 0.7
}

do_parameters() {
	local base=/sys/module/nf_conntrack_rtsp/parameters file
	for file in "$base"/*; do
		case ${file##*/} in
		media_source) shuf -n 1 -e peer announced any-latch >"$file" ;;
		max_connections | max_mappings_per_host | mappings_per_second) shuf -n 1 -e 0 1 8 64 256 4096 >"$file" ;;
		follow_redirects | end_media | log*) shuf -n 1 -e 0 1 >"$file" ;;
		esac
	done 2>/dev/null
	pause 0.3
}

# Readers of all that can be read.
do_events() {
	in_ns router timeout 2 conntrack -E >/dev/null &
	in_ns router timeout 2 conntrack -E expect >/dev/null &
	in_ns router cat /proc/net/nf_conntrack_rtsp /proc/net/nf_conntrack_expect >/dev/null
	in_ns router conntrack -L
	in_ns router conntrack -L expect
	pause 0.5
}

# A namespace that has the helper and sessions, and goes with them.
do_namespaces() {
	python3 -S stress_namespace.py
}

do_rule() {
	drop_helper_rule
	pause 0.3
	rules nat nft && publish
	pause 0.7
}

# Both orders that the kernel allows, under traffic; sometimes with the rule in place, where rmmod has to say that it is busy.
do_load() {
	if ((RANDOM % 3 == 0)); then
		in_ns router rmmod nf_nat_rtsp
		in_ns router rmmod nf_conntrack_rtsp && {
			result 1 "$name: rmmod takes a helper that a rule names"
			return
		}
		pause 0.3
		in_ns router modprobe nf_nat_rtsp
	else
		drop_helper_rule
		in_ns router rmmod nf_nat_rtsp
		in_ns router rmmod nf_conntrack_rtsp || result 1 "$name: rmmod"
		pause 0.1
		((RANDOM % 2)) || in_ns router modprobe nf_nat_rtsp
		rules nat nft && publish
		in_ns router modprobe nf_nat_rtsp
	fi
	pause 0.8
}

readonly faults=/sys/kernel/debug

# failslab on|off: a tenth of what the modules allocate themselves, or have allocated for them, fails; nothing else does, so
# nothing before it is known where the module lies.
failslab() {
	local at=$faults/failslab text
	echo 0 >$at/probability
	[[ $1 == on ]] || return 0
	text=$(cat /sys/module/nf_conntrack_rtsp/sections/.text) || return
	echo "$text" >$at/require-start || return
	printf '0x%x\n' $((text + 0x40000)) >$at/require-end || return
	[[ $(cat $at/require-start) != 0 ]] || return
	echo 32 >$at/stacktrace-depth
	echo N >$at/ignore-gfp-wait
	echo -1 >$at/times
	echo 0 >$at/verbose
	echo 10 >$at/probability
}

do_failslab() {
	failslab on
	pause 1
	failslab off
}

# fail_function FUNCTION PERCENT: 0 percent is none.
fail_function() {
	local at=$faults/fail_function
	[[ $2 -gt 0 ]] || {
		echo >$at/inject
		return
	}
	echo "$1" >$at/inject
	[[ ! -e $at/$1/retval || $1 != nf_ct_expect_related_report ]] || echo 0xfffffffffffffff0 >"$at/$1/retval" # EBUSY
	echo -1 >$at/times
	echo 0 >$at/verbose
	echo "$2" >$at/probability
}

do_fail() {
	fail_function "$1" 30
	pause 1
	fail_function "$1" 0
}

do_replay() { pause 1; }

deed() {
	case $what in
	fail-*) do_fail "${what#fail-}" ;;
	*) "do_$what" ;;
	esac
}

possible() {
	case $what in
	failslab) [[ -w $faults/failslab/require-start ]] ;;
	fail-*) grep -qw "${what#fail-}" $faults/fail_function/injectable ;;
	esac
}

# What runs meanwhile: the sessions, or the corpus.
busy() {
	if [[ $what == replay ]]; then
		python3 -S stress_replay.py connection "$per_case"
	else
		python3 -S stress_sessions.py 50 "$per_case"
	fi
}

run_case() {
	local name=$1 what=$2 family=4 started=$SECONDS count=0 said worker code
	[[ $name != *-6 ]] || family=6
	possible || {
		note "$name: not possible on this kernel"
		return
	}
	printf '\n\e[1m== %s\e[0m\n' "$name"
	load "$3" || {
		result 1 "$name: the modules or rules cannot be loaded"
		return
	}
	printf 'rtspnat: stress %s\n' "$name" >/dev/kmsg
	RTSPNAT_FAMILY=$family busy >"$VM_RESULTS/$name.said" 2>&1 &
	worker=$!
	until gone $worker; do
		RTSPNAT_FAMILY=$family deed >"$VM_RESULTS/$name.deeds" 2>&1
		count=$((count + 1))
	done
	wait $worker
	code=$?
	said=$(tail -n 1 "$VM_RESULTS/$name.said")
	load "$3" || result 1 "$name: the modules cannot be loaded again"
	RTSPNAT_FAMILY=$family python3 -S stress_sessions.py 1 0 >"$VM_RESULTS/$name.after" 2>&1 || code=1
	show_counters
	result $code "$name: $count times; $said; then $(tail -n 1 "$VM_RESULTS/$name.after")"
	note "($((SECONDS - started)) s)"
}

main() {
	local filter=${1:-.} line
	echo 'rtspnat: cases start' >/dev/kmsg
	[[ -d $faults/tracing ]] || mount -t debugfs debugfs $faults
	make_topology
	offloads off
	while read -r -u 4 -a line; do
		[[ ${line[0]} == '#' ]] || ! [[ ${line[0]} =~ $filter ]] || run_case "${line[@]}"
	done 4< <(case_table)
	((tests)) || result 1 "stress: none matches $filter"
	clear_rules
	unload_modules || result 1 'unload: the modules go'
	case_clean_log
	cat "$VM_RESULTS/tap"
	printf '1..%d\n' "$tests"
	[[ $failures -eq 0 ]]
}

main "$@"
