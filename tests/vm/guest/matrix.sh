#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck disable=SC2034,SC2154 # variables are shared among the parts
#
# matrix.sh OFFLOADS STATES [REGEX|quick]: plays the cells whose names match, SIDE/FAMILY/SERVER/TRANSPORT/CLIENT.
# OFFLOADS is on or off; STATES are `off on`, without and with the helper, or one of them. Then the cases of
# matrix_more.sh whose names match. A line a session goes to $VM_RESULTS/sessions.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit
. ./lib.sh
. ./topology.sh
. ./session.sh
. ./clients.sh
. ./checks.sh
. ./matrix_topology.sh
. ./matrix_clients.sh
. ./matrix_more.sh

readonly sides='none client server both hairpin'

# cells: the names of all that there are. VLC's server knows neither RECORD nor TCP; its client neither TCP nor IPv6, nor
# the names that its server gives to tracks.
cells() {
	local side family
	for side in $sides; do
		for family in 4 6; do
			printf "$side/$family/%s\n" gst/{udp,tcp}/{ffmpeg,rtspsrc,ffmpeg-publish,rtspclientsink} vlc/udp/{ffmpeg,rtspsrc}
		done
		echo "$side/4/gst/udp/vlc"
	done
}

# quick_cells: of these each client, server, side and family at least once.
quick_cells() {
	cat <<-EOF
		none/4/vlc/udp/ffmpeg
		none/6/gst/udp/rtspsrc
		client/4/gst/udp/vlc
		client/4/gst/tcp/rtspsrc
		client/6/gst/udp/ffmpeg-publish
		client/6/vlc/udp/ffmpeg
		server/4/gst/udp/ffmpeg
		server/4/gst/udp/rtspclientsink
		server/4/vlc/udp/rtspsrc
		server/6/gst/udp/rtspsrc
		both/4/gst/tcp/ffmpeg-publish
		both/4/gst/udp/rtspsrc
		both/6/gst/udp/ffmpeg
		hairpin/4/gst/udp/ffmpeg
		hairpin/4/gst/udp/vlc
		hairpin/6/gst/udp/rtspclientsink
	EOF
}

# publishers STATES CELL...: names of the sessions that publish.
publishers() {
	local cell state
	for cell in "${@:2}"; do
		case $cell in
		*/ffmpeg-publish | */rtspclientsink) for state in $1; do echo "${cell//\//-}-$state"; done ;;
		esac
	done
}

# play_cells SIDE off|on CELL...: a dozen at the same time.
play_cells() {
	local cells=("${@:3}")
	[[ ${cells[*]} != */vlc/udp/* ]] || restart_vlc_server || return
	while ((${#cells[@]})); do
		batch "$1" "$2" "${cells[@]:0:11}"
		cells=("${cells[@]:11}")
	done
}

# batch SIDE off|on CELL...
batch() {
	local state=$2 cell words pids=() i ns names=() lines
	lines=$(wc -l <"$VM_RESULTS/server.log")
	side "$1" "$state" || return
	for ns in client neighbour server; do in_ns "$ns" nft flush set inet count ports; done
	for cell in "${@:3}"; do
		i=${#names[@]}
		IFS=/ read -ra words <<<"$cell"
		names+=("${cell//\//-}-$state")
		start_session "${names[i]}" "${words[@]}" $((20000 + 20 * i))
		pids+=("$begun")
	done
	for i in "${!names[@]}"; do
		[[ ${names[i]} != *-vlc-* || ${names[i]} == *-vlc-udp-* ]] || end_vlc "${pids[i]}" "${names[i]}"
	done
	wait "${pids[@]}"
	read_counts "$(client_of "$1")"
	wait_for 10 released "$lines" || left+=" $1"
	in_ns far conntrack -L expect >>"$dir/expectations-left-$1" 2>/dev/null
	in_ns near conntrack -L expect >>"$dir/expectations-left-$1" 2>/dev/null
	i=0
	for cell in "${@:3}"; do
		IFS=/ read -ra words <<<"$cell"
		record "$cell" "$state" "${names[i]}" "${words[3]}" "${words[4]}" $((20000 + 20 * i))
		i=$((i + 1))
	done
}

# released LINES: is nothing expected any more for sessions that ended by TEARDOWN, after so many lines of the server log?
# Of those that just hung up the helper keeps it for a while; rtspclientsink sometimes does.
released() {
	local ns hung_up
	hung_up=$(tail -n "+$(($1 + 1))" "$VM_RESULTS/server.log" |
		awk '$1 == "closed" { n++ } $1 == "TEARDOWN" { n-- } END { print n + 0 }')
	for ns in near far; do
		(($(in_ns "$ns" conntrack -L expect 2>/dev/null | sed 's/.*master-src//' | sort -u | wc -l) <= hung_up)) || return
	done
}

# record CELL STATE NAME TRANSPORT CLIENT PORT: judges a session. It plays if the program itself got media of all tracks,
# and, over UDP, as much came to the ports that it announced.
record() {
	local program udp='' p tracks=2 verdict=no
	read -ra program < <(counted "$3" "$5")
	case $4-$5 in
	udp-vlc)
		tracks=1 udp=0
		for p in "${!got[@]}"; do ((p < 9000 || p >= 10000)) || udp=$((udp + got[p])); done
		;;
	udp-ffmpeg | udp-rtspsrc) udp="${got[$6]:-0} ${got[$6 + 2]:-0}" ;;
	esac
	# shellcheck disable=SC2086 # numbers
	if all_at_least "$enough" $tracks "${program[@]}" &&
		{ [[ -z $udp ]] || all_at_least "$enough" $tracks $udp; }; then
		verdict=plays
	fi
	note "$1 $2: $verdict; the program counts ${program[*]:-nothing}${udp:+, $udp datagrams came}"
	printf '%s\t%s\t%s\n' "$1" "$2" "$verdict" >>"$VM_RESULTS/sessions"
	[[ $verdict == plays ]] && played[$1/$2]=1
}

# judge_cell CELL: with the helper it must play; without it must not, where it is the helper's doing.
judge_cell() {
	[[ $states == 'off on' ]] || return 0
	local on=${played[$1/on]:-0} off=${played[$1/off]:-0} expected=0 problem=''
	case $1 in */tcp/*) expected=1 ;; esac
	((on)) || problem='; does not play with the helper'
	((off == expected)) || problem+="; without the helper it $( ((off)) && echo plays || echo does not play)"
	result "$([[ -z $problem ]]; echo $?)" "$1$problem"
}

vlc_server_pid=''
declare -A played
main() {
	local offloads=$1 states=$2 filter=${3:-.} side state all chosen left=''
	echo 'rtspnat: cases start' >/dev/kmsg
	dir=$VM_RESULTS/logs
	mkdir -p "$dir"
	make_matrix_topology
	matrix_offloads "$offloads"
	[[ $states == off ]] || modprobe nf_nat_rtsp || return
	mapfile -t all < <(if [[ $filter == quick ]]; then quick_cells; else cells | grep -E -- "$filter"; fi)
	make_transport_stream /tmp/stream.ts
	install -d -o nobody /tmp/nobody
	make_tracks || return
	export SERVER4=$matrix_server4 SERVER6=$matrix_server6 TS=/tmp/stream.ts
	RECORD=$(publishers "$states" "${all[@]}") start_server
	for side in $sides; do
		mapfile -t chosen < <(printf '%s\n' "${all[@]}" | grep "^$side/")
		for state in $states; do play_cells "$side" "$state" "${chosen[@]}"; done
	done
	for cell in "${all[@]}"; do judge_cell "$cell"; done
	result "$([[ -z $left ]]; echo $?)" "expectations: none left of sessions that were torn down$left"
	[[ $states == off ]] || more_cases "$filter"
	kill "$server_pid" ${vlc_server_pid:+"$vlc_server_pid"}
	case_clean_log
	printf '1..%d\n' "$tests"
	note "$((tests - failures)) of $tests ok, $(cut -d. -f1 /proc/uptime) s after boot"
	[[ $failures -eq 0 ]]
}

main "$@"
