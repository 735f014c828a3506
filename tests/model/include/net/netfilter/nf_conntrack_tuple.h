/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <linux/netfilter.h>

enum ip_conntrack_dir { IP_CT_DIR_ORIGINAL, IP_CT_DIR_REPLY, IP_CT_DIR_MAX };

union nf_conntrack_man_proto {
	__be16 all;
	struct { __be16 port; } tcp, udp;
};

struct nf_conntrack_man {
	union nf_inet_addr u3;
	union nf_conntrack_man_proto u;
	u16 l3num;
};

struct nf_conntrack_tuple {
	struct nf_conntrack_man src;
	struct {
		union nf_inet_addr u3;
		union nf_conntrack_man_proto u;
		u8 protonum;
		u8 dir;
	} dst;
};

struct nf_conntrack_tuple_mask {
	struct { union nf_inet_addr u3; union nf_conntrack_man_proto u; } src;
};

struct nf_conntrack_tuple_hash {
	struct hlist_node hnode;
	struct nf_conntrack_tuple tuple;
};

bool nf_ct_tuple_equal(const struct nf_conntrack_tuple *a, const struct nf_conntrack_tuple *b);
bool nf_ct_tuple_mask_equal(const struct nf_conntrack_tuple_mask *a, const struct nf_conntrack_tuple_mask *b);
bool nf_ct_tuple_mask_cmp(const struct nf_conntrack_tuple *a, const struct nf_conntrack_tuple *b,
			  const struct nf_conntrack_tuple_mask *mask);
bool nf_ct_invert_tuple(struct nf_conntrack_tuple *inverse, const struct nf_conntrack_tuple *tuple);
