// SPDX-License-Identifier: GPL-2.0-only
/* Ports of media flows that another router has let in. */

#include <linux/list.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack_core.h>

#include "adopted.h"
#include "ports.h"
#include "proc.h"

struct rtsp_adopted {
	struct list_head list;
	struct nf_conn *flow;		/* a reference is held */
	struct rtsp_port port[IP_CT_DIR_MAX];
};

static LIST_HEAD(rtsp_adopted);

/* Who sends in @dir sends to an address that stands for another here: the router's, or a
 * published one.
 */
static bool rtsp_adopted_is_led(const struct nf_conn *flow,
				enum ip_conntrack_dir dir)
{
	const struct nf_conntrack_tuple *master =
		&flow->master->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	const union nf_inet_addr *to = &flow->tuplehash[dir].tuple.dst.u3;

	if (nf_inet_addr_cmp(to, &flow->master->tuplehash[IP_CT_DIR_REPLY].tuple.dst.u3))
		return true;
	return flow->master->status & IPS_DST_NAT &&
	       nf_inet_addr_cmp(to, &master->dst.u3);
}

static void rtsp_adopt_port(struct rtsp_adopted *adopted,
			    enum ip_conntrack_dir dir)
{
	const struct nf_conntrack_tuple *tuple =
		&adopted->flow->tuplehash[dir].tuple;
	struct rtsp_port *port = &adopted->port[dir];

	port->ct = adopted->flow;
	port->port = tuple->dst.u.all;
	port->protocol = tuple->dst.protonum;
	port->dir = dir;
	port->adopted = true;
	/* Somebody may hold it already, who was here first. */
	rtsp_port_hold(port);
}

void rtsp_adopt(struct nf_conn *flow)
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

bool rtsp_adopted_reap(void)
{
	struct rtsp_adopted *adopted, *next;

	list_for_each_entry_safe(adopted, next, &rtsp_adopted, list) {
		if (nf_ct_is_dying(adopted->flow) ||
		    nf_ct_is_expired(adopted->flow))
			rtsp_adopted_free(adopted);
		cond_resched();
	}
	return !list_empty(&rtsp_adopted);
}

void rtsp_adopted_forget(const struct net *net)
{
	struct rtsp_adopted *adopted, *next;

	list_for_each_entry_safe(adopted, next, &rtsp_adopted, list) {
		if (!net || net_eq(nf_ct_net(adopted->flow), net))
			rtsp_adopted_free(adopted);
	}
}
