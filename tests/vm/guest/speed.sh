#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck disable=SC2154 # variables are shared among the parts
#
# speed.sh ROUNDS: what sessions, the packets of their control connections, and publishers cost the router, without the
# modules and with them, in turn. load/load (load.c) is the hosts. The machine's clock counts instructions.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit
. ./lib.sh
. ./topology.sh
. ./checks.sh
. ./path.sh

# The goals; a line says where one is missed. What fails is worse than it was on 2026-11-27 (0.869, 134, 0.977) by more
# than the 0.3 % by which rounds differ.
readonly goal_sessions=0.90 least_sessions=0.866
readonly goal_ack=90 most_ack=140
readonly goal_record=0.99 least_record=0.974

# The hosts do the same in each run: nothing is remembered from the one before, and what a publisher may have under way is
# its buffer and not the window.
steady_hosts() {
	local ns
	for ns in client server; do
		in_ns "$ns" sysctl -qw net.ipv4.tcp_no_metrics_save=1 net.ipv4.tcp_congestion_control=reno \
			net.ipv4.tcp_moderate_rcvbuf=0 net.ipv4.ip_local_port_range='20000 29999' net.ipv4.tcp_challenge_ack_limit=1000000
	done
}

steady_publisher() {
	local ns
	for ns in client server; do
		in_ns "$ns" sysctl -qw net.ipv4.tcp_rmem='4096 6000000 6000000' net.ipv4.tcp_wmem='4096 16384 65536'
	done
	ip -n client route replace default via 10.0.1.1 initcwnd 100 cwnd lock 100
}

# load_modules without|with: one host has all sessions, as fast as it can.
load_modules() {
	clear_rules
	unload_modules >/dev/null || exit
	case $1 in
	without) rules nat idle ;;
	with)
		modprobe nf_conntrack_rtsp max_mappings_per_host=0 mappings_per_second=0 && modprobe nf_nat_rtsp &&
			rules nat nft
		;;
	esac || exit
}

# measure NAME LOAD_ARGUMENT...: each round appends a line to NAME.without and one to NAME.with.
measure() {
	local name=$1 what=$2 round which
	for ((round = 0; round < rounds; round++)); do
		for which in without with; do
			load_modules $which
			in_ns client ./load/load "$what" $server4 $port "${@:3}" >>"$VM_RESULTS/$name.$which" || {
				result 1 "$name: $which the helper: load $what failed"
				return 1
			}
		done
	done
}

# medians NAME COLUMN: sets $without and $with.
medians() {
	local which values
	for which in without with; do
		read -r -a values < <(spread "$VM_RESULTS/$1.$which" "$2")
		note "$1, $which the helper (lowest, median, highest): ${values[*]}"
		declare -g "$which=${values[1]}"
	done
}

# holds EXPRESSION: of awk.
holds() { awk "BEGIN { exit !($1) }"; }

# judge_ratio NAME UNIT GOAL LEAST
judge_ratio() {
	local ratio problem=''
	medians "$1" 1
	ratio=$(awk -v a="$with" -v b="$without" 'BEGIN { printf "%.3f", a / b }')
	holds "$ratio >= $3" || problem="; goal $3 missed"
	holds "$ratio >= $4"
	result $? "$1: $with $2 with the helper, $without without, ratio $ratio$problem"
}

judge_packets() {
	local more problem=''
	medians packets 1
	more=$(awk -v a="$with" -v b="$without" 'BEGIN { print a - b }')
	holds "$more <= $goal_ack" || problem="; goal $goal_ack missed"
	holds "$more <= $most_ack"
	result $? "bare acknowledgement: $more instructions more than $without$problem"
	medians packets 2
	note "keep-alive and its reply: $(awk -v a="$with" -v b="$without" 'BEGIN { print a - b }') instructions more than $without"
}

main() {
	local how
	rounds=$1
	echo 'rtspnat: cases start' >/dev/kmsg
	make_topology
	steady_hosts
	begin_quietly server "$VM_RESULTS/load.log" ./load/load serve $server4 $port
	wait_for 20 grep -q listening "$VM_RESULTS/load.log"
	offloads off
	measure sessions sessions 200 && judge_ratio sessions 'a second' $goal_sessions $least_sessions
	measure packets packets 2000 && judge_packets
	steady_publisher
	for how in on off; do
		offloads $how
		measure "record-$how" record 8 && judge_ratio "record-$how" MB/s $goal_record $least_record
	done
	kill "$begun"
	clear_rules
	unload_modules || result 1 'unload: the modules go'
	case_clean_log
	cat "$VM_RESULTS/tap"
	printf '1..%d\n' "$tests"
	[[ $failures -eq 0 ]]
}

main "$@"
