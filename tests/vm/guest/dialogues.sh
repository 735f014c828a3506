#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck disable=SC2154 # variables are shared among the parts
#
# dialogues.sh [REGEX]: the cases whose names match: dialogues of dialogue.py, each with modules loaded anew, or without.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit
. ./lib.sh
. ./topology.sh
. ./checks.sh

# `idle`: a rule where the helper would be, and no modules. The parameters are those of nf_conntrack_rtsp, with a + between
# them, - for none.
# Behind them is what a dialogue has to print.
case_table() {
	cat <<-EOF
		# name               dialogue  family helper parameters              what comes of it
		source-without       source    4      idle   -                       rtp=nobody rtcp=nobody to=nobody
		source-peer          source    4      nft    -                       rtp=server rtcp=server to=server
		source-announced     source    4      nft    media_source=announced  rtp=named rtcp=named to=named
		source-announced-6   source    6      nft    media_source=announced  rtp=named rtcp=named to=named
		source-src_addr      src_addr  4      nft    media_source=announced  rtp=named rtcp=named to=named
		source-any-latch     source    4      nft    media_source=any-latch  rtp=stranger,stranger rtcp=named to=named
		source-any-latch-6   source    6      nft    media_source=any-latch  rtp=stranger,stranger rtcp=named to=named
		limit-number         number    4      nft    max_mappings_per_host=4 granted=4 refused=2 then=granted
		limit-number-6       number    6      nft    max_mappings_per_host=4 granted=4 refused=2 then=granted
		limit-number-none    number    4      nft    max_mappings_per_host=0 granted=6 refused=0 then=granted
		limit-rate           rate      4      nft    mappings_per_second=2   granted=4 refused=3 then=two a second
		limit-rate-none      rate      4      nft    mappings_per_second=0   granted=7 refused=0 then=7
		small-router         small     4      nft    expectations=32+mappings_per_second=0 flows=120 of 120 places=0
		thief                thief     4      nft    -                       before=client client between=client client paused=client client
		flows-ended          ended     4      nft    -                       client client nobody
		interleaved          interleaved 4    nft    -                       forgotten then=nobody
		interleaved-6        interleaved 6    nft    -                       forgotten then=nobody
		interleaved-refused  interleaved_refused 4 nft -                     old=followed refused=followed then=server
		interleaved-mapped   interleaved_mapped 4 nft -                      mapped=followed then=server torn_down=forgotten
		outlive-without      outlive   4      idle   -                       resumed=none over=none
		outlive              outlive   4      nft    -                       resumed=FIN,RST,RST_of_the_server over=none
		quiet-without        quiet     4      idle   -                       resumed=none
		quiet                quiet     4      nft    -                       resumed=yes
		tcp-without          tcp       4      idle   -                       passive=nothing actpass=nothing taken=nothing declined=0,0 published=nothing
		tcp                  tcp       4      nft    -                       passive=plays actpass=plays taken=plays declined=2,0 published=plays
		tcp-6                tcp       6      nft    -                       passive=plays actpass=plays taken=plays declined=2,0 published=plays
		dslite-without       dslite    4      idle   -                       from=192.0.0.2 media=nobody
		dslite               dslite    4      nft    -                       from=192.0.0.2 media=server
		nat64-without        nat64     4      idle   -                       media=none
		nat64                nat64     4      nft    -                       media=from fd64::a00:202
		standby-without      standby   4      idle   -                       before=nobody flowing=nobody agreed=nobody moved=nobody flowing=nobody later=nobody new=nobody midstream=0 picked_up=0
		standby              standby   4      nft    -                       before=server flowing=server agreed=server moved=server flowing=server later=server new=server midstream=3 picked_up=1
		standby-6            standby   6      nft    -                       before=server flowing=server agreed=server moved=server flowing=server later=server new=server midstream=3 picked_up=1
		redirect-unwanted    redirect  4      nft    -                       connects=no
		redirect             redirect  4      nft    follow_redirects=1      connects=yes media=server
		redirect-6           redirect  6      nft    follow_redirects=1      connects=yes media=server
		teardown             teardown  4      nft    -                       after=server
		teardown-ends        teardown  4      nft    end_media=1             after=nobody
		teardown-ends-6      teardown  6      nft    end_media=1             after=nobody
		trace                trace     4      nft    -                       rtsp_expect rtsp_left_alone rtsp_linger rtsp_publish rtsp_release rtsp_reserve
		urgent               urgent    4      nft    -                       no=read_on,0 body=transparent,1 ahead=transparent,1 while_empty=1
		huge                 huge      4      nft    -                       lines=quick line=quick short=quick lines=quick line=quick short=quick
		fallback             fallback  4      nft    -                       media=alike dropped=0
		mixed                mixed     4      nft    -                       media=alike dropped=0 udp=server
		mixed-first          mixed_first 4    nft    -                       media=alike dropped=0 udp=server
		ffmpeg               ffmpeg    4      nft    -                       media=alike dropped=0
		namespaces           namespaces 4     nft    -                       router=1 other=2 server=0 router=1 new=0
	EOF
}

# load HELPER PARAMETERS
load() {
	local parameters=${2#-}
	clear_rules
	unload_modules || return
	[[ $1 == idle ]] || {
		# shellcheck disable=SC2086 # words
		n_router modprobe nf_conntrack_rtsp ${parameters//+/ } && n_router modprobe nf_nat_rtsp
	} || return
	rules nat "$1" && publish
}

# run_case NAME DIALOGUE FAMILY HELPER PARAMETERS WORD...
run_case() {
	local name=$1 dialogue=$2 family=$3 started=$SECONDS got wanted="${*:6}"
	printf '\n\e[1m== %s\e[0m\n' "$name"
	if load "$4" "$5"; then
		got=$(RTSPNAT_FAMILY=$family python3 -S dialogue.py "$dialogue" 2>&1)
		show_counters
	else
		got='the modules or rules cannot be loaded'
	fi
	if [[ $got == "$wanted" ]]; then
		result 0 "$name: $got"
	else
		result 1 "$name: not $wanted, but $got"
	fi
	note "($((SECONDS - started)) s)"
}

main() {
	local filter=${1:-.} line
	echo 'rtspnat: cases start' >/dev/kmsg
	make_topology
	read_in ffmpeg
	mount -t tracefs tracefs /sys/kernel/tracing
	while read -r -u 4 -a line; do
		[[ ${line[0]} == '#' ]] || ! [[ ${line[0]} =~ $filter ]] || run_case "${line[@]}"
	done 4< <(case_table)
	((tests)) || result 1 "dialogues: none matches $filter"
	clear_rules
	unload_modules || result 1 'unload: the modules go'
	case_clean_log
	cat "$VM_RESULTS/tap"
	printf '1..%d\n' "$tests"
	[[ $failures -eq 0 ]]
}

main "$@"
