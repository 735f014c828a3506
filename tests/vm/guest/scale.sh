#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck disable=SC2154 # variables are shared among the parts
#
# scale.sh PART ROUNDS SENDERS EXACT: what a SETUP costs when many sessions are there (PART is setups or all), and what the
# first datagram of a flow of somebody else costs (flows or all), as scale.py measures it, with as many senders at a time;
# and the kernel's memory for a connection (memory or all).
# EXACT is 1 if the clock counts instructions: then what costs more than it may is a fault, too.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit
. ./lib.sh
. ./topology.sh
. ./checks.sh
. ./path.sh

readonly levels='0 100 500 2000' samples=100
# One host has all sessions, so that it needs more than a host may have; and a host may have half of the table of expectations.
readonly places=131072
readonly connections=4096 connection_bytes=2048
readonly parameters="max_connections=65536 max_mappings_per_host=0 mappings_per_second=0 expectations=$places"

# What is measured ends here: no host answers by ICMP.
sinks() {
	local hook='type filter hook prerouting priority raw'
	in_ns client nft "table inet sink { chain in { $hook; udp sport 8000-8001 counter drop; }; }"
	in_ns server nft "table inet sink { chain in { $hook; udp dport 9000-9001 drop; }; }"
}

# load without|with: the modules or none, and nothing left of what was before.
# shellcheck disable=SC2086 # words
load() {
	local how=idle
	clear_rules
	unload_modules >/dev/null || exit
	if [[ $1 == with ]]; then
		modprobe nf_conntrack_rtsp $parameters && modprobe nf_nat_rtsp || exit
		how=nft
	fi
	rules nat $how || exit
	in_ns router nft 'add rule inet router forward iifname lan2 udp dport 9000-9001 accept'
	sysctl -qw net.netfilter.nf_conntrack_expect_max=$places || exit
}

# at_most A B RATIO: is A no more than RATIO times B? Any is, if the clock does not count.
at_most() { ((!exact)) || awk -v a="$1" -v b="$2" -v r="$3" 'BEGIN { exit !(a <= r * b) }'; }

measure_setups() {
	local round which words
	for ((round = 0; round < rounds; round++)); do
		for which in without with; do
			load $which
			# shellcheck disable=SC2086 # words
			python3 -S scale.py setups $samples $levels >"$VM_RESULTS/now" || {
				result 1 "setups: $which the helper: scale.py failed"
				return
			}
			while read -r -a words; do
				echo "${words[*]:1}" >>"$VM_RESULTS/setups.$which.${words[0]}"
			done <"$VM_RESULTS/now"
		done
	done
}

judge_setups() {
	local level with without cost first=''
	for level in $levels; do
		read -r -a without < <(spread "$VM_RESULTS/setups.without.$level" 3)
		read -r -a with < <(spread "$VM_RESULTS/setups.with.$level" 3)
		cost=$(awk -v a="${with[1]}" -v b="${without[1]}" 'BEGIN { print a - b }')
		: "${first:=$cost}"
		note "two SETUPs and replies (lowest, median, highest): without the helper ${without[*]}; with it ${with[*]}"
		at_most "$cost" "$first" 1.05
		result $? "setups, beside $level sessions: ${with[1]} ns with the helper, ${without[1]} without, $cost more"
	done
}

# Without the modules, with them and no session, and with sessions.
readonly states='without-0-named with-0-named with-25-named with-500-named with-25-unnamed with-500-unnamed'

measure_flows() {
	local round state which sessions named
	for ((round = 0; round < rounds; round++)); do
		for state in $states; do
			IFS=- read -r which sessions named <<<"$state"
			load "$which"
			python3 -S scale.py flows "$senders" "$flows" "$sessions" "$named" >>"$VM_RESULTS/flows.$state" || {
				result 1 "flows: $state: scale.py failed"
				return
			}
		done
	done
}

# What compares a flow with expectations takes one lock for all processors: not one new flow may.
judge_flows() {
	local state cost lookups expected base='' failed
	for state in $states; do
		read -r -a cost < <(spread "$VM_RESULTS/flows.$state" 1)
		read -r -a lookups < <(spread "$VM_RESULTS/flows.$state" 2)
		read -r -a expected < <(spread "$VM_RESULTS/flows.$state" 3)
		: "${base:=${cost[1]}}"
		note "first datagram of a flow (lowest, median, highest): ${cost[*]}"
		failed=0
		case $state in
		*-0-* | *-named) ((lookups[2] == 0 && expected[2] == 0)) && at_most "${cost[1]}" "$base" 1.01 || failed=1 ;;
		# Else nothing was measured.
		*-unnamed) ((lookups[0] == flows && expected[0] > 0)) || failed=1 ;;
		esac
		result $failed "flows, ${state//-/ }: ${cost[1]} ns, ${lookups[1]} of $flows flows looked up in ${expected[1]} expectations"
	done
}

measure_memory() {
	local which
	for which in without with; do
		load $which
		python3 -S scale.py memory $connections >"$VM_RESULTS/memory.$which" || {
			result 1 "memory: $which the helper: scale.py failed"
			return 1
		}
	done
}

# What a connection takes with the helper beyond what it takes without. The caches of the helper's own objects are judged;
# expectations and the conntracks of flows, which media would begin anyway, are shown with all else that has grown.
judge_memory() {
	local cache bytes own=0
	while read -r cache bytes; do
		note "memory of a connection: $bytes bytes of $cache"
		[[ $cache != nf_conntrack_rtsp* ]] || own=$((own + bytes))
	done < <(awk -v n=$connections 'NR == FNR { without[$1] = $2; next }
		{ more = ($2 - without[$1]) / n; if (more >= 8) printf "%s %.0f\n", $1, more }' \
		"$VM_RESULTS/memory.without" "$VM_RESULTS/memory.with")
	((own > 0 && own <= connection_bytes)) # more than 0: else nothing was measured
	result $? "memory: $own bytes of the helper's own for a connection with two mappings, at most $connection_bytes"
}

main() {
	part=$1 rounds=$2 senders=$3 exact=$4
	flows=$((senders * (exact ? 400 : 4000)))
	echo 'rtspnat: cases start' >/dev/kmsg
	mount -t tracefs tracefs /sys/kernel/tracing
	make_topology
	offloads off
	sinks
	if [[ $part =~ ^(all|setups)$ ]]; then
		measure_setups && judge_setups
	fi
	if [[ $part =~ ^(all|flows)$ ]]; then
		measure_flows && judge_flows
	fi
	if [[ $part =~ ^(all|memory)$ ]]; then
		measure_memory && judge_memory
	fi
	clear_rules
	unload_modules || result 1 'unload: the modules go'
	case_clean_log
	cat "$VM_RESULTS/tap"
	printf '1..%d\n' "$tests"
	[[ $failures -eq 0 ]]
}

main "$@"
