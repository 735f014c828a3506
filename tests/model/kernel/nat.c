// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Which addresses and ports a connection gets. */
#include <linux/random.h>
#include <net/netfilter/nf_conntrack_helper.h>
#include <net/netfilter/nf_conntrack_seqadj.h>

#include "conntrack.h"
#include "nat.h"

/* Would replies to @tuple be taken for another connection's? */
static bool is_used(const struct nf_conntrack_tuple *tuple, const struct nf_conn *ct)
{
	struct nf_conntrack_tuple reply;

	nf_ct_invert_tuple(&reply, tuple);
	return nf_conntrack_tuple_taken(&reply, ct);
}

static bool in_range(const struct nf_conntrack_tuple *tuple, const struct nf_nat_range2 *range)
{
	u16 port = ntohs(tuple->src.u.all);

	/* Nothing here has more than one address in a range. */
	if (range->flags & NF_NAT_RANGE_MAP_IPS && !nf_inet_addr_cmp(&tuple->src.u3, &range->min_addr))
		return false;
	return !(range->flags & NF_NAT_RANGE_PROTO_SPECIFIED) ||
	       (port >= ntohs(range->min_proto.all) && port <= ntohs(range->max_proto.all));
}

/* One inside address and port keeps the outside ones that it has towards others. */
static bool as_towards_others(struct nf_conntrack_tuple *tuple, const struct nf_conntrack_tuple *original,
			      const struct nf_nat_range2 *range, const struct nf_conn *ct)
{
	const struct nf_conn *other;

	list_for_each_entry(other, &model_conntracks, model_list) {
		const struct nf_conntrack_tuple *t = &other->tuplehash[IP_CT_DIR_ORIGINAL].tuple;

		if (other == ct || nf_ct_net(other) != nf_ct_net(ct) || !(other->status & IPS_SRC_NAT_DONE) || t->dst.protonum != original->dst.protonum ||
		    !nf_inet_addr_cmp(&t->src.u3, &original->src.u3) || t->src.u.all != original->src.u.all)
			continue;
		nf_ct_invert_tuple(tuple, &other->tuplehash[IP_CT_DIR_REPLY].tuple);
		tuple->dst = original->dst;
		if (in_range(tuple, range))
			return !is_used(tuple, ct);
	}
	return false;
}

/* An unprivileged source port; what it was stands in @tuple. */
static void search_port(struct nf_conntrack_tuple *tuple, const struct nf_nat_range2 *range,
			enum nf_nat_manip_type type, const struct nf_conn *ct)
{
	__be16 *port = type == NF_NAT_MANIP_SRC ? &tuple->src.u.all : &tuple->dst.u.all;
	unsigned int least = ntohs(*port) < 1024 ? 600 : 1024, size = ntohs(*port) < 1024 ? 424 : 64512;
	unsigned int i, first = get_random_u16();

	if (range->flags & NF_NAT_RANGE_PROTO_SPECIFIED) {
		least = ntohs(range->min_proto.all);
		size = ntohs(range->max_proto.all) - least + 1u;
	} else if (type == NF_NAT_MANIP_DST) {
		return;
	}
	for (i = 0; i < min(size, 128u); i++) {
		*port = htons((u16)(least + (first + i) % size));
		if (!is_used(tuple, ct))
			return;
	}
}

static void choose(struct nf_conntrack_tuple *tuple, const struct nf_conntrack_tuple *original,
		   const struct nf_nat_range2 *range, enum nf_nat_manip_type type, const struct nf_conn *ct)
{
	*tuple = *original;
	if (type == NF_NAT_MANIP_SRC) {
		if (in_range(original, range)) {
			if (!is_used(original, ct))
				return;
		} else if (as_towards_others(tuple, original, range, ct)) {
			return;
		}
		*tuple = *original;
	}
	if (range->flags & NF_NAT_RANGE_MAP_IPS)
		*(type == NF_NAT_MANIP_SRC ? &tuple->src.u3 : &tuple->dst.u3) = range->min_addr;

	if (!(range->flags & NF_NAT_RANGE_PROTO_SPECIFIED)) {
		if (!is_used(tuple, ct))
			return;
	} else if (range->min_proto.all == range->max_proto.all) {
		/* The one that was asked for, used or not; if it is, confirming fails. */
		*(type == NF_NAT_MANIP_SRC ? &tuple->src.u.all : &tuple->dst.u.all) = range->min_proto.all;
		return;
	}
	search_port(tuple, range, type, ct);
}

unsigned int nf_nat_setup_info(struct nf_conn *ct, const struct nf_nat_range2 *range, enum nf_nat_manip_type type)
{
	struct nf_conntrack_tuple current, chosen;
	u8 dir = ct->tuplehash[IP_CT_DIR_REPLY].tuple.dst.dir;

	if (nf_ct_is_confirmed(ct))
		return NF_ACCEPT;
	if (WARN_ON(nf_nat_initialized(ct, type)))
		return NF_DROP;

	nf_ct_invert_tuple(&current, &ct->tuplehash[IP_CT_DIR_REPLY].tuple);
	choose(&chosen, &current, range, type, ct);
	if (!nf_ct_tuple_equal(&chosen, &current)) {
		nf_ct_invert_tuple(&ct->tuplehash[IP_CT_DIR_REPLY].tuple, &chosen);
		ct->tuplehash[IP_CT_DIR_REPLY].tuple.dst.dir = dir;
		ct->status |= type == NF_NAT_MANIP_SRC ? IPS_SRC_NAT : IPS_DST_NAT;
		if (nfct_help(ct) && !nfct_seqadj(ct) && !nfct_seqadj_ext_add(ct))
			return NF_DROP;
	}
	ct->status |= type == NF_NAT_MANIP_SRC ? IPS_SRC_NAT_DONE : IPS_DST_NAT_DONE;
	return NF_ACCEPT;
}

unsigned int nf_nat_alloc_null_binding(struct nf_conn *ct, enum nf_nat_manip_type type)
{
	const struct nf_conntrack_tuple *reply = &ct->tuplehash[IP_CT_DIR_REPLY].tuple;
	struct nf_nat_range2 range = { .flags = NF_NAT_RANGE_MAP_IPS };

	range.min_addr = range.max_addr = type == NF_NAT_MANIP_SRC ? reply->dst.u3 : reply->src.u3;
	return nf_nat_setup_info(ct, &range, type);
}

void nf_nat_follow_master(struct nf_conn *ct, struct nf_conntrack_expect *exp)
{
	const struct nf_conntrack_tuple *theirs = &ct->master->tuplehash[!exp->dir].tuple;
	struct nf_nat_range2 range = { .flags = NF_NAT_RANGE_MAP_IPS };

	BUG_ON(ct->status & IPS_NAT_DONE_MASK);
	range.min_addr = range.max_addr = theirs->dst.u3;
	nf_nat_setup_info(ct, &range, NF_NAT_MANIP_SRC);

	range.flags |= NF_NAT_RANGE_PROTO_SPECIFIED;
	range.min_addr = range.max_addr = theirs->src.u3;
	range.min_proto = range.max_proto = exp->saved_proto;
	nf_nat_setup_info(ct, &range, NF_NAT_MANIP_DST);
}
