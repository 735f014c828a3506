// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Helpers, what NAT adds to them, and the functions that expectations may call. */
#include <stdio.h>

#include <linux/list.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <net/netfilter/nf_conntrack_helper.h>
#include <net/netfilter/nf_conntrack_seqadj.h>

#include "../model.h"
#include "conntrack.h"
#include "helper.h"
#include "memory.h"
#include "module.h"
#include "nat.h"

static HLIST_HEAD(helpers);
static struct nf_conntrack_nat_helper *nat_helpers;
static struct nf_ct_helper_expectfn *expectfns;
static DEFINE_MUTEX(mutex);

#ifdef HAVE_HELPER_PORTS
void nf_ct_helper_init(struct nf_conntrack_helper *helper, u16 l3num, u16 protonum, const char *name,
		       u16 default_port, u16 spec_port, u32 id, const struct nf_conntrack_expect_policy *policy,
		       u32 expect_class_max, model_help_fn *help,
		       int (*from_nlattr)(struct nlattr *attr, struct nf_conn *ct), struct module *module)
#else
void nf_ct_helper_init(struct nf_conntrack_helper *helper, u16 l3num, u16 protonum, const char *name,
		       const struct nf_conntrack_expect_policy *policy, u32 expect_class_max, model_help_fn *help,
		       int (*from_nlattr)(struct nlattr *attr, struct nf_conn *ct), struct module *module)
#endif
{
	(void)from_nlattr;
	memset(helper, 0, sizeof(*helper));
	helper->tuple.src.l3num = l3num;
	helper->tuple.dst.protonum = (u8)protonum;
	helper->expect_policy = policy;
	helper->expect_class_max = expect_class_max;
	helper->help = help;
	helper->me = module;
	snprintf(helper->name, sizeof(helper->name), "%s", name);
#ifdef HAVE_HELPER_PORTS
	helper->tuple.src.u.all = htons(spec_port);
	if (spec_port != default_port)
		snprintf(helper->name, sizeof(helper->name), "%.8s-%u", name, id);
#endif
}

struct nf_conntrack_helper *__nf_conntrack_helper_find(const char *name, u16 l3num, u8 protonum)
{
	struct nf_conntrack_helper *helper;

	hlist_for_each_entry(helper, &helpers, hnode) {
		if (!strcmp(helper->name, name) && helper->tuple.dst.protonum == protonum &&
		    (helper->tuple.src.l3num == NFPROTO_UNSPEC || helper->tuple.src.l3num == l3num))
			return helper;
	}
	return NULL;
}

static int add(struct nf_conntrack_helper *helper)
{
	int err = 0;

	BUG_ON(!helper->expect_policy || helper->expect_class_max >= NF_CT_MAX_EXPECT_CLASSES);
	if (helper->expect_policy->max_expected > NF_CT_EXPECT_MAX_CNT)
		return -EINVAL;
	mutex_lock(&mutex);
	if (__nf_conntrack_helper_find(helper->name, helper->tuple.src.l3num, helper->tuple.dst.protonum))
		err = -EBUSY;
	else
		hlist_add_head(&helper->hnode, &helpers);
	mutex_unlock(&mutex);
	return err;
}

#ifdef HAVE_HELPER_PTRS
/* A copy, whose end is not that of the module. */
int nf_conntrack_helper_register(struct nf_conntrack_helper *helper, struct nf_conntrack_helper **registered)
{
	struct nf_conntrack_helper *copy = kmalloc(sizeof(*copy), GFP_KERNEL);
	int err;

	if (!copy)
		return -ENOMEM;
	*copy = *helper;
	err = add(copy);
	if (err)
		kfree(copy);
	else
		*registered = copy;
	return err;
}
#else
int nf_conntrack_helper_register(struct nf_conntrack_helper *helper)
{
	return add(helper);
}
#endif

/* No helper is looked into here: it may be gone. */
static bool is_helper_known(const struct nf_conntrack_helper *helper)
{
	const struct nf_conntrack_helper *known;

	hlist_for_each_entry(known, &helpers, hnode) {
		if (known == helper)
			return true;
	}
	return !helper;
}

#ifdef HAVE_ASSIGN_HELPER
static bool is_of(struct nf_conntrack_expect *exp, void *helper)
{
	return exp->helper == helper || exp->assign_helper == helper;
}

static bool has_unknown_helper(struct nf_conntrack_expect *exp, void *name)
{
	if (!is_helper_known(exp->helper))
		model_report("%s has left an expectation of its helper", (const char *)name);
	if (!is_helper_known(exp->assign_helper))
		model_report("%s has left an expectation that gives its helper to what comes", (const char *)name);
	return false;
}
#else
static bool is_of(struct nf_conntrack_expect *exp, void *helper)
{
	const struct nf_conn_help *help = nfct_help(exp->master);

	return exp->helper == helper || (help && help->helper == helper);
}

static bool has_unknown_helper(struct nf_conntrack_expect *exp, void *name)
{
	if (!is_helper_known(exp->helper))
		model_report("%s has left an expectation that gives its helper to what comes", (const char *)name);
	return false;
}
#endif

/* Connections live on without it; their private data stays where it is. */
void nf_conntrack_helper_unregister(struct nf_conntrack_helper *helper)
{
	struct nf_conn *ct;

	mutex_lock(&mutex);
	hlist_del(&helper->hnode);
	mutex_unlock(&mutex);
	synchronize_rcu();
	nf_ct_expect_iterate_destroy(is_of, helper);
	/* nf_ct_iterate_destroy() waits for namespaces that end, then for packets, and on some kernels a second. */
	synchronize_rcu();
	list_for_each_entry(ct, &model_conntracks, model_list) {
		struct nf_conn_help *help = nfct_help(ct);

		if (help && help->helper == helper)
			RCU_INIT_POINTER(help->helper, NULL);
	}
	synchronize_rcu();
#ifdef HAVE_HELPER_PTRS
	kfree(helper);
#endif
}

/* Extensions that are older than the end of a helper are not used, unless the conntrack is in the table. */
bool model_has_lost_helper(const struct nf_conn *ct)
{
	return !nf_ct_is_confirmed(ct) && model_fault_due(MODEL_FAULT_HELPER);
}

struct nf_conn_help *nf_ct_helper_ext_add(struct nf_conn *ct, gfp_t gfp)
{
	struct nf_conn_help *help = nf_ct_ext_add(ct, NF_CT_EXT_HELPER, gfp);

	if (help)
		set_bit(IPS_HELPER_BIT, &ct->status);
	return help;
}

/* What a rule does with the first packet of a connection. */
bool model_attach_helper(struct nf_conn *ct, const char *name)
{
	struct nf_conntrack_helper *helper = __nf_conntrack_helper_find(name, nf_ct_l3num(ct), nf_ct_protonum(ct));
	struct nf_conn_help *help;

	if (!helper || nf_ct_is_confirmed(ct) || nfct_help(ct))
		return false;
	help = nf_ct_helper_ext_add(ct, GFP_ATOMIC);
	if (!help)
		return false;
	rcu_assign_pointer(help->helper, helper);
	if (ct->status & IPS_NAT_MASK && !nfct_seqadj(ct))
		nfct_seqadj_ext_add(ct);
	return true;
}

unsigned int model_helpers_registered(void)
{
	const struct nf_conntrack_helper *helper;
	unsigned int count = 0;

	hlist_for_each_entry(helper, &helpers, hnode)
		count++;
	return count;
}

void nf_nat_helper_register(struct nf_conntrack_nat_helper *nat)
{
	nat->next = nat_helpers;
	nat_helpers = nat;
}

void nf_nat_helper_unregister(struct nf_conntrack_nat_helper *nat)
{
	struct nf_conntrack_nat_helper **at = &nat_helpers;

	while (*at != nat)
		at = &(*at)->next;
	*at = nat->next;
}

void nf_ct_helper_expectfn_register(struct nf_ct_helper_expectfn *fn)
{
	fn->next = expectfns;
	fn->model_owner = model_loading;
	expectfns = fn;
}

void nf_ct_helper_expectfn_unregister(struct nf_ct_helper_expectfn *fn)
{
	struct nf_ct_helper_expectfn **at = &expectfns;

	while (*at != fn)
		at = &(*at)->next;
	*at = fn->next;
}

unsigned int model_nat_helpers_registered(const char *module)
{
	const struct nf_ct_helper_expectfn *fn;
	unsigned int count = 0;

	for (fn = expectfns; fn; fn = fn->next)
		count += !strcmp(fn->model_owner, module);
	return count + (nat_helpers && !strcmp(nat_helpers->module->name, module));
}

static bool is_registered(void (*expectfn)(struct nf_conn *ct, struct nf_conntrack_expect *exp))
{
	const struct nf_ct_helper_expectfn *fn;

	for (fn = expectfns; fn; fn = fn->next) {
		if (fn->expectfn == expectfn)
			return true;
	}
	return !expectfn || expectfn == nf_nat_follow_master;
}

static bool calls_what_has_gone(struct nf_conntrack_expect *exp, void *name)
{
	if (!is_registered(exp->expectfn))
		model_report("%s has left an expectation that calls it", (const char *)name);
	return false;
}

void model_check_expectfns(const char *name)
{
	nf_ct_expect_iterate_destroy(calls_what_has_gone, (void *)name);
}

void model_check_expectations_gone(const char *name)
{
	nf_ct_expect_iterate_destroy(has_unknown_helper, (void *)name);
}
