#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# attack.sh full|quick [REGEX [SKIP]]: the attacks of attack.py, over IPv4 and then over IPv6, against the modules that are
# there, whosever they are. Segments come one by one, as from a network card without offloads.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit
. ./lib.sh
. ./topology.sh
. ./checks.sh
. ./path.sh
. ./verdicts.sh

main() {
	local family
	echo 'rtspnat: cases start' >/dev/kmsg
	make_topology
	offloads off
	modprobe nf_nat_rtsp || return
	rules nat nft || return
	for family in 4 6; do verdicts $family attack.py "$@"; done
	((tests > 1)) || result 1 'attack.py has run'
	finish_verdicts
}

main "$@"
