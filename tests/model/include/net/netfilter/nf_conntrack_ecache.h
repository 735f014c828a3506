/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <net/netfilter/nf_conntrack.h>

enum ip_conntrack_expect_events { IPEXP_NEW, IPEXP_DESTROY };

static inline void nf_conntrack_event_cache(enum ip_conntrack_events event, struct nf_conn *ct)
{
	ct->model_events |= 1u << event;
}
