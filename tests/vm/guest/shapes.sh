#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck disable=SC2154 # variables are shared among the parts
#
# shapes.sh full|quick [REGEX]: real clients play from a server that answers in the shapes of shape_table.py: routed
# without firewall, NAT or helper, and through NAT with the helper. Then a scripted client sends the text of real clients.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit
. ./lib.sh
. ./topology.sh
. ./checks.sh

packets=25 # half a second
patience=20 # seconds

# numbers VIA: those of the answers that a client of this transport plays.
numbers() {
	python3 -I - "$1" "$how" "$filter" <<-'EOF'
		import re, sys
		sys.path.insert(0, ".")
		from shape_table import ANSWERS
		via, how, wanted = sys.argv[1:]
		chosen = [n for n, one in enumerate(ANSWERS) if one.via == via and re.search(wanted, one.name)]
		print(*(n for n in chosen if how == "full" or n % 5 == 1))
	EOF
}

# play MODE TOOL PROGRAM: every answer, all at the same time.
play() {
	local via chosen pids=() first=20000
	for via in udp tcp; do
		read -ra chosen < <(numbers $via)
		((${#chosen[@]})) || continue
		in_ns client python3 "$3" "rtsp://$server4:$port" $first $packets $patience "${chosen[@]}" >"$dir/$1-$2-$via.log" 2>&1 &
		pids+=($!) first=$((first + 1000))
	done
	wait "${pids[@]}"
	sed -n "s/^[0-9]/$1\t$2\t&/p" "$dir/$1-$2"-*.log >>"$dir/played"
	in_ns router conntrack -F 2>/dev/null
}

play_all() {
	note "$2"
	play "$1" ffmpeg shape_ffmpeg.py
	play "$1" gst shape_player.py
}

answers() {
	begin_quietly server "$VM_RESULTS/shape-server.log" python3 -S shape_server.py $port $server4
	shape_server_pid=$begun
	wait_for 20 grep -q listening "$VM_RESULTS/shape-server.log"
	clear_rules
	play_all routed 'routed, no NAT, no helper'
	rules nat nft || return
	play_all helper 'through NAT, with the helper'
	stop "$shape_server_pid"
}

announcements() {
	clear_rules
	note 'what clients say: routed, then through NAT with the helper'
	python3 -S shape_client.py routed "$how" "$filter" >"$dir/said-routed" || result 1 'what clients say, routed'
	rules nat nft || return
	python3 -S shape_client.py nat "$how" "$filter" >"$dir/said-nat" || result 1 'what clients say, through NAT'
}

main() {
	local code what
	how=$1 filter=${2:-.} dir=$VM_RESULTS/shapes
	echo 'rtspnat: cases start' >/dev/kmsg
	mkdir -p "$dir"
	make_topology
	modprobe nf_nat_rtsp || return
	answers
	announcements
	while IFS=$'\t' read -r code what; do result "$code" "$what"; done < <(python3 -I shape_judge.py "$dir")
	((tests)) || result 1 'shapes have been played'
	show_counters
	case_clean_log
	cat "$VM_RESULTS/tap"
	printf '1..%d\n' "$tests"
	[[ $failures -eq 0 ]]
}

main "$@"
