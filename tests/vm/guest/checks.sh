# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared among the parts of cases.sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# Checks what the cases expect. A case_* function gets the words of its line in cases.sh: ROUTER HELPER TOOL FAMILY TRANSPORT
# CLIENT..., and prints one TAP line.

loaded() { [[ -d /sys/module/$1 ]]; }

unload_modules() {
	local module
	for module in nf_nat_rtsp nf_conntrack_rtsp; do
		if loaded $module; then n_router rmmod $module || return; fi
	done
}

# setup ROUTER HELPER: rules, and with helper `none` also no modules.
setup() {
	clear_rules
	if [[ $2 == none ]]; then
		unload_modules || return
	fi
	rules "$1" "$2" || {
		result 1 "$case_name: the rules of the router cannot be loaded"
		return 1
	}
	show_rules "$2"
}

show_rules() {
	local how module now=''
	case $1 in
	nft) how='nft: tcp dport 8554 ct helper set "rtsp"' ;;
	iptables) how='iptables -t raw: -p tcp --dport 8554 -j CT --helper rtsp' ;;
	none) how='no helper' ;;
	esac
	for module in nf_conntrack_rtsp nf_nat_rtsp nf_nat; do loaded $module && now+=" $module"; done
	note "router: $how; loaded:${now:- none}"
}

numbers() { # arrived, per client and track
	local i
	for i in "${!clients[@]}"; do
		((i == 0)) || printf ';'
		((${#clients[@]} == 1)) || printf ' %s %s' "${clients[i]}" "${tools[i]}"
		printf ' audio0 %d packets, audio1 %d packets' "${arrived[2 * i]:-0}" "${arrived[2 * i + 1]:-0}"
	done
}

# all_at_least MINIMUM COUNT NUMBER...: are there COUNT numbers, none below MINIMUM?
all_at_least() {
	local minimum=$1 count=$2 n
	shift 2
	[[ $# -eq $count ]] || return 1
	for n; do ((n >= minimum)) || return 1; done
}

expectations_gone() { [[ -z $(in_ns router conntrack -L expect 2>/dev/null) ]]; }

# verdict_media: sets $problem if a session that should have played did not, or left something behind.
verdict_media() {
	local tracks=$((2 * ${#clients[@]}))
	problem=''
	all_at_least "$enough" $tracks "${arrived[@]}" || problem+='; too few packets arrived'
	all_at_least $((enough / 2)) $tracks "${used[@]}" || problem+="; the program got only ${used[*]:-nothing}"
	((torn_down)) || problem+='; no TEARDOWN'
	if ! wait_for 4 expectations_gone; then
		problem+='; expectations left'
		in_ns router conntrack -L expect 2>/dev/null | indent
	fi
	show_counters
	count_drops
}

# The network between the namespaces loses nothing, and neither should the helper: for the last line of all.
drops=0 dropping=''
# shellcheck disable=SC2016 # awk's own
counted_drops() { in_ns router awk '$1 == "dropped" { print $2 }' /proc/net/nf_conntrack_rtsp 2>/dev/null; }
count_drops() {
	local now
	now=$(counted_drops)
	now=$((now - drops_before))
	((now == 0)) || dropping+=" $case_name $now"
	drops=$((drops + now))
}
case_no_drops() {
	result $((drops != 0)) "no-drops: the helper dropped $drops TCP segments of a network that loses none$dropping"
}

show_counters() {
	[[ -r /proc/net/nf_conntrack_rtsp ]] || return 0
	note '/proc/net/nf_conntrack_rtsp, what is not 0:'
	# shellcheck disable=SC2016 # awk's own
	in_ns router awk '$2 { printf "%s%s %s", n++ ? ", " : "", $1, $2 } END { print "" }' /proc/net/nf_conntrack_rtsp | indent
}

finish() { result "$([[ -z $problem ]]; echo $?)" "$case_name:$(numbers)$problem"; }

case_media() {
	setup "$1" "$2" || return
	session "$3" "$5" "$4" "$case_port" "${@:6}"
	verdict_media
	[[ $1 != nat ]] || loaded nf_nat_rtsp || problem+='; nf_nat_rtsp was not loaded'
	finish
}

# refuse_nat, admit_nat: whether nf_conntrack_rtsp may bring nf_nat_rtsp along, which brings nf_nat.
refuse_nat() { printf 'install %s /bin/true\n' nf_nat nf_nat_rtsp >/etc/modprobe.d/no-nat.conf; }
admit_nat() { rm -f /etc/modprobe.d/no-nat.conf; }

# Routed: as media, and nothing of NAT in the kernel.
case_no_nat() {
	local module
	refuse_nat
	setup "$1" "$2"
	admit_nat
	session "$3" "$5" "$4" "$case_port" "${@:6}"
	verdict_media
	for module in nf_nat_rtsp nf_nat; do
		! loaded $module || problem+="; $module is loaded"
	done
	finish
}

# The same without rule and modules: the server sends, nothing arrives.
case_nothing() {
	setup "$1" "$2" || return
	session "$3" "$5" "$4" "$case_port" "${@:6}"
	verdict_nothing
}

verdict_nothing() {
	local ns count=0
	for ns in "${clients[@]}"; do
		read_counts "$ns"
		count=$((count + total))
	done
	if [[ $count -eq 0 && $sent -ge $enough ]]; then
		result 0 "$case_name: without the module nothing arrives (the server sent $sent packets)"
	else
		result 1 "$case_name: $count packets arrived without the module, the server sent $sent"
	fi
}

# hold_port: the router itself talks to the server from the UDP port that the client is going to announce.
hold_port() {
	begin_quietly server /dev/null python3 datagrams.py echo 9000
	echo_pid=$begun
	begin router "$VM_RESULTS/hold" python3 datagrams.py hold 10.0.2.1 "$case_port" "$server4" 9000
	hold_pid=$begun
	wait_for 15 grep -q answered "$VM_RESULTS/hold"
	note 'the flow that has the port:'
	in_ns router conntrack -L -p udp 2>/dev/null | indent
}

release_port() {
	kill "$echo_pid" "$hold_pid"
	wait "$echo_pid" "$hold_pid" 2>/dev/null
}

case_taken_not() {
	setup "$1" "$2" || return
	hold_port
	session "$3" "$5" "$4" "$case_port" "${@:6}"
	release_port
	verdict_nothing
}

case_taken() {
	local inside outside
	setup "$1" "$2" || return
	hold_port
	session "$3" "$5" "$4" "$case_port" "${@:6}"
	release_port
	verdict_media
	inside=$(reported inside client)
	outside=$(reported outside client)
	[[ ${inside%% *} == "$case_port" ]] || problem+="; the client announced ${inside%% *}, not $case_port"
	[[ ${outside%% *} != "$case_port" ]] || problem+="; the server was told the taken port $case_port"
	case_name+=" ($inside outside as $outside)"
	finish
}

# TCP interleaved: plays, and both sides of the router see the same bytes.
case_untouched() {
	local ns
	setup "$1" "$2" || return
	session "$3" "$5" "$4" "$case_port" "${@:6}"
	problem=''
	arrived=("${used[@]}")
	all_at_least "$enough" $((2 * ${#clients[@]})) "${used[@]}" || problem+='; too few packets'
	note 'the TCP streams:'
	for ns in "${clients[@]}"; do
		python3 -I -S report.py same "$dir/$ns.sniff" "$dir/server.sniff" "$VM_RESULTS/$ns.streams" "$VM_RESULTS/server.streams" \
			>"$dir/$ns.same" || problem+="; the bytes of $ns differ"
		indent <"$dir/$ns.same"
		read_counts "$ns"
		((total == 0)) || problem+="; $total UDP packets arrived"
	done
	((torn_down)) || problem+='; no TEARDOWN'
	wait_for 4 expectations_gone || problem+='; expectations left'
	count_drops
	finish
}

# autoload_by nft|iptables MODULE...: a rule that names the helper loads these, and none of the others.
autoload_by() {
	local module
	rules routed "$1" || problem+="; $1 does not know the helper"
	for module in nf_conntrack_rtsp nf_nat_rtsp nf_nat; do
		if [[ " ${*:2} " == *" $module "* ]]; then
			loaded $module || problem+="; $module not loaded by $1"
		else
			! loaded $module || problem+="; $module loaded too by $1"
		fi
	done
	clear_rules
	in_ns router iptables -t raw -F 2>/dev/null
	in_ns router ip6tables -t raw -F 2>/dev/null
	unload_modules || problem+='; cannot be unloaded'
}

# Where nf_nat_rtsp is refused nothing of NAT comes.
case_autoload() {
	problem=''
	clear_rules
	unload_modules
	refuse_nat
	autoload_by nft nf_conntrack_rtsp
	autoload_by iptables nf_conntrack_rtsp
	admit_nat
	result "$([[ -z $problem ]]; echo $?)" "autoload: a rule that names the helper loads nf_conntrack_rtsp, alone if so configured$problem"
}

case_autoload_nat() {
	problem=''
	clear_rules
	unload_modules
	autoload_by nft nf_conntrack_rtsp nf_nat_rtsp nf_nat
	autoload_by iptables nf_conntrack_rtsp nf_nat_rtsp nf_nat
	n_router modprobe nf_conntrack_rtsp && n_router modprobe -r nf_nat_rtsp || problem+='; modprobe -r failed'
	! loaded nf_nat_rtsp && ! loaded nf_conntrack_rtsp || problem+='; modprobe -r has left one'
	result "$([[ -z $problem ]]; echo $?)" "autoload-nat: a rule that names the helper loads both modules, modprobe -r unloads both$problem"
}

media_flows() {
	read_counts client
	((got[case_port] >= enough && got[case_port + 2] >= enough))
}

# play_in_background: a client whose stream is under way, for some seconds.
play_in_background() {
	dir=$VM_RESULTS/$case_name
	mkdir -p "$dir"
	reset_counts
	play_seconds=6
	start_client ffmpeg udp client "rtsp://$server4:$port/test" "$case_port" "$dir/client"
	play_seconds=2
	wait_for 30 media_flows || problem+='; did not play before'
	before=$total
}

# Modules go while a stream plays; the next session has no helper; with the modules back it plays again.
case_unload() {
	local before
	setup nat nft || return
	problem=''
	play_in_background
	drop_helper_rule
	unload_modules || problem+='; rmmod failed under traffic'
	show_rules none
	wait_for 20 gone "$begun"
	stop "$begun" INT
	read_counts client
	result "$([[ -z $problem ]]; echo $?)" "unload: rmmod after $before packets, $total at the end$problem"
	run_again unload-without nothing nat none
	run_again unload-reload media nat nft
}

# With the rules in place, which need nf_conntrack_rtsp, nf_nat_rtsp goes while a stream plays, and stays away until
# somebody loads it, also when the next connection opens.
case_unload_nat() {
	local before
	setup nat nft || return
	problem=''
	play_in_background
	! n_router rmmod nf_conntrack_rtsp || problem+='; nf_conntrack_rtsp was not in use'
	n_router modprobe -r nf_nat_rtsp || problem+='; nf_nat_rtsp cannot be unloaded under traffic'
	! loaded nf_nat_rtsp || problem+='; nf_nat_rtsp is there still'
	! n_router rmmod nf_conntrack_rtsp || problem+='; nf_conntrack_rtsp was not held by the rule'
	wait_for 20 gone "$begun"
	stop "$begun" INT
	result "$([[ -z $problem ]]; echo $?)" "unload-nat: modprobe -r nf_nat_rtsp after $before packets, rules in place$problem"
	run_without_nat_half
	n_router modprobe nf_nat_rtsp
	run_again unload-nat-loaded media nat nft
}

# A session that gets no media; longer than a module that asked every now and then would need.
run_without_nat_half() {
	problem='' case_name=unload-nat-without
	case_port=$((case_port + 20))
	session ffmpeg udp 4 "$case_port" client
	pause 6
	! loaded nf_nat_rtsp || problem+='; nf_nat_rtsp was loaded again'
	# shellcheck disable=SC2016 # awk's own
	in_ns router awk '$1 == "no_nat_module" { exit !$2 }' /proc/net/nf_conntrack_rtsp || problem+='; not counted'
	show_counters
	read_counts client
	((total == 0)) || problem+="; $total packets arrived"
	result "$([[ -z $problem ]]; echo $?)" "$case_name: without nf_nat_rtsp nothing arrives, and nobody loads it$problem"
}

# run_again NAME EXPECT ROUTER HELPER: one more session of a case.
run_again() {
	case_name=$1
	case_port=$((case_port + 20))
	"case_$2" "$3" "$4" ffmpeg 4 udp client
}

case_clean_log() {
	local bad said tainted
	bad=$(dmesg | sed '1,/rtspnat: cases start/d' | grep -E 'WARNING|BUG|Oops|Call Trace|nfct_seqadj|general protection|KASAN|RCU|lockdep|hung_task|refcount|unregister_netdevice')
	tainted=$(($(cat /proc/sys/kernel/tainted) & ~(1 << 12 | 1 << 13)))
	note 'kernel log about rtsp:'
	dmesg | grep '_rtsp' | indent
	# That they are not the kernel's own is all that it has to say of them.
	said=$(dmesg | grep '_rtsp' | grep -vE 'nf_(conntrack|nat)_rtsp: (loading out-of-tree module taints kernel|module verification failed)')
	[[ -z $bad ]] || indent <<<"$bad"
	result "$([[ -z $bad && -z $said && $tainted -eq 0 ]]; echo $?)" "kernel-log: nothing, and nothing about the modules, tainted $tainted besides out-of-tree and unsigned"
}
