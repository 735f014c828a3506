// SPDX-License-Identifier: GPL-2.0-only
/* Media flows of a mapping.
 *
 * An expectation is a place in a small table that all helpers share, and everybody's new
 * flows are compared with it.  So it gives way to the flow that it announces.
 */

#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/rcupdate.h>
#include <net/netfilter/nf_conntrack_acct.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_ecache.h>
#include <net/netfilter/nf_conntrack_helper.h>
#include <net/netfilter/nf_conntrack_labels.h>

#include "arrival.h"
#include "expect.h"
#include "flow.h"
#include "host.h"
#include "proc.h"
#include "source.h"
#include "way.h"

static bool rtsp_flow_is_over(const struct nf_conn *ct)
{
	return nf_ct_is_dying(ct) || nf_ct_is_expired(ct);
}

/* In jiffies.  One that is not confirmed has just begun, or has been dropped. */
s32 rtsp_flow_left(const struct nf_conn *ct)
{
	return nf_ct_is_confirmed(ct) ?
		       (s32)(READ_ONCE(ct->timeout) - nfct_time_stamp) : S32_MAX;
}

static void rtsp_flow_extensions(struct nf_conn *ct)
{
	nf_ct_acct_ext_add(ct, GFP_ATOMIC);
	nf_ct_labels_ext_add(ct);
	nf_ct_ecache_ext_add(ct, 0, 0, GFP_ATOMIC);
}

/* As init_conntrack() makes one of the first packet. */
static struct nf_conn *rtsp_flow_new(const struct rtsp_conn *conn,
				     const struct nf_conntrack_expect *exp)
{
	const struct nf_nat_rtsp_hooks *nat;
	struct nf_conntrack_tuple tuple = exp->tuple, reply;
	struct nf_conn *master = conn->ct, *ct;

	nat = rcu_dereference(nf_nat_rtsp_hooks);
	if (conn->natted && !nat)
		return NULL;
	tuple.dst.dir = IP_CT_DIR_ORIGINAL;
	if (!nf_ct_invert_tuple(&reply, &tuple))
		return NULL;
	ct = nf_conntrack_alloc(nf_ct_net(master), nf_ct_zone(master), &tuple,
				&reply, GFP_ATOMIC);
	if (IS_ERR(ct))
		return NULL;

	rtsp_flow_extensions(ct);
	nf_conntrack_get(&master->ct_general);
	ct->master = master;
#ifdef CONFIG_NF_CONNTRACK_MARK
	ct->mark = READ_ONCE(master->mark);
#endif
#ifdef CONFIG_NF_CONNTRACK_SECMARK
	ct->secmark = master->secmark;
#endif
	if (conn->natted)
		nat->follow(ct, exp);
	return ct;
}

/* Nobody else has seen it. */
static void rtsp_flow_free(struct nf_conn *ct)
{
	struct nf_conn *master = ct->master;

	nf_conntrack_free(ct);
	nf_ct_put(master);
}

/* The other end of what the peer sends, to which the opener's own packets go. */
static __be16 rtsp_flow_peer_port(const struct rtsp_conn *conn,
				  const struct nf_conntrack_expect *exp)
{
	__be16 published = (__force __be16)exp->saved_addr.all[0];

	return conn->natted && published ? published : exp->tuple.src.u.all;
}

/* NAT takes another port for one that is in use, but this one has been announced. */
static bool rtsp_flow_is_led_right(const struct rtsp_conn *conn,
				   const struct nf_conntrack_expect *exp,
				   struct nf_conn *ct)
{
	const struct nf_conntrack_tuple *reply =
		&ct->tuplehash[IP_CT_DIR_REPLY].tuple;
	struct nf_conntrack_tuple wanted = *reply;

	wanted.dst.u.all = rtsp_flow_peer_port(conn, exp);
	if (reply->dst.u.all == wanted.dst.u.all)
		return true;
	rtsp_way_clear(conn->ct, &wanted);
	return false;
}

/* The caller has a reference to what it returns; NULL if somebody is in the way who may be. */
static struct nf_conn *rtsp_flow_try(const struct rtsp_conn *conn,
				     const struct nf_conntrack_expect *exp)
{
	struct nf_conn *ct = rtsp_flow_new(conn, exp);

	if (!ct)
		return NULL;
	if (!rtsp_flow_is_led_right(conn, exp, ct)) {
		rtsp_flow_free(ct);
		return NULL;
	}
	/* Assured: it is not dropped for somebody who knocks when the table is full. */
	ct->status |= IPS_EXPECTED | IPS_ASSURED | IPS_CONFIRMED;
	WRITE_ONCE(ct->timeout, nfct_time_stamp + RTSP_FLOW_TIMEOUT);
	if (nf_conntrack_hash_check_insert(ct)) {
		rtsp_way_clear(conn->ct,
			       &ct->tuplehash[IP_CT_DIR_REPLY].tuple);
		rtsp_way_clear(conn->ct, &exp->tuple);
		rtsp_flow_free(ct);
		return NULL;
	}
	nf_conntrack_event(IPCT_RELATED, ct);
	return ct;
}

/* What is in the way is found by the first try. */
static struct nf_conn *rtsp_flow_get(const struct rtsp_conn *conn,
				     const struct nf_conntrack_expect *exp)
{
	return rtsp_way_flow(exp) ?:
	       rtsp_flow_try(conn, exp) ?:
	       rtsp_flow_try(conn, exp);
}

u32 rtsp_flow_keep(struct nf_conn *ct)
{
	/* A packet that comes later sets a later one. */
	u32 timeout = nfct_time_stamp + RTSP_FLOW_TIMEOUT - 1;

	if (!test_bit(IPS_FIXED_TIMEOUT_BIT, &ct->status))
		WRITE_ONCE(ct->timeout, timeout);
	return timeout;
}

void rtsp_flow_put(struct nf_conn **slot)
{
	nf_ct_put(*slot);
	*slot = NULL;
}

/* Those that came by the expectation while it named less. */
static void rtsp_flow_forget(struct rtsp_media *media, unsigned int i)
{
	unsigned int j;

	for (j = 0; j < RTSP_SOURCES; j++) {
		if (media->flow[i][j])
			rtsp_flow_put(&media->flow[i][j]);
	}
}

/* Those that have ended, or whose first packet was dropped.  Returns how many are left. */
unsigned int rtsp_flow_tidy(struct rtsp_media *media, unsigned int i)
{
	unsigned int j, count = 0;

	for (j = 0; j < RTSP_SOURCES; j++) {
		struct nf_conn *ct = media->flow[i][j];

		if (!ct)
			continue;
		if (!nf_ct_is_confirmed(ct) || rtsp_flow_is_over(ct))
			rtsp_flow_put(&media->flow[i][j]);
		else
			count++;
	}
	return count;
}

/* All of it is known. */
static bool rtsp_flow_is_named(const struct nf_conntrack_expect *exp)
{
	return exp->tuple.dst.protonum == IPPROTO_UDP &&
	       exp->mask.src.u.all == htons(0xffff) &&
	       !rtsp_source_is_any(exp);
}

/* It may come, too. */
static bool rtsp_flow_is_announced(const struct nf_conntrack_expect *exp)
{
	return rtsp_flow_is_named(exp) &&
	       !(READ_ONCE(exp->flags) & NF_CT_EXPECT_INACTIVE);
}

void rtsp_flow_unlist(struct rtsp_conn *conn, struct rtsp_mapping *mapping,
		      unsigned int i)
{
	rtsp_expect_unlink(mapping->in[i]);
	mapping->flows |= BIT(i);
	rtsp_mapping_count(conn, mapping);
}

bool rtsp_flow_make(struct rtsp_conn *conn, struct rtsp_mapping *mapping,
		    unsigned int i)
{
	struct nf_conntrack_expect *exp = mapping->in[i];
	struct nf_conn *ct;

	if (!exp || !rtsp_flow_is_announced(exp))
		return false;
	ct = rtsp_flow_get(conn, exp);
	if (!ct)
		return false;
	rtsp_flow_forget(mapping->media, i);
	mapping->media->flow[i][0] = ct;
	mapping->media->kept[i] = rtsp_flow_keep(ct);
	rtsp_expect_drop(&mapping->out[i]);
	rtsp_flow_unlist(conn, mapping, i);
	return true;
}

bool rtsp_flow_is(const struct rtsp_ask *ask, unsigned int i)
{
	const struct rtsp_mapping *mapping = rtsp_ask_mapping(ask);
	const struct rtspnat_step *step = ask->step;
	__be16 far = htons(step->published[i] ?: step->peer[i]);

	return mapping->flows & BIT(i) && step->open & BIT(i) &&
	       (rtsp_flow_is_named(mapping->in[i]) ||
		mapping->streams == step->streams) &&
	       mapping->in[i]->tuple.src.u.all == htons(step->peer[i]) &&
	       rtsp_flow_peer_port(ask->conn, mapping->in[i]) == far;
}

/* What has been used lately may live on, and what has not is closed. */
static void rtsp_flow_end(struct rtsp_media *media, unsigned int i)
{
	struct nf_conn *ct = media->flow[i][0];

	if (READ_ONCE(ct->timeout) == media->kept[i])
		nf_ct_kill(ct);
	rtsp_flow_put(&media->flow[i][0]);
}

/* One that was registered once is not registered again: a kernel may have marked it. */
int rtsp_flow_relist(struct rtsp_conn *conn, struct rtsp_mapping *mapping,
		     unsigned int i)
{
	struct nf_conntrack_expect *exp;
	int err;

	if (!rtsp_host_may_expect(conn, 1))
		return -EDQUOT;
	exp = rtsp_expect_again(conn, mapping->in[i]);
	if (!exp)
		return -ENOMEM;
	err = nf_ct_expect_related(exp, 0);
	if (err) {
		nf_ct_expect_put(exp);
		return err;
	}
	nf_ct_expect_put(mapping->in[i]);
	mapping->in[i] = exp;
	mapping->media->sent[i] = 0;
	mapping->flows &= ~BIT(i);
	rtsp_mapping_count(conn, mapping);
	return 0;
}

int rtsp_flow_undo(struct rtsp_conn *conn, struct rtsp_mapping *mapping,
		   unsigned int i)
{
	struct nf_conntrack_expect *exp = mapping->in[i];

	if (rtsp_flow_is_named(exp) && mapping->media->flow[i][0])
		rtsp_flow_end(mapping->media, i);
	exp->flags |= NF_CT_EXPECT_INACTIVE;
	exp->tuple.src.u.all = 0;
	exp->mask.src.u.all = 0;
	return rtsp_flow_relist(conn, mapping, i);
}

/* Somebody has ended it: it comes back at once, or, as long as that cannot be, the
 * expectation does.
 */
static void rtsp_flow_go_on(struct rtsp_conn *conn,
			    struct rtsp_mapping *mapping, unsigned int i)
{
	struct rtsp_media *media = mapping->media;
	struct nf_conn *ct = media->flow[i][0];

	if (mapping->flows & BIT(i) && ct && !rtsp_flow_is_over(ct)) {
		if (rtsp_flow_left(ct) < RTSP_FLOW_LEFT)
			media->kept[i] = rtsp_flow_keep(ct);
		return;
	}
	rtsp_flow_tidy(media, i);
	if (!rtsp_flow_make(conn, mapping, i) && mapping->flows & BIT(i))
		rtsp_flow_relist(conn, mapping, i);
}

/* Of a mapping that is live, or lingers. */
static void rtsp_mapping_flows_on(struct rtsp_conn *conn,
				  struct rtsp_mapping *mapping)
{
	unsigned int i;

	for (i = 0; i < RTSPNAT_PORTS; i++) {
		if (!mapping->in[i])
			continue;
		if (rtsp_flow_is_announced(mapping->in[i]))
			rtsp_flow_go_on(conn, mapping, i);
		else
			rtsp_arrivals_on(conn, mapping, i);
	}
}

void rtsp_flows_on(struct rtsp_conn *conn)
{
	unsigned int i;

	rcu_read_lock();
	for (i = 0; i < RTSP_MAPPINGS; i++) {
		if (conn->mapping[i].state > RTSP_MAPPING_RESERVED)
			rtsp_mapping_flows_on(conn, &conn->mapping[i]);
	}
	rcu_read_unlock();
}

void rtsp_flows_let_go(struct rtsp_mapping *mapping)
{
	struct rtsp_media *media = mapping->media;
	unsigned int i;

	for (i = 0; i < RTSPNAT_PORTS; i++) {
		if (mapping->flows & BIT(i) && media->flow[i][0] &&
		    rtsp_flow_is_named(mapping->in[i]))
			rtsp_flow_end(media, i);
		rtsp_flow_forget(media, i);
	}
}

static void rtsp_flow_kill(struct nf_conn *ct)
{
	if (ct && nf_ct_is_confirmed(ct))
		nf_ct_kill(ct);
}

void rtsp_flows_end(const struct rtsp_mapping *mapping)
{
	unsigned int i, j;

	for (i = 0; i < RTSPNAT_PORTS; i++) {
		for (j = 0; j < RTSP_SOURCES; j++)
			rtsp_flow_kill(mapping->media->flow[i][j]);
		if (mapping->in[i])
			rtsp_way_end_flow(mapping->in[i]);
		if (mapping->out[i])
			rtsp_way_end_flow(mapping->out[i]);
	}
}
