/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <linux/skbuff.h>
#include <net/sock.h>

struct sock *inet_lookup_listener(struct net *net, MODEL_HASHINFO struct sk_buff *skb, int doff, __be32 saddr, __be16 sport,
				  __be32 daddr, __be16 dport, int dif, int sdif);
