/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <linux/skbuff.h>

struct iphdr {
	u8 ihl:4, version:4;
	u8 tos;
	__be16 tot_len;
	__be16 id;
	__be16 frag_off;
	u8 ttl;
	u8 protocol;
	__sum16 check;
	__be32 saddr;
	__be32 daddr;
};

#define IP_OFFSET	0x1fff	/* of a fragment, in frag_off */
#define IP_MF		0x2000

static inline struct iphdr *ip_hdr(const struct sk_buff *skb)
{
	return (struct iphdr *)skb_network_header(skb);
}

static inline unsigned int ip_hdrlen(const struct sk_buff *skb) { return ip_hdr(skb)->ihl * 4u; }
