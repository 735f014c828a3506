/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <net/netfilter/nf_conntrack.h>

static inline void *nf_ct_labels_ext_add(struct nf_conn *ct)
{
	(void)ct;
	return NULL;
}
