# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared among the parts of cases.sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# Starts the real server and the two real clients. The clients play two audio tracks and count the packets of each;
# both take their UDP ports from PORT on, so that a case can choose them.

# start_server: at these addresses, or SERVER4 and SERVER6.
start_server() {
	local at4=${SERVER4:-$server4} at6=${SERVER6:-$server6}
	note "starting gst-rtsp-server"
	begin server "$VM_RESULTS/server.log" python3 server.py "$port" "$at4" "$at6"
	server_pid=$begun
	wait_for 60 grep -qs "listening on $at6" "$VM_RESULTS/server.log" || {
		cat "$VM_RESULTS/server.log"
		echo 'Bail out! the RTSP server does not start'
		exit 1
	}
}

# start_client TOOL TRANSPORT NAMESPACE URL PORT DIRECTORY: in the background, pid in $begun. TRANSPORT is udp|tcp.
start_client() {
	mkdir -p "$6"
	"start_$1" "$2" "$3" "$4" "$5" "$6"
}

start_ffmpeg() {
	begin "$2" "$5/log" ffmpeg -hide_banner -nostdin -loglevel verbose -rtsp_transport "$1" -min_port "$4" -max_port $(($4 + 3)) \
		-i "$3" -map 0 -c copy -t "$play_seconds" -f null -
}

start_gst() {
	begin "$2" "$5/log" python3 -X faulthandler player.py "$3" "$1" "$4" $((play_seconds * 50))
}

# played TOOL DIRECTORY: packets of each track that the program itself says it got, "N M".
played() {
	case $1 in
	ffmpeg) sed -n 's/.*Input stream #0:[01] (audio): \([0-9]*\) packets read.*/\1/p' "$2/log" ;;
	gst) sed -n 's/^audio[01]: \([0-9]*\) packets$/\1/p' "$2/log" ;;
	esac | paste -sd' '
}
