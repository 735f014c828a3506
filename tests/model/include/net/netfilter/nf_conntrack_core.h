/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_ecache.h>

struct nf_conntrack_tuple_hash *nf_conntrack_find_get(struct net *net, const struct nf_conntrack_zone *zone,
						      const struct nf_conntrack_tuple *tuple);
extern spinlock_t nf_conntrack_expect_lock;
