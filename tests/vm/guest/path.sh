# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared among the parts
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# Sets up the links: loss, reordering, duplicates, a small MTU, and whether segments come to the router as they were sent or
# joined.

# The interfaces of topology.sh, both ends of each link.
readonly links='client:lan client2:lan server:wan router:lan router:lan2 router:wan'

# Every packet waits 10 ms, except a quarter, which overtakes.
readonly impairments='delay 10ms reorder 25% loss 5% duplicate 5%'

# on_links COMMAND [WORD...]: COMMAND NAMESPACE DEVICE WORD...
on_links() {
	local link
	for link in $links; do "$1" "${link%:*}" "${link#*:}" "${@:2}" || return; done
}

# disturb before|behind: netem on what the hosts send, before it comes to the router; or on what leaves the router. Both
# ways.
disturb() { on_links disturb_link "$1"; }
# shellcheck disable=SC2086 # words
disturb_link() {
	case $3-$1 in
	before-router) return ;;
	behind-client* | behind-server) return ;;
	esac
	tc -n "$1" qdisc replace dev "$2" root netem $impairments limit 10000
}
calm() { on_links calm_link; }
calm_link() { tc -n "$1" qdisc del dev "$2" root 2>/dev/null || :; }

# offloads on|off: with them, segments travel joined (TSO, GSO, GRO) and in pages; without, each on its own and linear,
# as from a plain network card.
offloads() { on_links offloads_link "$1"; }
offloads_link() {
	in_ns "$1" ethtool -K "$2" sg "$3" tso "$3" gso "$3" gro "$3" >/dev/null
}

# mtu BYTES: below 1280 there is no IPv6, and the addresses go with it.
mtu() { on_links mtu_link "$1" && { (($1 < 1280)) || addresses; }; }
mtu_link() { ip -n "$1" link set "$2" mtu "$3"; }
