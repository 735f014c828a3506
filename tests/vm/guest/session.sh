# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared among the parts of cases.sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# Plays one session: clients play, sniffers watch both sides of the router, and a report is printed.
# Afterwards $arrived, $used and $sent hold the numbers that a case judges by.

readonly enough=50 # packets of a track: one second
play_seconds=2

# start_watchers: sniffers and the log of expectations, once for all cases; a case takes what is new.
start_watchers() {
	local ns device
	watcher_pids=()
	for ns in client client2 server; do
		mkdir -p "$VM_RESULTS/$ns.streams"
		[[ $ns == server ]] && device=wan || device=lan
		begin_quietly "$ns" "$VM_RESULTS/$ns.sniff" python3 -I -S sniff.py $device "$port" "$VM_RESULTS/$ns.streams"
		watcher_pids+=("$begun")
	done
	begin_quietly router "$VM_RESULTS/expectations" conntrack -E expect -o timestamp
	watcher_pids+=("$begun")
	for ns in client client2 server; do wait_for 20 grep -q ready "$VM_RESULTS/$ns.sniff" || return; done
}

# mark: from here on is new. since LOG: what is.
declare -A marked
mark() {
	local log
	for log in client.sniff client2.sniff server.sniff expectations; do marked[$log]=$(wc -l <"$VM_RESULTS/$log"); done
}
since() { tail -n +$((marked[$1] + 1)) "$VM_RESULTS/$1"; }

# session TOOL TRANSPORT FAMILY PORT CLIENT...: TOOL is ffmpeg, gst, or ffmpeg+gst for one each.
session() {
	local transport=$2 family=$3 first=$4 i pid pids=() url=rtsp://$server4:$port/test
	IFS=+ read -ra tools <<<"$1"
	shift 4
	[[ $family == 4 ]] || url=rtsp://[$server6]:$port/test
	dir=$VM_RESULTS/$case_name
	mkdir -p "$dir"
	clients=("$@")
	reset_counts
	drops_before=$(counted_drops)
	mark
	for i in "${!clients[@]}"; do
		tools[i]=${tools[i]:-${tools[0]}}
		start_client "${tools[i]}" "$transport" "${clients[i]}" "$url" "$first" "$dir/${clients[i]}"
		pids+=("$begun")
	done
	watch_progress "$first" "$transport" "${pids[@]}"
	show_tables
	for pid in "${pids[@]}"; do
		# By itself when it got media, else by being told.
		((playing)) && wait_for 20 gone "$pid"
		stop "$pid" INT
	done
	collect "$first"
}

# read_counts NAMESPACE: fills got with the packets counted there, by port, and total.
got=()
read_counts() {
	local word words before p=''
	got=() total=0
	read -ra words -d '' < <(in_ns "$1" nft list set inet count ports)
	for word in "${words[@]}"; do
		# PORT counter packets NUMBER bytes NUMBER,
		case $word in
		counter) p=$before ;;
		bytes) got[p]=$before total=$((total + before)) ;;
		esac
		before=$word
	done
}

# watch_progress PORT TRANSPORT PID...: until enough media came to every client, or the server has sent plenty of it to
# no one, or the programs end; sets $playing.
watch_progress() {
	local first=$1 transport=$2 deadline=$((SECONDS + 40)) shown=$SECONDS line ns here
	shift 2
	playing=0
	while :; do
		playing=1 here=0 line=''
		for ns in "${clients[@]}"; do
			read_counts "$ns"
			here=$((here + total))
			line+="  $ns: $(tracks "$first" "$transport")"
			((got[first] >= enough && got[first + 2] >= enough)) || playing=0
		done
		if ((SECONDS > shown || playing)); then
			shown=$SECONDS
			echo "$line"
		fi
		((playing)) && return
		all_gone "$@" && return
		((SECONDS < deadline)) || return
		if [[ $transport == udp && $here -eq 0 ]]; then
			sent_to "$first"
			((sent < enough * ${#clients[@]})) || return
		fi
		# One track plays for long and another does not.
		((here < enough * 10 * ${#clients[@]})) || return
		pause 0.3
	done
}

tracks() {
	if [[ $2 == tcp ]]; then
		printf '%d bytes in all' "$(in_ns "$ns" cat /sys/class/net/lan/statistics/rx_bytes)"
	else
		printf 'audio0 %d packets on port %d, audio1 %d on port %d' "${got[$1]:-0}" "$1" "${got[$1 + 2]:-0}" $(($1 + 2))
	fi
}

all_gone() {
	local pid
	for pid; do gone "$pid" || return 1; done
}

# sent_to PORT: sets sent, packets that the server sent to the ports PORT to PORT + 3.
sent_to() {
	read_counts server
	sent=$((got[$1] + got[$1 + 1] + got[$1 + 2] + got[$1 + 3]))
}

# brief: conntrack's lines about expectations without what is the same in all.
brief() { sed -E 's/^.*proto=17 //; s/ mask-src=[^ ]* mask-dst=[^ ]* sport=[0-9]+ dport=[0-9]+//; s/ master-src.* dport=[0-9]+ / /; s/ class=0 helper=/ /' | indent; }

show_tables() {
	since expectations >"$dir/expectations"
	in_ns router conntrack -L expect >"$dir/expectations-playing" 2>/dev/null
	in_ns router conntrack -L -p udp >"$dir/conntrack-playing" 2>/dev/null
	note 'expectations made (conntrack -E expect):'
	grep NEW "$dir/expectations" | brief
	note 'expectations left while it plays (conntrack -L expect):'
	brief <"$dir/expectations-playing"
	note 'media connections (conntrack -L -p udp):'
	indent <"$dir/conntrack-playing"
}

# seen_teardown NAMESPACE: has its sniffer seen the end?
seen_teardown() { since "$1.sniff" | grep -q '"start": "TEARDOWN'; }

# collect PORT: shows the Transport lines and fills arrived, used (two numbers a client), sent, torn_down.
collect() {
	local i ns p
	arrived=() used=() torn_down=1
	for i in "${!clients[@]}"; do
		ns=${clients[i]}
		# A sniffer may lag behind.
		if ((playing)); then wait_for 4 seen_teardown "$ns"; fi
		since "$ns.sniff" >"$dir/$ns.sniff"
		since server.sniff >"$dir/server.sniff"
		note "Transport, $ns:"
		python3 -I -S report.py lines "$dir/$ns.sniff" "$dir/server.sniff" 2>"$dir/$ns.report" | indent
		read_counts "$ns"
		for p in $(reported inside "$ns"); do [[ $p == 0 ]] || arrived+=("${got[p]:-0}"); done
		# shellcheck disable=SC2207 # two numbers
		used+=($(played "${tools[i]}" "$dir/$ns"))
		[[ $(reported methods "$ns") == *TEARDOWN* ]] || torn_down=0
	done
	sent_to "$1"
}

# reported methods|inside|outside CLIENT: see report.py.
reported() { sed -n "s/^$1 //p" "$dir/$2.report"; }
