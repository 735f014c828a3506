/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between kernels.
 *
 * Stable kernels get new interfaces ported back, so a version number says nothing: Kbuild
 * searches the kernel's headers and defines HAVE_*.  No other file may ask for one of them.
 */
#ifndef _RTSP_COMPAT_H
#define _RTSP_COMPAT_H

#include <linux/jiffies.h>
#include <linux/module.h>
#include <net/inet6_hashtables.h>
#include <net/inet_hashtables.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_ecache.h>
#include <net/netfilter/nf_conntrack_expect.h>
#include <net/netfilter/nf_conntrack_helper.h>

/* Fill in @helper.  No helper attaches by port since 6.0; kernels up to 7.1 ask for one still. */
static inline void
rtsp_compat_helper_init(struct nf_conntrack_helper *helper, const char *name,
			const struct nf_conntrack_expect_policy *policies,
			u32 class_max,
			int (*help)(struct sk_buff *skb, unsigned int protoff, struct nf_conn *ct,
				    enum ip_conntrack_info ctinfo))
{
#ifdef HAVE_HELPER_PORTS
	nf_ct_helper_init(helper, NFPROTO_UNSPEC, IPPROTO_TCP, name, 554, 554, 0, policies,
			  class_max, help, NULL, THIS_MODULE);
#else
	nf_ct_helper_init(helper, NFPROTO_UNSPEC, IPPROTO_TCP, name, policies, class_max, help,
			  NULL, THIS_MODULE);
#endif
}

/* Register @helper.  From 7.2 on conntrack registers a copy: @registered is what conntracks and
 * expectations point to, and the one to unregister later.
 */
static inline int rtsp_compat_register(struct nf_conntrack_helper *helper,
				       struct nf_conntrack_helper **registered)
{
#ifdef HAVE_HELPER_PTRS
	return nf_conntrack_helper_register(helper, registered);
#else
	*registered = helper;
	return nf_conntrack_helper_register(helper);
#endif
}

/* Make @helper watch the connection that comes by @exp.  Where there is no assign_helper,
 * exp->helper says this, and not whose expectation it is.
 */
static inline void rtsp_compat_assign_helper(struct nf_conntrack_expect *exp,
					     struct nf_conntrack_helper *helper)
{
#ifdef HAVE_ASSIGN_HELPER
	rcu_assign_pointer(exp->assign_helper, helper);
#else
	exp->helper = helper;
#endif
}

/* Does @exp point to @helper, as its owner or as the helper that watches what comes? */
static inline bool rtsp_compat_has_helper(const struct nf_conntrack_expect *exp,
					  const struct nf_conntrack_helper *helper)
{
#ifdef HAVE_ASSIGN_HELPER
	return rcu_access_pointer(exp->helper) == helper ||
	       rcu_access_pointer(exp->assign_helper) == helper;
#else
	return exp->helper == helper;
#endif
}

/* Has somebody taken @exp away?  Kernels that mark it leave it on the lists for up to a minute. */
static inline bool rtsp_compat_is_dead(const struct nf_conntrack_expect *exp)
{
#ifdef NF_CT_EXPECT_DEAD
	return READ_ONCE(exp->flags) & NF_CT_EXPECT_DEAD;
#else
	return false;
#endif
}

/* Is @exp on its master's list?  The caller holds nf_conntrack_expect_lock. */
static inline bool rtsp_compat_is_listed(const struct nf_conntrack_expect *exp)
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

/* Unregister @exp, if it is registered.  nf_ct_unexpect_related() of a kernel that marks an
 * expectation would let it count until it is collected.
 */
static inline void rtsp_compat_unexpect(struct nf_conntrack_expect *exp)
{
#ifdef NF_CT_EXPECT_DEAD
	spin_lock_bh(&nf_conntrack_expect_lock);
	if (rtsp_compat_is_listed(exp))
		nf_ct_unlink_expect_report(exp, 0, 0);
	spin_unlock_bh(&nf_conntrack_expect_lock);
#else
	nf_ct_unexpect_related(exp);
#endif
}

/* Give @exp, which is registered, @ticks more.  The caller holds nf_conntrack_expect_lock. */
static inline void rtsp_compat_renew(struct nf_conntrack_expect *exp, u32 ticks)
{
#ifdef HAVE_EXPECT_TIMER
	mod_timer_pending(&exp->timeout, jiffies + ticks);
#else
	WRITE_ONCE(exp->timeout, nfct_time_stamp + ticks);
#endif
}

/* Tell userspace of @event about @exp, as nf_ct_expect_event_report() would, which is not
 * exported.
 */
static inline void rtsp_compat_tell(struct nf_conntrack_expect *exp,
				    enum ip_conntrack_expect_events event)
{
#if defined(CONFIG_NF_CONNTRACK_EVENTS) && defined(HAVE_EXP_EVENT)
	const struct nf_conntrack_ecache *cache = nf_ct_ecache_find(exp->master);
	const struct nf_exp_event item = { .exp = exp };
	const struct nf_ct_event_notifier *notify;

	rcu_read_lock();
	notify = rcu_dereference(nf_ct_exp_net(exp)->ct.nf_conntrack_event_cb);
	if (notify && cache && cache->expmask & BIT(event))
		notify->exp_event(BIT(event), &item);
	rcu_read_unlock();
#endif
}

/* Show each conntrack of @net to @look, which returns 0 if the conntrack shall stay.  May sleep. */
static inline void rtsp_compat_look_at_all(struct net *net,
					   int (*look)(struct nf_conn *ct, void *data),
					   void *data)
{
#ifdef HAVE_ITER_DATA
	struct nf_ct_iter_data iter = { .net = net, .data = data };

	nf_ct_iterate_cleanup_net(look, &iter);
#else
	nf_ct_iterate_cleanup_net(net, look, data, 0, 0);
#endif
}

/* Does a socket listen at the destination of @t?  No reference is taken; the caller is under RCU.
 */
static inline bool rtsp_compat_listens4(struct net *net, const struct nf_conntrack_tuple *t,
					int ifindex)
{
	return inet_lookup_listener(net,
#ifdef HAVE_LISTENER_HASHINFO
				    net->ipv4.tcp_death_row.hashinfo,
#endif
				    NULL, 0, t->src.u3.ip, 0, t->dst.u3.ip, t->dst.u.tcp.port,
				    ifindex, 0);
}

#if IS_BUILTIN(CONFIG_IPV6)
static inline bool rtsp_compat_listens6(struct net *net, const struct nf_conntrack_tuple *t,
					int ifindex)
{
	return inet6_lookup_listener(net,
#ifdef HAVE_LISTENER_HASHINFO
				     net->ipv4.tcp_death_row.hashinfo,
#endif
				     NULL, 0, &t->src.u3.in6, 0, &t->dst.u3.in6,
				     ntohs(t->dst.u.tcp.port), ifindex, 0);
}
#endif

#endif /* _RTSP_COMPAT_H */
