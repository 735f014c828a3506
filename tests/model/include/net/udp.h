/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <linux/udp.h>
#include <net/sock.h>

struct sock *udp4_lib_lookup(struct net *net, __be32 saddr, __be16 sport, __be32 daddr, __be16 dport, int dif);
struct sock *udp6_lib_lookup(struct net *net, const struct in6_addr *saddr, __be16 sport,
			     const struct in6_addr *daddr, __be16 dport, int dif);
