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

# link NAMESPACE DEVICE NETWORK NAMESPACE2 DEVICE2: NAMESPACE has address 2 of NETWORK, NAMESPACE2 has 1.
link() {
	ip link add "$2" netns "$1" type veth peer name "$5" netns "$4"
	ip -n "$1" -batch - <<-EOF
		addr add 10.0.$3.2/24 dev $2
		addr add fd00:$3::2/64 dev $2 nodad
		link set lo up
		link set $2 up
		route add default via 10.0.$3.1
		route add default via fd00:$3::1
	EOF
	ip -n "$4" -batch - <<-EOF
		addr add 10.0.$3.1/24 dev $5
		addr add fd00:$3::1/64 dev $5 nodad
		link set lo up
		link set $5 up
	EOF
}

make_topology() {
	local ns
	for ns in client client2 router server; do ip netns add "$ns"; done
	in_ns router sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	link client lan 1 router lan
	link client2 lan 3 router lan2
	link server wan 2 router wan
	for ns in client client2; do count_udp "$ns" input; done
	count_udp server output
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

# rules nat|routed nft|iptables|none: the router's whole rule set; the last word says how the helper is attached.
rules() {
	local nat='' object='' attach=''
	[[ $1 == nat ]] && nat='chain nat { type nat hook postrouting priority srcnat; oifname "wan" masquerade; }'
	if [[ $2 == nft ]]; then
		object='ct helper rtsp { type "rtsp" protocol tcp; }'
		attach="chain helper { type filter hook prerouting priority filter; tcp dport $port ct helper set \"rtsp\"; }"
	fi
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

# drop_helper_rule: out of the rules; connections stay as they are.
drop_helper_rule() {
	n_router nft 'flush chain inet router helper; delete chain inet router helper; delete ct helper inet router rtsp'
}
