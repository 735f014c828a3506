/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <linux/skbuff.h>

struct tcphdr {
	__be16 source;
	__be16 dest;
	__be32 seq;
	__be32 ack_seq;
	u16 res1:4, doff:4, fin:1, syn:1, rst:1, psh:1, ack:1, urg:1, ece:1, cwr:1;
	__be16 window;
	__sum16 check;
	__be16 urg_ptr;
};

static inline struct tcphdr *tcp_hdr(const struct sk_buff *skb)
{
	return (struct tcphdr *)skb_transport_header(skb);
}

/* The word with the flags, in network order. */
union tcp_word_hdr {
	struct tcphdr hdr;
	__be32 words[5];
};
#define tcp_flag_word(tcp)	(((union tcp_word_hdr *)(tcp))->words[3])

#define TCP_FLAG_CWR	0x00008000u
#define TCP_FLAG_ECE	0x00004000u
#define TCP_FLAG_URG	0x00002000u
#define TCP_FLAG_ACK	0x00001000u
#define TCP_FLAG_PSH	0x00000800u
#define TCP_FLAG_RST	0x00000400u
#define TCP_FLAG_SYN	0x00000200u
#define TCP_FLAG_FIN	0x00000100u
#define TCP_DATA_OFFSET	0x000000f0u
