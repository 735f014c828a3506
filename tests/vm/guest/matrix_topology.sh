# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared among the parts of matrix.sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# Makes the network of the matrix: two routers in a row, with the rules of a cell.
#
#   ┌──────────────┐    ┌──────────────────────┐    ┌──────────────────────┐    ┌──────────────┐
#   │ client       │    │ near                 │    │ far                  │    │ server       │
#   │ lan 10.0.1.2 ├────┤ lan          wan     ├────┤ wan          lan     ├────┤ wan 10.0.3.2 │
#   │   fd00:1::2  │    │ 10.0.1.1    10.0.2.2 │    │ 10.0.2.1    10.0.3.1 │    │   fd00:3::2  │
#   └──────────────┘    └──────────────────────┘    │             lan2     │    └──────────────┘
#                                                   │            10.0.4.1  ├─┐  ┌──────────────┐
#                                                   └──────────────────────┘ └──┤ neighbour    │
#                                                                               │ lan 10.0.4.2 │
#                                                                               └──────────────┘
#
#   none      near is a firewall that routes          server   far forwards ports to the server
#   client    near masquerades                        both     near masquerades and far forwards ports
#   hairpin   far forwards ports to the server, and the client is the neighbour, who asks for far's outside address
#
# A router with a part in it forwards new connections to the RTSP ports and else only what conntrack calls established or
# related, whichever way it goes; the other one forwards everything and tracks nothing. Networks behind a NAT cannot be
# reached around it.

readonly matrix_server4=10.0.3.2 matrix_server6=fd00:3::2 public4=10.0.2.1 public6=fd00:2::1
readonly gst_port=8554 vlc_port=8555

make_matrix_topology() {
	local ns
	for ns in client near far server neighbour; do ip netns add "$ns"; done
	each_matrix_link link
	each_matrix_link addresses_of_link
	for ns in near far; do in_ns "$ns" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1; done
	for ns in client neighbour; do count_udp "$ns" input; done
	count_udp server output
}

each_matrix_link() {
	local how=$1
	shift
	"$how" client lan 1 near lan "$@"
	"$how" near wan 2 far wan "$@"
	"$how" server wan 3 far lan "$@"
	"$how" neighbour lan 4 far lan2 "$@"
}

# matrix_offloads on|off: as offloads of path.sh.
matrix_offloads() { each_matrix_link matrix_offloads_of_link "$1"; }
matrix_offloads_of_link() {
	in_ns "$1" ethtool -K "$2" sg "$6" tso "$6" gso "$6" gro "$6" >/dev/null
	in_ns "$4" ethtool -K "$5" sg "$6" tso "$6" gso "$6" gro "$6" >/dev/null
}

# client_of SIDE, url_of SIDE FAMILY PORT: who plays, and what from.
client_of() { if [[ $1 == hairpin ]]; then echo neighbour; else echo client; fi; }
url_of() {
	local address=matrix_server$2
	case $1 in server | both | hairpin) address=public$2 ;; esac
	if [[ $2 == 4 ]]; then echo "rtsp://${!address}:$3"; else echo "rtsp://[${!address}]:$3"; fi
}

# side SIDE off|on: makes the routers what SIDE asks for.
side() {
	local ns near_hides='' far_hides=''
	for ns in near far; do
		in_ns "$ns" nft flush ruleset
		in_ns "$ns" conntrack -F >/dev/null 2>&1
	done
	case $1 in client | both) near_hides=1 ;; esac
	case $1 in server | both | hairpin) far_hides=1 ;; esac
	hide far 1 10.0.2.2 fd00:2::2 "$near_hides"
	hide near 3 10.0.2.1 fd00:2::1 "$far_hides"
	hide near 4 10.0.2.1 fd00:2::1 "$far_hides"
	case $1 in none | client | both) firewall near "$2" "$(near_rules "$near_hides")" || return ;; esac
	[[ -z $far_hides ]] || firewall far "$2" "$(far_rules)"
}

# hide ROUTER NETWORK VIA VIA6 [YES]: the way to a network, or none if it is behind a NAT.
hide() {
	local kind='' way4="via $3" way6="via $4"
	[[ -z $5 ]] || kind=blackhole way4='' way6=''
	ip -4 -n "$1" route flush exact "10.0.$2.0/24"
	ip -6 -n "$1" route flush exact "fd00:$2::/64"
	# shellcheck disable=SC2086 # words
	ip -n "$1" -batch - <<-EOF
		route add $kind 10.0.$2.0/24 $way4
		route add $kind fd00:$2::/64 $way6
	EOF
}

near_rules() {
	echo 'chain opened { iifname "lan" tcp dport @rtsp ct state new accept; }'
	[[ -z $1 ]] || echo 'chain source { type nat hook postrouting priority srcnat; oifname "wan" masquerade; }'
}

# What far forwards comes from outside, or from the neighbour, who then seems to be far itself.
far_rules() {
	cat <<-EOF
		chain opened { iifname { "wan", "lan2" } ct status dnat ct state new accept; }
		chain target {
			type nat hook prerouting priority dstnat;
			ip daddr $public4 tcp dport @rtsp dnat ip to $matrix_server4
			ip6 daddr $public6 tcp dport @rtsp dnat ip6 to $matrix_server6
		}
		chain source {
			type nat hook postrouting priority srcnat;
			oifname "wan" masquerade
			iifname "lan2" oifname "lan" meta nfproto ipv4 snat ip to $public4
			iifname "lan2" oifname "lan" meta nfproto ipv6 snat ip6 to $public6
		}
	EOF
}

# firewall ROUTER off|on RULES: with `on` the helper is attached; with `off` the same rule counts.
firewall() {
	local object='' deed=counter
	[[ $2 == off ]] || object='ct helper rtsp { type "rtsp" protocol tcp; }' deed='ct helper set "rtsp"'
	in_ns "$1" nft -f - <<-EOF
		table inet router {
			set rtsp { type inet_service; elements = { $gst_port, $vlc_port }; }
			$object
			chain attach { type filter hook prerouting priority filter; ct state new tcp dport @rtsp $deed; }
			$3
			chain forward {
				type filter hook forward priority filter; policy drop;
				ct state established,related accept
				jump opened
			}
			chain input {
				type filter hook input priority filter; policy drop;
				ct state established,related accept
				meta l4proto ipv6-icmp accept
			}
		}
	EOF
}
