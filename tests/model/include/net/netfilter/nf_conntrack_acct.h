/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <net/netfilter/nf_conntrack.h>

static inline void *nf_ct_acct_ext_add(struct nf_conn *ct, gfp_t gfp)
{
	(void)ct;
	(void)gfp;
	return NULL;
}
