/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <net/netfilter/nf_conntrack.h>

enum ip_conntrack_expect_events { IPEXP_NEW, IPEXP_DESTROY };

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
