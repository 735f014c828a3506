// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include <linux/string.h>
#include <net/netfilter/nf_conntrack_tuple.h>

static bool side_equal(const union nf_inet_addr *a, const union nf_conntrack_man_proto *a_port,
		       const union nf_inet_addr *b, const union nf_conntrack_man_proto *b_port)
{
	return nf_inet_addr_cmp(a, b) && a_port->all == b_port->all;
}

static bool destination_equal(const struct nf_conntrack_tuple *a, const struct nf_conntrack_tuple *b)
{
	return side_equal(&a->dst.u3, &a->dst.u, &b->dst.u3, &b->dst.u) && a->dst.protonum == b->dst.protonum;
}

bool nf_ct_tuple_equal(const struct nf_conntrack_tuple *a, const struct nf_conntrack_tuple *b)
{
	return side_equal(&a->src.u3, &a->src.u, &b->src.u3, &b->src.u) && a->src.l3num == b->src.l3num &&
	       destination_equal(a, b);
}

bool nf_ct_tuple_mask_equal(const struct nf_conntrack_tuple_mask *a, const struct nf_conntrack_tuple_mask *b)
{
	return side_equal(&a->src.u3, &a->src.u, &b->src.u3, &b->src.u);
}

/* The mask is of the source alone; of the destination everything counts. */
bool nf_ct_tuple_mask_cmp(const struct nf_conntrack_tuple *a, const struct nf_conntrack_tuple *b,
			  const struct nf_conntrack_tuple_mask *mask)
{
	unsigned int i;

	for (i = 0; i < 4; i++) {
		if ((a->src.u3.all[i] ^ b->src.u3.all[i]) & mask->src.u3.all[i])
			return false;
	}
	return !((a->src.u.all ^ b->src.u.all) & mask->src.u.all) && a->src.l3num == b->src.l3num &&
	       destination_equal(a, b);
}

bool nf_ct_invert_tuple(struct nf_conntrack_tuple *inverse, const struct nf_conntrack_tuple *tuple)
{
	memset(inverse, 0, sizeof(*inverse));
	inverse->src.u3 = tuple->dst.u3;
	inverse->src.u = tuple->dst.u;
	inverse->src.l3num = tuple->src.l3num;
	inverse->dst.u3 = tuple->src.u3;
	inverse->dst.u = tuple->src.u;
	inverse->dst.protonum = tuple->dst.protonum;
	inverse->dst.dir = !tuple->dst.dir;
	return true;
}
