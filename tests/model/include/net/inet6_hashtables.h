/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <linux/skbuff.h>
#include <net/sock.h>

struct sock *inet6_lookup_listener(struct net *net, MODEL_HASHINFO struct sk_buff *skb, int doff, const struct in6_addr *saddr,
				   __be16 sport, const struct in6_addr *daddr, u16 hnum, int dif, int sdif);
