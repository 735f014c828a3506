# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared among the parts of matrix.sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# Cases beside the matrix, with the scripted client of matrix_more.py.

more_port=30000

# more_cases REGEX|quick: those whose names match.
more_cases() {
	local name filter=$1
	[[ $1 != quick ]] || filter='^(pause|resume|resume-late|resume-reset|teardown|port-taken)/'
	start_scripted
	for name in {pause,resume,resume-late,resume-reset}/{client,server} teardown/{gst,scripted} port-taken/server; do
		[[ $name =~ $filter ]] || continue
		more_port=$((more_port + 20)) case_name=$name problem=''
		note "$name"
		"more_${name%/*}" "${name#*/}"
		result "$([[ -z $problem ]]; echo $?)" "$name$problem"
	done
	kill "$scripted_server_pid"
}

# scripted SIDE CASE MOUNT [WORD...]: on a network made for it; output in $dir/CASE-SIDE.more, also in $said.
scripted() {
	local log=$dir/$2-$1-$more_port.more url code
	url=$(url_of "$1" 4 "$gst_port")$3
	begin_quietly "$(client_of "$1")" "$log" timeout 60 python3 -S matrix_more.py "$2" "$url" "$more_port" "${@:4}"
	wait "$begun"
	code=$?
	mapfile -t said <"$log"
	indent <"$log"
	return $code
}

# fails_without SIDE CASE MOUNT...: the same without the helper, or the case would prove nothing.
fails_without() {
	side "$1" off
	! scripted "$@" || problem+='; plays without the helper, too'
	more_port=$((more_port + 20))
	side "$1" on
}

# PAUSE longer than conntrack keeps a UDP flow.
more_pause() {
	fails_without "$1" pause /lasting 0
	short_timeouts 2
	scripted "$1" pause /lasting 8 || problem+='; does not play on'
	short_timeouts ''
}

# The control connection closed while paused, and the session resumed on another one, while conntrack keeps the flow; or
# later.
more_resume() {
	fails_without "$1" resume /lasting 0
	scripted "$1" resume /lasting 1 || problem+='; does not play on'
}
more_resume-late() {
	side "$1" on
	short_timeouts 2
	scripted "$1" resume /lasting 8 || problem+='; does not play on'
	short_timeouts ''
}

# The same when the connection was reset, and conntrack, which keeps it for ten seconds then, has forgotten it.
more_resume-reset() {
	side "$1" on
	short_timeouts 2
	scripted "$1" reset /lasting 15 || problem+='; does not play on'
	short_timeouts ''
}

# short_timeouts SECONDS|'': for UDP flows; or as they were.
short_timeouts() {
	local ns
	for ns in near far; do
		in_ns "$ns" sysctl -qw "net.netfilter.nf_conntrack_udp_timeout=${1:-30}" \
			"net.netfilter.nf_conntrack_udp_timeout_stream=${1:-120}"
	done
}

# TEARDOWN of one stream of two: gst-rtsp-server refuses it, and both play on; the scripted server does it, and then
# nothing is expected on that stream's ports.
more_teardown() {
	local url
	side client on
	if [[ $1 == gst ]]; then
		scripted client teardown /lasting || problem+='; the other one stops'
		return
	fi
	url=rtsp://$scripted_server4:$gst_port/test
	begin_quietly client "$dir/teardown.more" timeout 60 python3 -S matrix_more.py teardown "$url" "$more_port"
	wait_for 30 grep -qs TEARDOWN "$dir/teardown.more"
	in_ns near conntrack -L expect >"$dir/teardown-expectations" 2>/dev/null
	in_ns near conntrack -L -p udp -u EXPECTED >"$dir/teardown-flows" 2>/dev/null
	wait "$begun" || problem+='; the other one stops'
	indent <"$dir/teardown.more"
	grep -q "TEARDOWN was done" "$dir/teardown.more" || problem+='; TEARDOWN was refused'
	grep -q "sport=[0-9]* dport=$more_port " "$dir/teardown-flows" || problem+='; no flow of the other one'
	! grep -q "dport=$((more_port + 2)) " "$dir/teardown-expectations" || problem+='; still expected for the one that ended'
}

# Forwarded, and the router itself uses the UDP port that the server sends from: the client must be told another one, and
# media come from there.
more_port-taken() {
	local told from
	side server on
	scripted server published /fixed || problem+='; does not play when it is free'
	[[ "${said[1]} " == *' 6100 '* ]] || problem+='; the server does not send from port 6100'
	more_port=$((more_port + 20))
	begin_quietly client /dev/null python3 datagrams.py echo 9900
	echo_pid=$begun
	begin_quietly far "$dir/hold" python3 datagrams.py hold "$public4" 6100 10.0.1.2 9900
	hold_pid=$begun
	wait_for 15 grep -qs answered "$dir/hold" || problem+='; the port cannot be taken'
	scripted server published /fixed || problem+='; does not play'
	kill "$echo_pid" "$hold_pid"
	wait "$echo_pid" "$hold_pid" 2>/dev/null
	told=${said[1]#server_port } from=${said[2]#from }
	[[ " $told " != *' 6100 '* ]] || problem+='; the client was told the taken port'
	[[ $from == "$public4 ${told% *} $public4 ${told#* }" ]] || problem+="; told ${told:-nothing}, media from ${from:-nowhere}"
}

# The scripted server, beside the others.
readonly scripted_server4=10.0.3.3
start_scripted() {
	ip -n server addr replace $scripted_server4/24 dev wan
	mkdir -p "$VM_RESULTS/streams"
	begin_quietly server "$dir/scripted-server.log" python3 -S scripted_server.py 8554 "$VM_RESULTS/streams" $scripted_server4
	scripted_server_pid=$begun
	wait_for 20 grep -qs "$scripted_server4" "$dir/scripted-server.log"
}
