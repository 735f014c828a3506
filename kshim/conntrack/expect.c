// SPDX-License-Identifier: GPL-2.0-only
/* Conntrack expectations of one port of a mapping.
 *
 * A reserved port is an inactive expectation: nobody else can register one that
 * overlaps it, and no packet matches it.  There is one of what comes from the peer,
 * and one of what the opener sends first (a hole punch, RTCP), which has to leave
 * from the port that was announced.
 */

#include <linux/errno.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_ecache.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "expect.h"
#include "source.h"

/* As long as 32 bits of jiffies carry.  Expectations die with their master, and
 * that is the only end they should have: a stream may be paused for hours, and
 * one that expired would be free for others while the core counts on it.  So the
 * sweep renews them once a day.
 */
#define RTSP_EXPECT_TIMEOUT	(20 * 24 * 60 * 60)
static_assert((u64)RTSP_EXPECT_TIMEOUT * HZ < S32_MAX);

/* No class of its own for each direction of media: the limit cannot be reached by
 * what one struct rtsp_conn can hold, so nothing of it is ever evicted for the rest.
 * Of control connections there is the one that was named last, for as long as it
 * takes to open one.
 */
const struct nf_conntrack_expect_policy
rtsp_expect_policies[RTSP_EXPECT_CLASSES] = {
	[RTSP_EXPECT_MEDIA] = {
		.max_expected	= RTSP_EXPECTATIONS,
		.timeout	= RTSP_EXPECT_TIMEOUT,
		.name		= "rtsp",
	},
	[RTSP_EXPECT_CONTROL] = {
		.max_expected	= 1,
		.timeout	= 60,
		.name		= "rtsp-control",
	},
};

static_assert(RTSP_EXPECTATIONS <= NF_CT_EXPECT_MAX_CNT);

struct nf_conntrack_expect *rtsp_expect_inbound(const struct rtsp_ask *ask,
						unsigned int i)
{
	struct nf_conn *ct = ask->conn->ct;
	const struct nf_conntrack_tuple *reply =
		&ct->tuplehash[IP_CT_DIR_REPLY].tuple;
	struct nf_conntrack_expect *exp = nf_ct_expect_alloc(ct);
	__be16 port = htons(ask->step->outside[i]);

	if (!exp)
		return NULL;

	nf_ct_expect_init(exp, RTSP_EXPECT_MEDIA, nf_ct_l3num(ct),
			  &reply->src.u3, &reply->dst.u3, ask->step->protocol,
			  NULL, &port);
	exp->flags = NF_CT_EXPECT_PERMANENT | NF_CT_EXPECT_INACTIVE;
	if (ask->nat)
		ask->nat->inbound(exp, htons(ask->step->inside[i]));
	else
		rtsp_source_watch(exp);
	return exp;
}

struct nf_conntrack_expect *
rtsp_expect_again(const struct rtsp_conn *conn,
		  const struct nf_conntrack_expect *old)
{
	const struct nf_nat_rtsp_hooks *nat;
	struct nf_conntrack_expect *exp;

	nat = rcu_dereference(nf_nat_rtsp_hooks);
	if (conn->natted && !nat)
		return NULL;
	exp = nf_ct_expect_alloc(conn->ct);
	if (!exp)
		return NULL;
	nf_ct_expect_init(exp, RTSP_EXPECT_MEDIA, nf_ct_l3num(conn->ct),
			  &old->tuple.src.u3, &old->tuple.dst.u3,
			  old->tuple.dst.protonum, &old->tuple.src.u.all,
			  &old->tuple.dst.u.all);
	exp->mask = old->mask;
	exp->flags = READ_ONCE(old->flags) &
		     (NF_CT_EXPECT_PERMANENT | NF_CT_EXPECT_INACTIVE);
	if (conn->natted) {
		nat->inbound(exp, old->saved_proto.all);
		nat->peer(exp, (__force __be16)old->saved_addr.all[0]);
	} else {
		rtsp_source_watch(exp);
	}
	return exp;
}

/* A port that is not published is known as it is. */
static __be16 rtsp_published(const struct rtspnat_step *step, unsigned int i)
{
	return htons(step->published[i] ?: step->peer[i]);
}

/* An opener that has not announced a port uses any. */
static __be16 rtsp_source_port(const struct rtspnat_step *step, unsigned int i)
{
	return step->outside[i] ? htons(step->inside[i]) : 0;
}

struct nf_conntrack_expect *rtsp_expect_outbound(const struct rtsp_ask *ask,
						 unsigned int i)
{
	__be16 from = rtsp_source_port(ask->step, i);
	__be16 to = rtsp_published(ask->step, i);
	struct nf_conn *ct = ask->conn->ct;
	const struct nf_conntrack_tuple *original =
		&ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	struct nf_conntrack_expect *exp = nf_ct_expect_alloc(ct);
	union nf_inet_addr addr;

	if (!exp)
		return NULL;

	rtsp_source_return(&addr, ct, ask->step);
	nf_ct_expect_init(exp, RTSP_EXPECT_MEDIA, nf_ct_l3num(ct),
			  &original->src.u3, &addr, ask->step->protocol,
			  from ? &from : NULL, &to);
	exp->flags = NF_CT_EXPECT_PERMANENT | NF_CT_EXPECT_INACTIVE;
	if (ask->nat) {
		ask->nat->outbound(exp, htons(ask->step->outside[i]));
		ask->nat->peer(exp, htons(ask->step->peer[i]));
	}
	return exp;
}

bool rtsp_expect_is_outbound(const struct rtsp_ask *ask,
			     const struct nf_conntrack_expect *exp,
			     unsigned int i)
{
	union nf_inet_addr addr;

	rtsp_source_return(&addr, ask->conn->ct, ask->step);
	return exp->tuple.dst.protonum == ask->step->protocol &&
	       exp->tuple.dst.u.all == rtsp_published(ask->step, i) &&
	       exp->tuple.src.u.all == rtsp_source_port(ask->step, i) &&
	       nf_inet_addr_cmp(&exp->tuple.dst.u3, &addr);
}

int rtsp_expect_check_port(const struct rtsp_ask *ask,
			   const struct nf_conntrack_expect *exp)
{
	const struct net_device *dev = ask->skb->dev;

	return ask->nat && ask->nat->port_taken(exp, dev ? dev->ifindex : 0) ?
		       -EBUSY : 0;
}

/* Userspace, or the end of nf_nat_rtsp, may have taken it away. */
static bool rtsp_expect_is_listed(const struct nf_conntrack_expect *exp)
{
	const struct nf_conn_help *help = nfct_help(exp->master);
	const struct nf_conntrack_expect *i;

	lockdep_assert_held(&nf_conntrack_expect_lock);

	hlist_for_each_entry(i, &help->expectations, lnode) {
		if (i == exp)
			return true;
	}
	return false;
}

/* nf_ct_unexpect_related() marks it on some kernels and leaves it on the lists, where it
 * counts as long as it stands there: up to a minute.
 */
void rtsp_expect_unlink(struct nf_conntrack_expect *exp)
{
#ifdef NF_CT_EXPECT_DEAD
	spin_lock_bh(&nf_conntrack_expect_lock);
	if (rtsp_expect_is_listed(exp))
		nf_ct_unlink_expect_report(exp, 0, 0);
	spin_unlock_bh(&nf_conntrack_expect_lock);
#else
	nf_ct_unexpect_related(exp);
#endif
}

static int rtsp_register_each(struct nf_conntrack_expect **exp)
{
	unsigned int i;
	int ret;

	for (i = 0; i < RTSPNAT_PORTS; i++) {
		ret = exp[i] ? nf_ct_expect_related(exp[i], 0) : 0;
		if (ret < 0)
			break;
	}
	if (i == RTSPNAT_PORTS)
		return 0;

	while (i-- > 0) {
		if (exp[i])
			rtsp_expect_unlink(exp[i]);
	}
	return ret;
}

int rtsp_expect_register(struct nf_conntrack_expect **exp)
{
#ifdef HAVE_RELATED_PAIR
	if (exp[0] && exp[1] && !exp[2] && !exp[3])
		return nf_ct_expect_related_pair(exp, 0);
#endif
	return rtsp_register_each(exp);
}

bool rtsp_expect_is_registered(const struct nf_conntrack_expect *exp)
{
	return rtsp_expect_is_listed(exp) && !rtsp_expect_is_dead(exp);
}

static void rtsp_set_open(struct nf_conntrack_expect *exp, bool open)
{
	unsigned int flags = exp->flags;

	if (open)
		flags &= ~NF_CT_EXPECT_INACTIVE;
	else
		flags |= NF_CT_EXPECT_INACTIVE;
	WRITE_ONCE(exp->flags, flags);
}

/* nf_conntrack tells userspace of expectations that come and go, and not of one
 * that changes in place: conntrackd would carry it as it was to its peer.
 */
void rtsp_expect_tell(struct nf_conntrack_expect *exp,
		      enum ip_conntrack_expect_events event)
{
#if defined(CONFIG_NF_CONNTRACK_EVENTS) && defined(HAVE_EXP_EVENT)
	const struct nf_conntrack_ecache *cache =
		nf_ct_ecache_find(exp->master);
	const struct nf_exp_event item = { .exp = exp };
	const struct nf_ct_event_notifier *notify;

	rcu_read_lock();
	notify =
		rcu_dereference(nf_ct_exp_net(exp)->ct.nf_conntrack_event_cb);
	if (notify && cache && cache->expmask & BIT(event))
		notify->exp_event(BIT(event), &item);
	rcu_read_unlock();
#endif
}

/* The hash is over the destination alone, so a source may change in place; and
 * as it was reserved for any source port, there is nobody to clash with.
 */
void rtsp_expect_admit_in(const struct rtsp_ask *ask, unsigned int i)
{
	const struct rtsp_mapping *mapping = rtsp_ask_mapping(ask);
	struct nf_conntrack_expect *exp = mapping->in[i];
	__be16 port = htons(ask->step->peer[i]);

	rtsp_expect_tell(exp, IPEXP_DESTROY);
	rtsp_source_admit(exp, ask->step, mapping->any_source);
	exp->tuple.src.u.all = port;
	exp->mask.src.u.all = port ? htons(0xffff) : 0;
	if (ask->nat)
		ask->nat->peer(exp, htons(ask->step->published[i]));
	rtsp_set_open(exp, ask->step->open & BIT(i));
	rtsp_expect_tell(exp, IPEXP_NEW);
}

void rtsp_expect_admit_out(const struct rtsp_ask *ask, unsigned int i,
			   bool open)
{
	struct nf_conntrack_expect *exp = rtsp_ask_mapping(ask)->out[i];

	rtsp_expect_tell(exp, IPEXP_DESTROY);
	if (ask->nat)
		ask->nat->peer(exp, htons(ask->step->peer[i]));
	rtsp_set_open(exp, open);
	rtsp_expect_tell(exp, IPEXP_NEW);
}

/* Before it runs out, as long as somebody holds on to it. */
static void rtsp_expect_renew(struct nf_conntrack_expect *exp)
{
#ifdef HAVE_EXPECT_TIMER
	mod_timer_pending(&exp->timeout,
			  jiffies + RTSP_EXPECT_TIMEOUT * HZ);
#else
	WRITE_ONCE(exp->timeout, nfct_time_stamp + RTSP_EXPECT_TIMEOUT * HZ);
#endif
}

void rtsp_expect_renew_all(struct nf_conntrack_expect **exp)
{
	unsigned int i;

	spin_lock_bh(&nf_conntrack_expect_lock);
	for (i = 0; i < RTSPNAT_PORTS; i++) {
		if (exp[i])
			rtsp_expect_renew(exp[i]);
	}
	spin_unlock_bh(&nf_conntrack_expect_lock);
}

void rtsp_expect_drop(struct nf_conntrack_expect **slot)
{
	if (!*slot)
		return;
	rtsp_expect_unlink(*slot);
	nf_ct_expect_put(*slot);
	*slot = NULL;
}

void rtsp_expect_put(struct nf_conntrack_expect **exp)
{
	unsigned int i;

	for (i = 0; i < RTSPNAT_PORTS; i++) {
		if (exp[i])
			nf_ct_expect_put(exp[i]);
		exp[i] = NULL;
	}
}
