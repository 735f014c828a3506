/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <linux/timer.h>
#include <net/netfilter/nf_conntrack_core.h>

#define NF_CT_EXPECT_PERMANENT	0x1
#define NF_CT_EXPECT_INACTIVE	0x2
#define NF_CT_EXPECT_USERSPACE	0x4
/* Of a kernel where each has a timer, which takes it away in time. */
#ifndef HAVE_EXPECT_TIMER
#define NF_CT_EXPECT_DEAD	0x8
#endif

#define NF_CT_EXPECT_CLASS_DEFAULT	0
#define NF_CT_EXPECT_MAX_CNT		255
#define NF_CT_EXP_F_SKIP_MASTER		0x1

struct nf_conntrack_helper;

struct nf_conntrack_expect_policy {
	unsigned int max_expected;
	unsigned int timeout;
	char name[16];
};

struct nf_conntrack_expect {
	struct hlist_node lnode;	/* of the master's */
	struct hlist_node hnode;	/* of all */
	possible_net_t net;
	struct nf_conntrack_tuple tuple;
	struct nf_conntrack_tuple_mask mask;
	struct nf_conntrack_zone zone;
	refcount_t use;
	unsigned int flags;
	unsigned int class;
	void (*expectfn)(struct nf_conn *ct, struct nf_conntrack_expect *exp);
#ifdef HAVE_ASSIGN_HELPER
	struct nf_conntrack_helper __rcu *helper;	/* whose it is */
	struct nf_conntrack_helper __rcu *assign_helper;
#else
	struct nf_conntrack_helper *helper;		/* that watches what comes */
#endif
	struct nf_conn *master;
#ifdef HAVE_EXPECT_TIMER
	struct timer_list timeout;
#else
	u32 timeout;
#endif
	union nf_inet_addr saved_addr;
	union nf_conntrack_man_proto saved_proto;
	enum ip_conntrack_dir dir;
	struct rcu_head rcu;
	struct model_told {	/* to those who listen to events */
		bool told;
		unsigned int flags;
		struct nf_conntrack_tuple tuple;
		struct nf_conntrack_tuple_mask mask;
	} model_told;
};

static inline struct net *nf_ct_exp_net(struct nf_conntrack_expect *exp) { return exp->net.net; }

struct nf_conntrack_expect *nf_ct_expect_alloc(struct nf_conn *master);
void nf_ct_expect_init(struct nf_conntrack_expect *exp, unsigned int class, u8 family, const union nf_inet_addr *saddr,
		       const union nf_inet_addr *daddr, u8 protocol, const __be16 *src, const __be16 *dst);
void nf_ct_expect_put(struct nf_conntrack_expect *exp);
int nf_ct_expect_related_report(struct nf_conntrack_expect *exp, u32 portid, int report, unsigned int flags);
static inline int nf_ct_expect_related(struct nf_conntrack_expect *exp, unsigned int flags)
{
	return nf_ct_expect_related_report(exp, 0, 0, flags);
}
void nf_ct_unlink_expect_report(struct nf_conntrack_expect *exp, u32 portid, int report);
void nf_ct_unexpect_related(struct nf_conntrack_expect *exp);
void nf_ct_remove_expectations(struct nf_conn *ct);
void nf_ct_expect_iterate_destroy(bool (*iter)(struct nf_conntrack_expect *exp, void *data), void *data);
