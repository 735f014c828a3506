/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <net/netfilter/nf_conntrack_expect.h>

/* Tells those who listen, as conntrack itself does. */
void model_tell(struct nf_conntrack_expect *exp, enum ip_conntrack_expect_events event);
void model_listen(struct net *net);
