# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared among the parts of cases.sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# Four network namespaces, and the rules of the router between them.
#
#   ┌─────────────────────────┐      ┌──────────────────────────────┐      ┌────────────────────┐
#   │ client                  │      │ router                       │      │ server             │
#   │  lan  10.0.1.2          ├──────┤ lan   10.0.1.1               │      │                    │
#   │       fd00:1::2         │      │       fd00:1::1   10.0.2.1   │      │  wan 10.0.2.2:8554 │
#   └─────────────────────────┘      │                   fd00:2::1  ├──────┤      fd00:2::2     │
#   ┌─────────────────────────┐      │                         wan  │      │                    │
#   │ client2                 │      │                              │      │  gst-rtsp-server   │
#   │  lan  10.0.3.2          ├──────┤ lan2  10.0.3.1               │      │  /test             │
#   │       fd00:3::2         │      │       fd00:3::1              │      │                    │
#   └─────────────────────────┘      └──────────────────────────────┘      └────────────────────┘
#
# The router forwards new connections to TCP port 8554 and nothing else that conntrack does not call established or
# related: a media packet that arrives at a client was admitted by an expectation. The server knows a way back to
# the clients' networks, so that the same picture serves without NAT.

readonly server4=10.0.2.2 server6=fd00:2::2 port=8554
# Of the scripted server, on the same machine.
readonly scripted4=10.0.2.3 scripted6=fd00:2::3

# link NAMESPACE DEVICE NETWORK NAMESPACE2 DEVICE2: NAMESPACE has address 2 of NETWORK, NAMESPACE2 has 1.
link() {
	ip -n "$1" link add "$2" type veth peer name "$5" netns "$4"
	ip -n "$1" link set lo up
	ip -n "$1" link set "$2" up
	ip -n "$4" link set lo up
	ip -n "$4" link set "$5" up
}

# addresses_of_link: as link; what is there already stays.
addresses_of_link() {
	ip -n "$1" -batch - <<-EOF
		addr replace 10.0.$3.2/24 dev $2
		addr replace fd00:$3::2/64 dev $2 nodad
		route replace default via 10.0.$3.1
		route replace default via fd00:$3::1
	EOF
	ip -n "$4" -batch - <<-EOF
		addr replace 10.0.$3.1/24 dev $5
		addr replace fd00:$3::1/64 dev $5 nodad
	EOF
}

make_topology() {
	local ns
	for ns in client client2 router server; do [[ -e /run/netns/$ns ]] || ip netns add "$ns"; done
	in_ns router sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	each_link link
	addresses
	for ns in client client2; do count_udp "$ns" input; done
	count_udp server output
}

each_link() {
	"$1" client lan 1 router lan
	"$1" client2 lan 3 router lan2
	"$1" server wan 2 router wan
}

# addresses: for interfaces that have none, or have lost them.
addresses() {
	each_link addresses_of_link
	ip -n server addr replace $scripted4/24 dev wan
	# Not for what chooses no address itself.
	ip -n server addr replace $scripted6/64 dev wan nodad preferred_lft 0
}

# count_udp NAMESPACE HOOK: counts UDP packets by destination port.
count_udp() {
	in_ns "$1" nft -f - <<-EOF || exit
		table inet count {
			set ports { type inet_service; size 1024; flags dynamic; }
			chain count { type filter hook $2 priority 0; meta l4proto udp update @ports { udp dport counter }; }
		}
	EOF
}

reset_counts() {
	local ns
	for ns in client client2 server; do in_ns "$ns" nft flush set inet count ports; done
}

# rules nat|routed nft|iptables|idle|none: the router's whole rule set; the last word says how the helper is attached. With
# idle there is the rule that would, and it counts instead.
rules() {
	local nat='' object='' attach=''
	[[ $1 == nat ]] && nat='chain nat { type nat hook postrouting priority srcnat; oifname "wan" masquerade; }'
	local deed=''
	case $2 in
	nft) object='ct helper rtsp { type "rtsp" protocol tcp; }' deed='ct helper set "rtsp"' ;;
	idle) deed=counter ;;
	esac
	[[ -z $deed ]] || attach="chain helper { type filter hook prerouting priority filter; ct state new tcp dport $port $deed; }"
	clear_rules
	in_ns router nft -f - <<-EOF || return
		table inet router {
			$object
			$attach
			chain forward {
				type filter hook forward priority filter; policy drop;
				ct state established,related accept
				iifname { "lan", "lan2" } tcp dport $port ct state new accept
			}
			chain input {
				type filter hook input priority filter; policy drop;
				ct state established,related accept
				meta l4proto ipv6-icmp accept
			}
			$nat
		}
	EOF
	[[ $2 != iptables ]] || {
		n_router iptables -t raw -A PREROUTING -p tcp --dport $port -j CT --helper rtsp &&
			n_router ip6tables -t raw -A PREROUTING -p tcp --dport $port -j CT --helper rtsp
	}
}

clear_rules() {
	in_ns router nft flush ruleset
	in_ns router conntrack -F >/dev/null 2>&1
}

# publish: a server on the client is forwarded from outside, too.
publish() {
	in_ns router nft -f - <<-EOF
		table inet router {
			chain target {
				type nat hook prerouting priority dstnat;
				iifname "wan" meta nfproto ipv4 tcp dport $port dnat ip to 10.0.1.2
				iifname "wan" meta nfproto ipv6 tcp dport $port dnat ip6 to fd00:1::2
			}
			chain forward { iifname "wan" tcp dport $port ct status dnat ct state new accept; }
		}
	EOF
}

# drop_helper_rule: out of the rules; connections stay as they are.
drop_helper_rule() {
	n_router nft 'flush chain inet router helper; delete chain inet router helper; delete ct helper inet router rtsp'
}
