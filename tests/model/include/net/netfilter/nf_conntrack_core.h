/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_ecache.h>

struct nf_conntrack_tuple_hash *nf_conntrack_find_get(struct net *net, const struct nf_conntrack_zone *zone,
						      const struct nf_conntrack_tuple *tuple);
extern spinlock_t nf_conntrack_expect_lock;

/* Without a reference: it is freed by nf_conntrack_free() until it is in the table. */
struct nf_conn *nf_conntrack_alloc(struct net *net, const struct nf_conntrack_zone *zone,
				   const struct nf_conntrack_tuple *original, const struct nf_conntrack_tuple *reply,
				   gfp_t gfp);
void nf_conntrack_free(struct nf_conn *ct);
/* With one reference for the table and one for the caller. */
int nf_conntrack_hash_check_insert(struct nf_conn *ct);

#ifdef HAVE_ITER_DATA
struct nf_ct_iter_data {
	struct net *net;
	void *data;
	u32 portid;
	int report;
};
void nf_ct_iterate_cleanup_net(int (*iter)(struct nf_conn *ct, void *data), const struct nf_ct_iter_data *iter_data);
#else
void nf_ct_iterate_cleanup_net(struct net *net, int (*iter)(struct nf_conn *ct, void *data), void *data, u32 portid,
			       int report);
#endif
