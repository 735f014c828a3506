/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <linux/in.h>
#include <linux/skbuff.h>

struct ipv6hdr {
	u8 priority:4, version:4;
	u8 flow_lbl[3];
	__be16 payload_len;
	u8 nexthdr;
	u8 hop_limit;
	struct in6_addr saddr;
	struct in6_addr daddr;
};

static inline struct ipv6hdr *ipv6_hdr(const struct sk_buff *skb)
{
	return (struct ipv6hdr *)skb_network_header(skb);
}

/* Returns the offset of what lies behind the extension headers, or a negative number. */
int ipv6_skip_exthdr(const struct sk_buff *skb, int start, u8 *nexthdr, __be16 *frag_off);
