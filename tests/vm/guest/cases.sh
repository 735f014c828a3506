#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck disable=SC2154 # variables are shared among the parts
#
# cases.sh [REGEX]: runs the cases whose names match, in order, and fails if one of them is not as expected.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit
. ./lib.sh
. ./topology.sh
. ./clients.sh
. ./session.sh
. ./checks.sh

# A case expects `media` at every client, `nothing` (the same session without helper rule and modules, which proves that
# it is the modules that make it play), or a function of checks.sh. The first ones run before anything loads NAT.
case_table() {
	cat <<-EOF
		# name            expect    router helper   tool       family transport clients
		c-without         nothing   routed none     ffmpeg+gst 4      udp       client client2
		d-routed-without  nothing   routed none     ffmpeg+gst 6      udp       client client2
		autoload          autoload
		c-ffmpeg          no_nat    routed nft      ffmpeg     4      udp       client
		c-gst             no_nat    routed nft      gst        4      udp       client
		d-routed          no_nat    routed nft      ffmpeg+gst 6      udp       client client2
		autoload-nat      autoload_nat
		a-without         nothing   nat    none     ffmpeg+gst 4      udp       client client2
		a2-without        taken_not nat    none     ffmpeg     4      udp       client
		b-without         nothing   nat    none     ffmpeg     4      udp       client client2
		d-nat66-without   nothing   nat    none     ffmpeg+gst 6      udp       client client2
		a-ffmpeg          media     nat    nft      ffmpeg     4      udp       client
		a-gst             media     nat    nft      gst        4      udp       client
		a-iptables        media     nat    iptables ffmpeg     4      udp       client
		a2-ffmpeg         taken     nat    nft      ffmpeg     4      udp       client
		a2-gst            taken     nat    nft      gst        4      udp       client
		b-ffmpeg          media     nat    nft      ffmpeg     4      udp       client client2
		b-gst             media     nat    nft      gst        4      udp       client client2
		d-nat66           media     nat    nft      ffmpeg+gst 6      udp       client client2
		e-interleaved     untouched nat    nft      ffmpeg+gst 4      tcp       client client2
		unload            unload
		unload-nat        unload_nat
	EOF
}

run_case() {
	local name=$1 expect=$2 started=$SECONDS
	case_name=$name
	shift 2
	case_port=$((case_port + 20))
	printf '\n\e[1m== %s\e[0m\n' "$name${*:+: $*}"
	"case_$expect" "$@"
	note "($((SECONDS - started)) s)"
}

main() {
	local filter=${1:-.} line case_port=20000
	echo 'rtspnat: cases start' >/dev/kmsg
	make_topology
	start_server
	start_watchers
	trap 'kill "$server_pid" "${watcher_pids[@]}"' EXIT
	while read -r -u 4 -a line; do
		[[ ${line[0]} == '#' ]] || ! [[ ${line[0]} =~ $filter ]] || run_case "${line[@]}"
	done 4< <(case_table)
	((tests)) || result 1 "cases: none matches $filter"
	case_no_drops
	case_clean_log
	printf '\n'
	cat "$VM_RESULTS/tap"
	printf '1..%d\n' "$tests"
	note "$((tests - failures)) of $tests ok, $(cut -d. -f1 /proc/uptime) s after boot"
	[[ $failures -eq 0 ]]
}

main "$@"
