// SPDX-License-Identifier: GPL-2.0-only
/* Takes over connections that another router followed, which is gone.
 *
 * conntrackd has made them and their media flows anew, with their NAT.  Media play on by
 * themselves.  This file reads on in the control connection, and holds the ports of the flows, for
 * which there is no mapping here.
 */

#include <linux/list.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "../compat.h"
#include "carried.h"
#include "conn.h"
#include "ports.h"
#include "stats.h"

/* A control connection of which nobody knows whether it has media, with a reference; or NULL.  To
 * find out takes a look at the whole table, and anybody may ask for one: so there is one at a time,
 * and one a second.
 */
static struct nf_conn *rtsp_doubtful;

struct rtsp_adopted {
	struct list_head list;
	struct nf_conn *flow;		/* a reference is held */
	struct rtsp_port port[IP_CT_DIR_MAX];
};

/* The sweep alone walks the list, in process context; its mutex guards it. */
static LIST_HEAD(rtsp_adopted);

/* Do packets in @dir go to an address that NAT replaces: the router's, or a published one? */
static bool rtsp_adopted_is_led(const struct nf_conn *flow, enum ip_conntrack_dir dir)
{
	const struct nf_conntrack_tuple *master =
		&flow->master->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	const union nf_inet_addr *to = &flow->tuplehash[dir].tuple.dst.u3;

	if (nf_inet_addr_cmp(to, &flow->master->tuplehash[IP_CT_DIR_REPLY].tuple.dst.u3))
		return true;
	return flow->master->status & IPS_DST_NAT &&
	       nf_inet_addr_cmp(to, &master->dst.u3);
}

static void rtsp_adopt_port(struct rtsp_adopted *adopted, enum ip_conntrack_dir dir)
{
	const struct nf_conntrack_tuple *tuple = &adopted->flow->tuplehash[dir].tuple;
	struct rtsp_port *port = &adopted->port[dir];

	port->ct = adopted->flow;
	port->port = tuple->dst.u.all;
	port->protocol = tuple->dst.protonum;
	port->dir = dir;
	port->adopted = true;
	/* It fails if another connection was here first and holds it. */
	rtsp_port_hold(port);
}

/* Hold the ports of @flow as long as it is there.  Atomic. */
static void rtsp_adopt(struct nf_conn *flow)
{
	struct rtsp_adopted *adopted;
	unsigned int dir;

	adopted = kzalloc(sizeof(*adopted), GFP_ATOMIC | __GFP_NOWARN);
	if (!adopted) {
		rtsp_count(nf_ct_net(flow), RTSP_NO_MEMORY);
		return;
	}
	nf_conntrack_get(&flow->ct_general);
	adopted->flow = flow;
	for (dir = 0; dir < IP_CT_DIR_MAX; dir++) {
		if (rtsp_adopted_is_led(flow, dir))
			rtsp_adopt_port(adopted, dir);
	}
	list_add_tail(&adopted->list, &rtsp_adopted);
}

static void rtsp_adopted_free(struct rtsp_adopted *adopted)
{
	unsigned int dir;

	list_del(&adopted->list);
	for (dir = 0; dir < IP_CT_DIR_MAX; dir++)
		rtsp_port_let_go(&adopted->port[dir]);
	nf_ct_put(adopted->flow);
	kfree(adopted);
}

struct rtsp_look {
	const struct nf_conn *master;
	bool found;
};

/* Returns 0, so that @ct does not end. */
static int rtsp_look_at(struct nf_conn *ct, void *data)
{
	struct rtsp_look *look = data;

	if (READ_ONCE(ct->master) == look->master) {
		look->found = true;
		rtsp_adopt(ct);
	}
	return 0;
}

static void rtsp_carried_know(struct rtsp_helper *helper, bool carried)
{
	assign_bit(RTSP_CARRIED, &helper->flags, carried);
	smp_mb__before_atomic();	/* pairs with rtsp_is_carried() */
	set_bit(RTSP_LOOKED, &helper->flags);
}

bool rtsp_carried_on(void)
{
	struct nf_conn *ct = xchg(&rtsp_doubtful, NULL);
	struct rtsp_helper *helper = ct ? rtsp_helper(ct) : NULL;
	struct rtsp_adopted *adopted, *next;
	struct rtsp_look look = { .master = ct };

	if (helper) {
		rtsp_compat_look_at_all(nf_ct_net(ct), rtsp_look_at, &look);
		rtsp_carried_know(helper, look.found);
	}
	if (ct)
		nf_ct_put(ct);
	list_for_each_entry_safe(adopted, next, &rtsp_adopted, list) {
		if (nf_ct_is_dying(adopted->flow) || nf_ct_is_expired(adopted->flow))
			rtsp_adopted_free(adopted);
		cond_resched();
	}
	return !list_empty(&rtsp_adopted);
}

void rtsp_carried_forget(const struct net *net)
{
	struct nf_conn *ct = READ_ONCE(rtsp_doubtful);
	struct rtsp_adopted *adopted, *next;

	if (ct && (!net || net_eq(nf_ct_net(ct), net)) &&
	    cmpxchg(&rtsp_doubtful, ct, NULL) == ct)
		nf_ct_put(ct);
	list_for_each_entry_safe(adopted, next, &rtsp_adopted, list) {
		if (!net || net_eq(nf_ct_net(adopted->flow), net))
			rtsp_adopted_free(adopted);
	}
}

static void rtsp_carried_ask(const struct rtsp_packet *pkt)
{
	struct nf_conn *ct = pkt->ct;

	if (!hlist_empty(&nfct_help(ct)->expectations)) {
		rtsp_carried_know(pkt->helper, true);
		return;
	}
	if (READ_ONCE(rtsp_doubtful))
		return;
	nf_conntrack_get(&ct->ct_general);
	if (cmpxchg(&rtsp_doubtful, NULL, ct))
		nf_ct_put(ct);
	else
		rtsp_sweep_later();
}

/* Has another router let in media for it? */
static bool rtsp_is_carried(const struct rtsp_helper *helper)
{
	if (!test_bit(RTSP_LOOKED, &helper->flags))
		return false;
	smp_rmb();	/* pairs with rtsp_carried_know() */
	return test_bit(RTSP_CARRIED, &helper->flags);
}

static bool rtsp_begins_reply(const struct rtsp_packet *pkt)
{
	static const char version[] = "RTSP/";
	char copy[sizeof(version) - 1];
	const char *text;

	if (pkt->end - pkt->dataoff < sizeof(copy))
		return false;
	text = skb_header_pointer(pkt->skb, pkt->dataoff, sizeof(copy), copy);
	return text && !memcmp(text, version, sizeof(copy));
}

/* A reply acknowledges its request, and the next request acknowledges the reply and nothing behind
 * it: there a message begins.  If text became longer on the other router, the numbers here are not
 * those of the sender, and never fit.
 */
static bool rtsp_is_in_step(const struct rtsp_packet *pkt, const struct tcphdr *th)
{
	struct rtsp_helper *helper = pkt->helper;
	u32 *first_seq = helper->first_seq;
	u32 seq = ntohl(th->seq), ack = ntohl(th->ack_seq);
	bool in_step = false;

	spin_lock_bh(&pkt->ct->lock);
	if (CTINFO2DIR(pkt->ctinfo) == IP_CT_DIR_ORIGINAL) {
		in_step = rtsp_is_carried(helper) &&
			  test_bit(RTSP_SEQ_REPLY, &helper->flags) &&
			  seq == first_seq[IP_CT_DIR_ORIGINAL] &&
			  ack == first_seq[IP_CT_DIR_REPLY];
		if (in_step) {
			smp_mb__before_atomic();	/* pairs with rtsp_saw_opening() */
			set_bit(RTSP_SEQ_ORIGINAL, &helper->flags);
		}
	} else if (!test_bit(RTSP_SEQ_ORIGINAL, &helper->flags)) {
		assign_bit(RTSP_SEQ_REPLY, &helper->flags, rtsp_begins_reply(pkt));
		WRITE_ONCE(first_seq[IP_CT_DIR_ORIGINAL], ack);
		WRITE_ONCE(first_seq[IP_CT_DIR_REPLY], seq + pkt->end - pkt->dataoff);
	}
	spin_unlock_bh(&pkt->ct->lock);
	return in_step;
}

bool rtsp_carried_segment(const struct rtsp_packet *pkt, const struct tcphdr *th)
{
	if (!test_bit(RTSP_LOOKED, &pkt->helper->flags))
		rtsp_carried_ask(pkt);
	else if (!rtsp_is_carried(pkt->helper))
		return false;
	if (!rtsp_is_in_step(pkt, th))
		return false;
	rtsp_count(nf_ct_net(pkt->ct), RTSP_PICKED_UP);
	return true;
}
