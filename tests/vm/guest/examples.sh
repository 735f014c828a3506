#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck disable=SC2154 # variables are shared among the parts
#
# examples.sh [REGEX]: tries each example of docs/using-router.md whose name matches: on a router that has no other rules
# and no module loaded a stream plays; and without the example's lines about the helper the same session brings nothing.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit
. ./lib.sh
. ./topology.sh
. ./clients.sh
. ./session.sh
. ./checks.sh

# firewalld talks to its command over the system's message bus.
start_firewalld() {
	[[ -S /run/dbus/system_bus_socket ]] || { mkdir -p /run/dbus && dbus-daemon --system --fork; }
	rm -rf /etc/firewalld/{helpers,services,policies,zones}/*
	begin router "$VM_RESULTS/firewalld.log" firewalld --nofork --nopid
	firewalld_pid=$begun
	wait_for 60 in_ns router firewall-cmd --state >/dev/null 2>&1
}

stop_firewalld() {
	[[ -z ${firewalld_pid:-} ]] || stop "$firewalld_pid"
	firewalld_pid=''
}

clean() {
	stop_firewalld
	clear_rules
	unload_modules
}

# lines FILE without|with: the example, or what is left of it without the helper. A `#` begins a comment in all of them.
lines() { if [[ $2 == with ]]; then cat "$1"; else grep -v helper "$1"; fi; }

# apply FILE without|with
apply() {
	clean || return
	case $1 in
	*.nft) in_ns router nft -f <(lines "$1" "$2") ;;
	*firewalld.sh) start_firewalld && in_ns router bash -ex <(lines "$1" "$2") >"$VM_RESULTS/$case_name.log" 2>&1 ;;
	*.sh) in_ns router bash -ex <(lines "$1" "$2") >"$VM_RESULTS/$case_name.log" 2>&1 ;;
	esac || {
		indent <"$VM_RESULTS/$case_name.log"
		result 1 "$case_name: the router refuses the example"
		return 1
	}
}

# try FILE
try() {
	local name
	name=$(basename "$1")
	case_name=example-$name-without
	printf '\n\e[1m== %s\e[0m\n' "$case_name"
	apply "$1" without || return
	show_rules none
	session ffmpeg udp 4 "$case_port" client
	verdict_nothing
	case_port=$((case_port + 20)) case_name=example-$name
	printf '\n\e[1m== %s\e[0m\n' "$case_name"
	apply "$1" with || return
	note "loaded:$(for module in nf_conntrack_rtsp nf_nat_rtsp; do ! loaded $module || printf ' %s' $module; done)"
	session ffmpeg udp 4 "$case_port" client
	verdict_media
	finish
	case_port=$((case_port + 20))
}

# try_camera FILE: the server stands where clients do else, and is dialled at port 554 of the router.
try_camera() {
	local name camera viewer helper
	name=$(basename "$1")
	begin client "$VM_RESULTS/camera.log" python3 server.py "$port" 10.0.1.2 fd00:1::2
	camera=$begun
	wait_for 60 grep -q 'listening on fd00:1::2' "$VM_RESULTS/camera.log"
	for helper in without with; do
		case_name=example-$name dir=$VM_RESULTS/example-$name-$helper problem=''
		[[ $helper == with ]] || case_name+=-without
		printf '\n\e[1m== %s\e[0m\n' "$case_name"
		mkdir -p "$dir"
		apply "$1" $helper || break
		begin server "$dir/log" ffmpeg -hide_banner -nostdin -loglevel verbose -rtsp_transport udp -min_port "$case_port" \
			-max_port $((case_port + 3)) -i rtsp://10.0.2.1:554/test -map 0 -c copy -t "$play_seconds" -f null -
		viewer=$begun
		wait_for 30 gone "$viewer"
		in_ns router conntrack -L -p udp 2>/dev/null | indent
		stop "$viewer" INT
		read -ra used < <(played ffmpeg "$dir")
		[[ $helper == with ]] || used=("$((used[0] + used[1]))")
		[[ $helper == with ]] && judge_camera
		[[ $helper == without && ${used[0]} -ne 0 ]] && problem="; ${used[0]} packets arrived without the helper"
		result "$([[ -z $problem ]]; echo $?)" "$case_name: ${used[*]} packets$problem"
		case_port=$((case_port + 20))
	done
	stop "$camera"
}

judge_camera() {
	all_at_least $((enough / 2)) 2 "${used[@]}" || problem='; too few packets'
	if ! wait_for 4 expectations_gone; then
		problem+='; expectations left'
		in_ns router conntrack -L expect 2>/dev/null | indent
	fi
	show_counters
}

main() {
	local filter=${1:-.} file case_port=20000
	echo 'rtspnat: cases start' >/dev/kmsg
	make_topology
	start_server
	start_watchers
	trap 'kill "$server_pid" "${watcher_pids[@]}"' EXIT
	for file in examples/*; do
		[[ $(basename "$file") =~ $filter ]] || continue
		if [[ $file == */camera* ]]; then try_camera "$file"; else try "$file"; fi
	done
	((tests)) || result 1 "examples: none matches $filter"
	clean
	case_clean_log
	cat "$VM_RESULTS/tap"
	printf '1..%d\n' "$tests"
	[[ $failures -eq 0 ]]
}

main "$@"
