/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <net/netfilter/nf_conntrack.h>

enum ip_conntrack_expect_events { IPEXP_NEW, IPEXP_DESTROY };

struct nf_conntrack_expect;

#ifdef HAVE_EXP_EVENT
struct nf_conntrack_ecache { u16 ctmask, expmask; };

/* All want to know all. */
static inline struct nf_conntrack_ecache *nf_ct_ecache_find(const struct nf_conn *ct)
{
	static struct nf_conntrack_ecache all = { 0xffff, 0xffff };

	(void)ct;
	return &all;
}

struct nf_exp_event {
	struct nf_conntrack_expect *exp;
	u32 portid;
	int report;
};

struct nf_ct_event_notifier {
	int (*exp_event)(unsigned int events, const struct nf_exp_event *item);
};
#endif

static inline void nf_conntrack_event_cache(enum ip_conntrack_events event, struct nf_conn *ct)
{
	ct->model_events |= 1u << event;
}

/* Of one that is in the table. */
static inline int nf_conntrack_event(enum ip_conntrack_events event, struct nf_conn *ct)
{
	ct->model_events |= 1u << event;
	return 0;
}

static inline bool nf_ct_ecache_ext_add(struct nf_conn *ct, u16 ctmask, u16 expmask, gfp_t gfp)
{
	(void)ct;
	(void)ctmask;
	(void)expmask;
	(void)gfp;
	return true;
}
