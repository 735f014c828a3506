#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck disable=SC2154 # variables are shared among the parts
#
# throughput.sh ROUNDS MEGABYTES LEAST: how fast interleaved media passes the router, with the helper attached and without,
# in turn. Fails if the ratio of the medians is below LEAST. The modules are loaded all the time.
#
# The hosts are made to do the same in each transfer: an acknowledgement costs the three of them nearly what a segment
# does, and left to itself a host sends now one for four segments, now one for seven.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit
. ./lib.sh
. ./topology.sh
. ./checks.sh
. ./path.sh

# What the server may have under way, its buffer and not the window, is all that ever holds it up, and nothing is
# remembered from the transfer before. Without offloads the client then acknowledges every other segment.
steady_hosts() {
	local ns
	for ns in client server; do
		in_ns "$ns" sysctl -qw net.ipv4.tcp_moderate_rcvbuf=0 net.ipv4.tcp_rmem='4096 6000000 6000000' \
			net.ipv4.tcp_wmem='4096 16384 65536' net.ipv4.tcp_no_metrics_save=1 net.ipv4.tcp_congestion_control=reno
	done
	ip -n server route replace default via 10.0.2.1 initcwnd 100 cwnd lock 100
}

# fetch none|nft: one transfer; megabytes a second.
fetch() {
	local seconds
	rules nat "$1" || exit
	seconds=$(in_ns client python3 -S bulk.py fetch "$server4" "$port" "$megabytes") || exit
	awk -v s="$seconds" -v m="$megabytes" 'BEGIN { printf "%.2f\n", m / s }'
}

# seen: how many segments in which media began the helper has seen; 0 of a helper that does not count.
# shellcheck disable=SC2016 # awk's own
seen() {
	in_ns router cat /proc/net/nf_conntrack_rtsp 2>/dev/null |
		awk '$1 == "interleaved_frames" { n = $2 } END { print n + 0 }'
}

# compare on|off: the same with and without offloads.
compare() {
	local how=$1 round helper before ratio problem='' failed=0 with without
	offloads "$how"
	fetch idle >/dev/null
	before=$(seen)
	for ((round = 0; round < rounds; round++)); do
		for helper in idle nft; do fetch $helper >>"$VM_RESULTS/$how.$helper"; done
	done
	read -r -a without < <(spread "$VM_RESULTS/$how.idle" 1)
	read -r -a with < <(spread "$VM_RESULTS/$how.nft" 1)
	note "MB/s (lowest, median, highest): without the helper ${without[*]}; with it ${with[*]}"
	if in_ns router test -r /proc/net/nf_conntrack_rtsp; then
		note "segments in which the helper saw media begin: $(($(seen) - before))"
		(($(seen) - before >= rounds)) || { problem='; the helper saw no media' && failed=1; }
	fi
	ratio=$(awk -v a="${with[1]}" -v b="${without[1]}" 'BEGIN { printf "%.3f", a / b }')
	awk -v r="$ratio" 'BEGIN { exit r < 0.99 }' || problem+='; goal 0.99 missed'
	awk -v r="$ratio" -v l="$least" 'BEGIN { exit r < l }' || { problem+="; less than $least" && failed=1; }
	result "$failed" \
		"throughput, offloads $how: ${with[1]} MB/s with the helper, ${without[1]} without, ratio $ratio$problem"
}

main() {
	rounds=$1 megabytes=$2 least=$3
	echo 'rtspnat: cases start' >/dev/kmsg
	make_topology
	steady_hosts
	modprobe nf_nat_rtsp || exit
	begin_quietly server "$VM_RESULTS/bulk.log" python3 -S bulk.py serve "$port" "$server4"
	wait_for 20 grep -q listening "$VM_RESULTS/bulk.log"
	compare on
	compare off
	kill "$begun"
	case_clean_log
	cat "$VM_RESULTS/tap"
	printf '1..%d\n' "$tests"
	[[ $failures -eq 0 ]]
}

main "$@"
