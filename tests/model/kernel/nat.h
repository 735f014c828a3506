/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <net/netfilter/nf_nat_helper.h>

unsigned int nf_nat_alloc_null_binding(struct nf_conn *ct, enum nf_nat_manip_type type);
unsigned int nf_nat_packet(struct nf_conn *ct, enum ip_conntrack_info ctinfo, enum nf_nat_manip_type type,
			   struct sk_buff *skb);
