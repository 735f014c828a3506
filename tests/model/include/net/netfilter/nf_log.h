/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <linux/netfilter.h>

struct nf_loginfo;
void nf_log_packet(struct net *net, u8 pf, unsigned int hooknum, const struct sk_buff *skb, const struct net_device *in,
		   const struct net_device *out, const struct nf_loginfo *info, const char *fmt, ...) __printf(8, 9);
