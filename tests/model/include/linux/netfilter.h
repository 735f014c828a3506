/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <linux/in.h>
#include <linux/skbuff.h>
#include <net/net_namespace.h>

#define NF_DROP		0
#define NF_ACCEPT	1
#define NF_STOLEN	2
#define NF_QUEUE	3
#define NF_REPEAT	4

enum { NFPROTO_UNSPEC = 0, NFPROTO_IPV4 = 2, NFPROTO_IPV6 = 10 };
enum nf_inet_hooks { NF_INET_PRE_ROUTING, NF_INET_LOCAL_IN, NF_INET_FORWARD, NF_INET_LOCAL_OUT, NF_INET_POST_ROUTING };

union nf_inet_addr {
	u32 all[4];
	__be32 ip;
	__be32 ip6[4];
	struct in_addr in;
	struct in6_addr in6;
};

static inline bool nf_inet_addr_cmp(const union nf_inet_addr *a, const union nf_inet_addr *b)
{
	return a->all[0] == b->all[0] && a->all[1] == b->all[1] && a->all[2] == b->all[2] && a->all[3] == b->all[3];
}

struct nf_hook_state {
	unsigned int hook;
	u8 pf;
	struct net_device *in, *out;
	struct net *net;
};

/* What NAT plugs into conntrack; all that anybody asks is whether it is there. */
struct nf_nat_hook { int unused; };
extern const struct nf_nat_hook __rcu *nf_nat_hook;
