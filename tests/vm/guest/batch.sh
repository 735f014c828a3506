# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared among the parts
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# A batch: sessions at the same time over a path that disturbs them, with clients that cut their requests in every way.

session_limit=120 ffmpeg_limit=30 # seconds; who takes longer is stuck
batch_port=30000 # each session takes 4 ports and leaves 16 free

# batch NAME STYLE COUNT FAMILY PATH OFFLOADS MTU PORTS: STYLE is one of scripted_client.py, or ffmpeg, or `any` for these
# in turn; PATH is calm, before or behind (the router; see path.sh); PORTS is free, or taken: then another client has
# announced the same ports to the same server before, so that the text must be edited. Fills $dir with what they left.
batch() {
	local name=$1 style=$2 count=$3 family=$4 path=$5 ports=$8 first=$batch_port i pids=() styles=() urls=()
	dir=$VM_RESULTS/$name
	mkdir -p "$dir"
	calm && offloads "$6" && mtu "$7" || return
	for ((i = 0; i < count; i++)); do
		styles+=("$(style_of "$style" "$i")")
		urls+=("$(url_for "${styles[i]}" "$family")")
	done
	batch_port=$((first + 20 * count))
	begin_quietly router "$dir/expectations" conntrack -E expect
	expectations_pid=$begun
	[[ $ports == free ]] || occupy "$first" "${urls[@]}" || return
	[[ $path == calm ]] || disturb "$path"
	for ((i = 0; i < count; i++)); do
		start_session "$name-$i" "${styles[i]}" "${urls[i]}" $((first + 20 * i))
		pids+=("$begun")
	done
	wait "${pids[@]}"
	calm
	[[ $ports == free ]] || stop "$occupier"
	wait_for 10 expectations_gone
	in_ns router conntrack -L expect >"$dir/expectations-left" 2>/dev/null
	stop "$expectations_pid"
	in_ns router cat /proc/net/nf_conntrack_rtsp >"$dir/counters" 2>/dev/null
}

# style_of STYLE INDEX
style_of() {
	local all=(bytes pieces long whole ffmpeg)
	[[ $1 == any ]] && set -- "${all[$2 % 5]}"
	echo "$1"
}

# url_for STYLE FAMILY: ffmpeg plays from the real server.
url_for() {
	case $1$2 in
	ffmpeg4) echo "rtsp://$server4:$port/test" ;;
	ffmpeg6) echo "rtsp://[$server6]:$port/test" ;;
	*4) echo "rtsp://$scripted4:$port/test" ;;
	*6) echo "rtsp://[$scripted6]:$port/test" ;;
	esac
}

start_scripted_server() {
	mkdir -p "$VM_RESULTS/streams"
	local log=$VM_RESULTS/scripted-server.log
	begin_quietly server "$log" python3 -S scripted_server.py "$port" "$VM_RESULTS/streams" "$scripted4" "$scripted6"
	scripted_server_pid=$begun
	wait_for 20 grep -qs "$scripted6" "$log"
}

# occupy PORT URL...: client2 announces PORT, PORT + 20 and so on to the servers.
occupy() {
	local first=$1 url words=()
	shift
	for url; do
		words+=("$url" "$first")
		first=$((first + 20))
	done
	begin_quietly client2 "$dir/occupier" python3 -S scripted_client.py occupy "${words[@]}"
	occupier=$begun
	wait_for 30 grep -qs occupied "$dir/occupier" || {
		indent <"$dir/occupier"
		return 1
	}
}

# start_session NAME STYLE URL PORT: in the background, pid in $begun.
start_session() {
	echo "$4" >"$dir/$1.port"
	if [[ $2 == ffmpeg ]]; then
		begin_quietly client "$dir/$1.log" timeout --foreground -k 2 "$ffmpeg_limit" \
			ffmpeg -hide_banner -nostdin -loglevel verbose -rtsp_transport udp -user_agent "$1" \
			-min_port "$4" -max_port $(($4 + 3)) -i "$3" -map 0 -c copy -t 2 -f null -
	else
		begin_quietly client "$dir/$1.log" \
			python3 -S scripted_client.py "$1" "$3" "$4" "$2" "$dir" "$enough" "$session_limit" "$4"
	fi
}

# judge PORTS: prints a line a session and a summary, also in $summary; fails if not all is as it should be.
judge() {
	python3 -I -S judge.py "$dir" "$VM_RESULTS" "$1" "$enough" >"$dir/verdict"
	local code=$?
	indent <"$dir/verdict"
	summary=$(tail -n 1 "$dir/verdict")
	return $code
}
