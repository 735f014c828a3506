// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Expectations: a table of its own, and a list with each master. */
#include <linux/slab.h>
#include <linux/string.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "../model.h"
#include "conntrack.h"
#include "event.h"

/* Of a machine of 1 GB. */
unsigned int nf_conntrack_htable_size = 65536;
static unsigned int expect_max;		/* nf_conntrack_expect_max */

DEFINE_SPINLOCK(nf_conntrack_expect_lock);

static struct kmem_cache *cache;
static HLIST_HEAD(expectations);
static unsigned int dying;	/* freed after a grace period */

void model_expect_start(void)
{
	INIT_HLIST_HEAD(&expectations);
	dying = 0;
	expect_max = nf_conntrack_htable_size / 256 * 4;
	cache = kmem_cache_create("nf_conntrack_expect", sizeof(struct nf_conntrack_expect), 8, 0, NULL);
}

void model_expect_stop(void)
{
	kmem_cache_destroy(cache);
}

void model_set_expect_max(unsigned int count)
{
	expect_max = count;
}

#ifdef HAVE_EXPECT_TIMER
const bool model_expectations_have_timers = true;

bool model_is_expect_over(const struct nf_conntrack_expect *exp)
{
	return exp->timeout.pending && time_after_eq(jiffies, exp->timeout.expires);
}

static void start_timeout(struct nf_conntrack_expect *exp, unsigned long length)
{
	exp->timeout = (struct timer_list){ .expires = jiffies + length, .pending = true };
}
#else
const bool model_expectations_have_timers = false;

bool model_is_expect_over(const struct nf_conntrack_expect *exp)
{
	return READ_ONCE(exp->flags) & NF_CT_EXPECT_DEAD || (s32)(exp->timeout - nfct_time_stamp) <= 0;
}

static void start_timeout(struct nf_conntrack_expect *exp, unsigned long length)
{
	exp->timeout += (u32)length;
}
#endif

struct nf_conntrack_expect *nf_ct_expect_alloc(struct nf_conn *master)
{
	struct nf_conntrack_expect *exp = kmem_cache_zalloc(cache, GFP_ATOMIC);

	if (!exp)
		return NULL;
#ifndef HAVE_EXPECT_TIMER
	exp->timeout = nfct_time_stamp;
#endif
	exp->master = master;
	refcount_set(&exp->use, 1);
	return exp;
}

static void free_rcu(struct rcu_head *head)
{
	dying--;
	kmem_cache_free(cache, container_of(head, struct nf_conntrack_expect, rcu));
}

void nf_ct_expect_put(struct nf_conntrack_expect *exp)
{
	if (!refcount_dec_and_test(&exp->use))
		return;
	dying++;
	call_rcu(&exp->rcu, free_rcu);
}

unsigned int model_expectations_dying(void)
{
	return dying;
}

void nf_ct_expect_init(struct nf_conntrack_expect *exp, unsigned int class, u8 family, const union nf_inet_addr *saddr,
		       const union nf_inet_addr *daddr, u8 protocol, const __be16 *src, const __be16 *dst)
{
	size_t length = family == NFPROTO_IPV4 ? 4 : 16;
	const struct nf_conn_help *help = nfct_help(exp->master);

	memset(&exp->tuple, 0, sizeof(exp->tuple));
	memset(&exp->mask, 0, sizeof(exp->mask));
	exp->flags = 0;
	exp->class = class;
	exp->expectfn = NULL;
#ifdef HAVE_ASSIGN_HELPER
	exp->helper = help ? rcu_dereference(help->helper) : NULL;
	exp->assign_helper = NULL;
#else
	(void)help;
	exp->helper = NULL;
#endif
	write_pnet(&exp->net, nf_ct_net(exp->master));
	exp->tuple.src.l3num = family;
	exp->tuple.dst.protonum = protocol;
	if (saddr) {
		memcpy(&exp->tuple.src.u3, saddr, length);
		memset(&exp->mask.src.u3, 0xff, length);
	}
	if (src) {
		exp->tuple.src.u.all = *src;
		exp->mask.src.u.all = 0xffff;
	}
	memcpy(&exp->tuple.dst.u3, daddr, length);
	exp->tuple.dst.u.all = *dst;
	memset(&exp->saved_addr, 0, sizeof(exp->saved_addr));
	exp->saved_proto.all = 0;
	exp->dir = IP_CT_DIR_ORIGINAL;
}

static void unlink_expect(struct nf_conntrack_expect *exp)
{
	lockdep_assert_held(&nf_conntrack_expect_lock);
	model_tell(exp, IPEXP_DESTROY);
#ifdef HAVE_EXPECT_TIMER
	exp->timeout.pending = false;
#endif
	hlist_del(&exp->hnode);
	hlist_del(&exp->lnode);
	nfct_help(exp->master)->expecting[exp->class]--;
	exp->net.net->expect_count--;
	nf_ct_expect_put(exp);
}

void nf_ct_unlink_expect_report(struct nf_conntrack_expect *exp, u32 portid, int report)
{
	(void)portid;
	(void)report;
#ifdef HAVE_EXPECT_TIMER
	WARN_ON(timer_pending(&exp->timeout));
#endif
	unlink_expect(exp);
}

/* Only marked, without timers: it leaves the lists when somebody comes by. */
void nf_ct_unexpect_related(struct nf_conntrack_expect *exp)
{
	spin_lock_bh(&nf_conntrack_expect_lock);
#ifdef HAVE_EXPECT_TIMER
	if (timer_pending(&exp->timeout))
		unlink_expect(exp);
#else
	WRITE_ONCE(exp->flags, exp->flags | NF_CT_EXPECT_DEAD);
#endif
	spin_unlock_bh(&nf_conntrack_expect_lock);
}

static bool is_same(const struct nf_conntrack_expect *a, const struct nf_conntrack_expect *b)
{
	return nf_ct_tuple_equal(&a->tuple, &b->tuple) && nf_ct_tuple_mask_equal(&a->mask, &b->mask) &&
	       a->net.net == b->net.net;
}

/* The table is hashed by destination, and only those of one chain are looked at. */
static bool in_chain(const struct nf_conntrack_expect *exp, const struct nf_conntrack_tuple *tuple)
{
	return nf_inet_addr_cmp(&exp->tuple.dst.u3, &tuple->dst.u3) && exp->tuple.dst.u.all == tuple->dst.u.all &&
	       exp->tuple.dst.protonum == tuple->dst.protonum && exp->tuple.src.l3num == tuple->src.l3num;
}

/* Is there a packet that both would match? */
static bool clashes(const struct nf_conntrack_expect *a, const struct nf_conntrack_expect *b)
{
	struct nf_conntrack_tuple_mask both = a->mask;
	unsigned int i;

	for (i = 0; i < 4; i++)
		both.src.u3.all[i] &= b->mask.src.u3.all[i];
	both.src.u.all &= b->mask.src.u.all;
	return nf_ct_tuple_mask_cmp(&a->tuple, &b->tuple, &both) && a->net.net == b->net.net;
}

static void evict_oldest(struct nf_conn_help *help, const struct nf_conntrack_expect *new, unsigned int most)
{
	struct nf_conntrack_expect *exp, *oldest = NULL;
	struct hlist_node *next;

	hlist_for_each_entry_safe(exp, next, &help->expectations, lnode) {
		if (model_is_expect_over(exp))
			unlink_expect(exp);
		else if (exp->class == new->class)
			oldest = exp;
	}
	if (oldest && help->expecting[new->class] >= most)
		unlink_expect(oldest);
}

static int make_room(struct nf_conntrack_expect *new, unsigned int flags)
{
	struct nf_conn_help *help = nfct_help(new->master);
	struct nf_conntrack_helper *helper;
	struct nf_conntrack_expect *exp;
	struct hlist_node *next;
	unsigned int most;

	if (!help)
		return -ESHUTDOWN;
	hlist_for_each_entry_safe(exp, next, &expectations, hnode) {
		if (!in_chain(exp, &new->tuple))
			continue;
		if (model_is_expect_over(exp)) {
			unlink_expect(exp);
		} else if ((flags & NF_CT_EXP_F_SKIP_MASTER || exp->master == new->master) && is_same(exp, new)) {
			if (exp->class != new->class || exp->master != new->master)
				return -EALREADY;
			unlink_expect(exp);
			break;
		} else if (clashes(exp, new)) {
			return -EBUSY;
		}
	}
	helper = rcu_dereference_protected(help->helper, lockdep_is_held(&nf_conntrack_expect_lock));
	most = helper ? helper->expect_policy[new->class].max_expected : 0;
	if (most && help->expecting[new->class] >= most)
		evict_oldest(help, new, most);
	return new->net.net->expect_count >= expect_max ? -EMFILE : 0;
}

static void insert(struct nf_conntrack_expect *exp)
{
	struct nf_conn_help *help = nfct_help(exp->master);
	const struct nf_conntrack_helper *helper = help->helper;

	refcount_inc(&exp->use);
	start_timeout(exp, helper ? helper->expect_policy[exp->class].timeout * HZ : 0);
	hlist_add_head(&exp->lnode, &help->expectations);
	help->expecting[exp->class]++;
	hlist_add_head(&exp->hnode, &expectations);
	exp->net.net->expect_count++;
	model_tell(exp, IPEXP_NEW);
}

int nf_ct_expect_related_report(struct nf_conntrack_expect *exp, u32 portid, int report, unsigned int flags)
{
	int err;

	(void)portid;
	(void)report;
	spin_lock_bh(&nf_conntrack_expect_lock);
	err = make_room(exp, flags);
	if (!err)
		insert(exp);
	spin_unlock_bh(&nf_conntrack_expect_lock);
	return err;
}

/* The caller gets a reference to the expectation and another to its master. */
struct nf_conntrack_expect *nf_ct_find_expectation(struct net *net, const struct nf_conntrack_tuple *tuple)
{
	struct nf_conntrack_expect *exp, *found = NULL;
	struct hlist_node *next;

	hlist_for_each_entry_safe(exp, next, &expectations, hnode) {
		if (!in_chain(exp, tuple))
			continue;
		if (model_is_expect_over(exp)) {
			unlink_expect(exp);
		} else if (!(exp->flags & NF_CT_EXPECT_INACTIVE) && exp->net.net == net &&
			   nf_ct_tuple_mask_cmp(tuple, &exp->tuple, &exp->mask)) {
			found = exp;
			break;
		}
	}
	if (!found || !nf_ct_is_confirmed(found->master) || nf_ct_is_dying(found->master) ||
	    !refcount_inc_not_zero(&found->master->ct_general.use))
		return NULL;
	refcount_inc(&found->use);
	if (!(found->flags & NF_CT_EXPECT_PERMANENT))
		unlink_expect(found);
	return found;
}

static bool of_anyone(struct nf_conntrack_expect *exp, void *data)
{
	(void)exp;
	(void)data;
	return true;
}

static bool that_expired(struct nf_conntrack_expect *exp, void *data)
{
	(void)data;
	return model_is_expect_over(exp);
}

static void unlink_of(struct nf_conn *ct, bool (*which)(struct nf_conntrack_expect *exp, void *data))
{
	struct nf_conn_help *help = nfct_help(ct);
	struct nf_conntrack_expect *exp;
	struct hlist_node *next;

	if (!help)
		return;
	spin_lock_bh(&nf_conntrack_expect_lock);
	hlist_for_each_entry_safe(exp, next, &help->expectations, lnode) {
		if (which(exp, NULL))
			unlink_expect(exp);
	}
	spin_unlock_bh(&nf_conntrack_expect_lock);
}

void nf_ct_remove_expectations(struct nf_conn *ct)
{
	unlink_of(ct, of_anyone);
}

void model_collect_expectations(struct nf_conn *ct)
{
	unlink_of(ct, that_expired);
}

void nf_ct_expect_iterate_destroy(bool (*iter)(struct nf_conntrack_expect *exp, void *data), void *data)
{
	struct nf_conntrack_expect *exp;
	struct hlist_node *next;

	spin_lock_bh(&nf_conntrack_expect_lock);
	hlist_for_each_entry_safe(exp, next, &expectations, hnode) {
		if (iter(exp, data))
			unlink_expect(exp);
	}
	spin_unlock_bh(&nf_conntrack_expect_lock);
}
