#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# siege.sh SECONDS [REGEX]: the sieges of siege.py. The router is the machine's first namespace, whose limits are others than those of
# containers; in the last ones it is a namespace like any other.
# siege.sh namespace SECONDS: an attacker who is the user nobody, but root in a namespace of its own, makes a router and hosts there,
# and one of the hosts attacks.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit
. ./lib.sh
. ./topology.sh
. ./checks.sh
. ./path.sh
. ./verdicts.sh

attack_own_router() {
	mount -t tmpfs tmpfs /run/netns
	make_topology
	rules nat nft || return
	RTSPNAT_FAMILY=4 exec python3 -S siege_attack.py inside "$1"
}

make_router() {
	make_topology
	offloads off
	rules nat nft && publish
}

main() {
	local family
	echo 'rtspnat: cases start' >/dev/kmsg
	modprobe nf_nat_rtsp || return
	ip netns add client # for the directory
	ip netns attach router $$
	make_router || return
	for family in 4 6; do verdicts $family siege.py "$@"; done
	show_counters
	clear_rules
	ip -all netns delete
	make_router || return
	RTSPNAT_CONTAINER=1 verdicts 4 siege.py "$@"
	((tests > 0)) || result 1 'siege.py has run'
	finish_verdicts
}

if [[ $1 == namespace ]]; then
	attack_own_router "$2"
else
	main "$@"
fi
