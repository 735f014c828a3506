#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck disable=SC2154 # variables are shared among the parts
#
# lossy.sh sessions COUNT       that many, five at a time and each otherwise, over paths that lose, reorder and repeat
#                               packets, the wanted ports always taken: TAP
# lossy.sh table none|modules   what plays over which path, without modules or with those that are there, whosever they
#                               are; a line a row goes to $VM_RESULTS/table
cd "$(dirname "${BASH_SOURCE[0]}")" || exit
. ./lib.sh
. ./topology.sh
. ./clients.sh
. ./session.sh
. ./checks.sh
. ./path.sh
. ./batch.sh

# Where the sessions go, a batch a line, and from the first again: FAMILY PATH OFFLOADS MTU.
readonly paths='4 before off 576
	6 behind on 1280
	4 behind off 576
	6 before on 1280
	4 before on 576
	6 behind off 1280
	4 behind on 576
	6 before off 1280'

sessions() {
	local count=$1 number=0 line words
	rules nat nft || return
	while ((count > 0)); do
		mapfile -t lines <<<"$paths"
		read -r -a words <<<"${lines[number % ${#lines[@]}]}"
		number=$((number + 1))
		case_name="lossy-$number, IPv${words[0]}, netem ${words[1]} the router, offloads ${words[2]}, MTU ${words[3]}"
		printf '\n\e[1m== %s\e[0m\n' "$case_name"
		batch "lossy-$number" any $((count < 5 ? count : 5)) "${words[@]}" taken
		judge taken
		result $? "$case_name: $summary"
		count=$((count - 5))
	done
	show_counters
	case_clean_log
}

# STYLE FAMILY PATH OFFLOADS MTU PORTS, and what a person calls it.
table_rows() {
	cat <<-EOF
		whole  4 calm   on  1500 free   one write, paged packets
		whole  4 calm   off 1500 free   one write, linear packets
		whole  4 calm   off 1500 taken  one write, port taken
		bytes  4 calm   off 1500 free   a byte a segment
		bytes  4 calm   off 1500 taken  a byte a segment, port taken
		pieces 4 calm   off 1500 taken  Nagle and pauses, port taken
		long   4 calm   off 1500 taken  Transport line cut by the largest segment, port taken
		ffmpeg 4 calm   off 1500 taken  ffmpeg, port taken
		whole  6 calm   off 1500 free   IPv6, one write
		whole  4 before off 576  free   loss before the router: one write
		ffmpeg 4 behind off 576  free   loss behind the router: ffmpeg
		whole  4 before off 576  taken  loss before: one write, port taken
		bytes  4 before off 576  taken  loss before: a byte a segment, port taken
		pieces 4 before off 576  taken  loss before: Nagle and pauses, port taken
		long   4 before off 576  taken  loss before: cut Transport line, port taken
		ffmpeg 4 before off 576  taken  loss before: ffmpeg, port taken
		bytes  4 behind off 576  taken  loss behind: a byte a segment, port taken
		pieces 4 behind off 576  taken  loss behind: Nagle and pauses, port taken
		long   4 behind off 576  taken  loss behind: cut Transport line, port taken
		ffmpeg 4 behind off 576  taken  loss behind: ffmpeg, port taken
		bytes  6 before on  1280 taken  IPv6, loss before: a byte a segment, port taken
		ffmpeg 6 behind on  1280 taken  IPv6, loss behind: ffmpeg, port taken
	EOF
}

table() {
	local number=0 row what
	while read -r -u 4 -a row; do
		number=$((number + 1)) what=${row[*]:6}
		rules nat "$1" || return
		note "$what"
		batch "row-$number" "${row[0]}" 4 "${row[@]:1:5}"
		judge "${row[5]}" | tail -n 1
		printf '%s\t%s\n' "$what" "$(tail -n 1 "$dir/verdict")" >>"$VM_RESULTS/table"
	done 4< <(table_rows)
	dmesg | grep -E 'WARNING|BUG|Oops' | indent
}

main() {
	echo 'rtspnat: cases start' >/dev/kmsg
	make_topology
	read_in ffmpeg
	start_server
	start_scripted_server
	if [[ $1 == table ]]; then
		[[ $2 == none ]] || modprobe nf_nat_rtsp || return
		table "$([[ $2 == none ]] && echo none || echo nft)"
	else
		sessions "$2"
		cat "$VM_RESULTS/tap"
		printf '1..%d\n' "$tests"
	fi
	kill "$server_pid" "$scripted_server_pid"
	[[ $failures -eq 0 ]]
}

main "$@"
