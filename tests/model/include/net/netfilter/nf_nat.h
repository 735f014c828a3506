/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <net/netfilter/nf_conntrack_expect.h>

enum nf_nat_manip_type { NF_NAT_MANIP_SRC, NF_NAT_MANIP_DST };
#define NF_NAT_RANGE_MAP_IPS		0x1
#define NF_NAT_RANGE_PROTO_SPECIFIED	0x2

struct nf_nat_range2 {
	unsigned int flags;
	union nf_inet_addr min_addr, max_addr;
	union nf_conntrack_man_proto min_proto, max_proto, base_proto;
};

unsigned int nf_nat_setup_info(struct nf_conn *ct, const struct nf_nat_range2 *range, enum nf_nat_manip_type type);

static inline bool nf_nat_initialized(const struct nf_conn *ct, enum nf_nat_manip_type type)
{
	return ct->status & (type == NF_NAT_MANIP_SRC ? IPS_SRC_NAT_DONE : IPS_DST_NAT_DONE);
}
