// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Somebody listens to what becomes of expectations, as conntrackd does, and repeats it on another router: what is there
 * must be what was told, and nothing is told twice.
 */
#include <linux/string.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "../model.h"
#include "event.h"

#ifdef HAVE_EXP_EVENT
static bool is_as_told(const struct nf_conntrack_expect *exp)
{
	const struct model_told *told = &exp->model_told;

	return nf_ct_tuple_equal(&told->tuple, &exp->tuple) && nf_ct_tuple_mask_equal(&told->mask, &exp->mask) &&
	       !((told->flags ^ exp->flags) & (NF_CT_EXPECT_INACTIVE | NF_CT_EXPECT_PERMANENT));
}

static int exp_event(unsigned int events, const struct nf_exp_event *item)
{
	struct nf_conntrack_expect *exp = item->exp;
	struct model_told *told = &exp->model_told;

	WARN_ON(!rcu_read_lock_held());
	WARN_ON(!lockdep_is_held(&nf_conntrack_expect_lock));
	if (events == BIT(IPEXP_NEW)) {
		if (told->told)
			model_report("listeners are told twice that an expectation is there");
		*told = (struct model_told){ true, exp->flags, exp->tuple, exp->mask };
	} else {
		if (!told->told)
			model_report("listeners are told of the end of an expectation that they do not know");
		else if (!is_as_told(exp))
			model_report("an expectation has changed, and listeners know the old one");
		told->told = false;
	}
	return 0;
}

static const struct nf_ct_event_notifier notifier = { .exp_event = exp_event };

void model_listen(struct net *net)
{
	net->ct.nf_conntrack_event_cb = &notifier;
}

void model_tell(struct nf_conntrack_expect *exp, enum ip_conntrack_expect_events event)
{
	const struct nf_exp_event item = { .exp = exp };

	rcu_read_lock();
	nf_ct_exp_net(exp)->ct.nf_conntrack_event_cb->exp_event((unsigned int)BIT(event), &item);
	rcu_read_unlock();
}
#else
void model_listen(struct net *net)
{
	(void)net;
}

void model_tell(struct nf_conntrack_expect *exp, enum ip_conntrack_expect_events event)
{
	(void)exp;
	(void)event;
}
#endif
