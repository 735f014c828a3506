// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The second of two routers, when the first has died. */
#include <linux/string.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "../model.h"
#include "conntrack.h"

#define CARRIED_MAX	256

/* What libnetfilter_conntrack 1.0.9 says of one. */
struct carried {
	struct nf_conn *master;
	struct nf_conntrack_tuple tuple;
	struct nf_conntrack_tuple_mask mask;
	unsigned int class, flags;
};

struct carry {
	struct carried list[CARRIED_MAX];
	unsigned int count;
};

static bool carry(struct nf_conntrack_expect *exp, void *data)
{
	struct carry *to = data;

	if (!model_is_expect_over(exp) && to->count < CARRIED_MAX)
		to->list[to->count++] =
			(struct carried) { exp->master, exp->tuple, exp->mask, exp->class, exp->flags };
	return false;
}

/* The module ends flows that have not been used since it set their timeout. */
static void let_flows_live(void)
{
	struct nf_conn *ct;

	list_for_each_entry(ct, &model_conntracks, model_list) {
		if (ct->master)
			ct->timeout++;
	}
}

static void reload_modules(void)
{
	const bool nat = model_is_loaded("nf_nat_rtsp");

	if (nat)
		model_unload("nf_nat_rtsp");
	model_unload("nf_conntrack_rtsp");
	model_load("nf_conntrack_rtsp");
	if (nat)
		model_load("nf_nat_rtsp");
}

static void attach_helpers(void)
{
	struct nf_conn *ct;

	list_for_each_entry(ct, &model_conntracks, model_list) {
		struct nf_conn_help *help = nfct_help(ct);

		if (!help)
			continue;
		memset(help->data, 0, sizeof(help->data));
		rcu_assign_pointer(help->helper, __nf_conntrack_helper_find("rtsp", nf_ct_l3num(ct), IPPROTO_TCP));
	}
}

static void expect(const struct carried *one)
{
	const struct nf_conntrack_tuple *tuple = &one->tuple;
	struct nf_conntrack_expect *exp = nf_ct_expect_alloc(one->master);

	if (!exp)
		return;
	nf_ct_expect_init(exp, one->class, tuple->src.l3num, &tuple->src.u3, &tuple->dst.u3, tuple->dst.protonum,
			  &tuple->src.u.all, &tuple->dst.u.all);
	exp->mask = one->mask;
	exp->flags = one->flags;
#ifdef HAVE_ASSIGN_HELPER
	exp->assign_helper = exp->helper;
#else
	exp->helper = rcu_dereference(nfct_help(exp->master)->helper);
#endif
	nf_ct_expect_related(exp, 0);
	nf_ct_expect_put(exp);
}

void model_take_over(void)
{
	struct carry all = { .count = 0 };
	unsigned int i;

	if (!model_is_loaded("nf_conntrack_rtsp"))
		return;
	nf_ct_expect_iterate_destroy(carry, &all);
	let_flows_live();
	reload_modules();
	if (!model_is_loaded("nf_conntrack_rtsp"))
		return;
	attach_helpers();
	rcu_read_lock();
	for (i = 0; i < all.count; i++)
		expect(&all.list[i]);
	rcu_read_unlock();
}
