// SPDX-License-Identifier: GPL-2.0-only
/* Media flows: conntracks between the two ends that an expectation names. */

#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/rcupdate.h>
#include <net/netfilter/nf_conntrack_acct.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_ecache.h>
#include <net/netfilter/nf_conntrack_helper.h>
#include <net/netfilter/nf_conntrack_labels.h>

#include "flow.h"
#include "source.h"

/* A flow's timeout until its own packets set another, and after a time without any. */
#define RTSP_FLOW_TIMEOUT	(30 * HZ)

bool rtsp_flow_is_named(const struct nf_conntrack_expect *exp)
{
	return exp->tuple.dst.protonum == IPPROTO_UDP &&
	       exp->mask.src.u.all == htons(0xffff) &&
	       !rtsp_source_is_any(exp);
}

__be16 rtsp_flow_peer_port(const struct rtsp_conn *conn,
			   const struct nf_conntrack_expect *exp)
{
	__be16 published = (__force __be16)exp->saved_addr.all[0];

	return conn->natted && published ? published : exp->tuple.src.u.all;
}

bool rtsp_flow_is_over(const struct nf_conn *ct)
{
	return nf_ct_is_dying(ct) || nf_ct_is_expired(ct);
}

s32 rtsp_flow_left(const struct nf_conn *ct)
{
	return nf_ct_is_confirmed(ct) ?
		       (s32)(READ_ONCE(ct->timeout) - nfct_time_stamp) : S32_MAX;
}

u32 rtsp_flow_keep(struct nf_conn *ct)
{
	/* One less than a packet that comes in this jiffy sets: so a used flow is told apart. */
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

/* Has another router reserved the ports of this control connection, and not this one? */
static bool rtsp_is_from_elsewhere(const struct nf_conn *ct)
{
	const struct rtsp_helper *helper = rtsp_helper(ct);

	return !nf_ct_is_dying(ct) &&
	       (test_bit(RTSP_MISSED_OPENING, &helper->flags) ||
		!test_bit(RTSP_SEQ_REPLY, &helper->flags));
}

static bool rtsp_is_other_media(const struct nf_conn *ct, const struct nf_conn *master)
{
	const struct nf_conn_help *theirs, *ours;
	const void *helper;

	if (!ct->master || ct->master == master)
		return false;
	theirs = nfct_help(ct->master);
	ours = nfct_help(master);
	if (!theirs || !ours || rtsp_is_from_elsewhere(ct->master))
		return false;
	/* While the module ends, both are NULL: media of another protocol would look like ours. */
	helper = rcu_access_pointer(ours->helper);
	return helper && helper == rcu_access_pointer(theirs->helper);
}

static struct nf_conn *rtsp_flow_find(const struct nf_conn *master,
				      const struct nf_conntrack_tuple *tuple)
{
	struct nf_conntrack_tuple_hash *hash;

	hash = nf_conntrack_find_get(nf_ct_net(master), nf_ct_zone(master), tuple);
	return hash ? nf_ct_tuplehash_to_ctrack(hash) : NULL;
}

/* A flow that is older than the expectation never meets it: its packets go where the rules of that
 * time sent the first one.  So it is in the way if nobody ever answered it, or if it is media of
 * another RTSP connection, which must have given up the port.  Its next packet begins anew.
 */
void rtsp_flow_clear_way(const struct nf_conn *master,
			 const struct nf_conntrack_tuple *tuple)
{
	struct nf_conn *ct = rtsp_flow_find(master, tuple);

	if (!ct)
		return;
	if (rtsp_is_other_media(ct, master) ||
	    (!ct->master && !test_bit(IPS_SEEN_REPLY_BIT, &ct->status)))
		nf_ct_kill(ct);
	nf_ct_put(ct);
}

/* With a reference.  Whichever side has sent first: its answers have the other side's tuple. */
static struct nf_conn *rtsp_flow_of(const struct nf_conntrack_expect *exp)
{
	struct nf_conn *ct = rtsp_flow_find(exp->master, &exp->tuple);

	if (!ct || ct->master == exp->master)
		return ct;
	nf_ct_put(ct);
	return NULL;
}

/* As init_conntrack() makes one of the first packet. */
static struct nf_conn *rtsp_flow_new(const struct rtsp_conn *conn,
				     const struct nf_conntrack_expect *exp)
{
	const struct nf_nat_rtsp_hooks *nat = rtsp_nat(conn);
	struct nf_conntrack_tuple tuple = exp->tuple, reply;
	struct nf_conn *master = conn->ct, *ct;

	if (conn->natted && !nat)
		return NULL;
	tuple.dst.dir = IP_CT_DIR_ORIGINAL;
	if (!nf_ct_invert_tuple(&reply, &tuple))
		return NULL;
	ct = nf_conntrack_alloc(nf_ct_net(master), nf_ct_zone(master), &tuple,
				&reply, GFP_ATOMIC);
	if (IS_ERR(ct))
		return NULL;

	nf_ct_acct_ext_add(ct, GFP_ATOMIC);
	nf_ct_labels_ext_add(ct);
	nf_ct_ecache_ext_add(ct, 0, 0, GFP_ATOMIC);
	nf_conntrack_get(&master->ct_general);
	ct->master = master;
#ifdef CONFIG_NF_CONNTRACK_MARK
	ct->mark = READ_ONCE(master->mark);
#endif
#ifdef CONFIG_NF_CONNTRACK_SECMARK
	ct->secmark = master->secmark;
#endif
	if (nat)
		nat->follow(ct, exp);
	return ct;
}

/* Free @ct, which is not in the table, so that nobody else has seen it. */
static void rtsp_flow_free(struct nf_conn *ct)
{
	struct nf_conn *master = ct->master;

	nf_conntrack_free(ct);
	nf_ct_put(master);
}

/* NAT replaces a port that is in use by another one, but this port has been announced. */
static bool rtsp_flow_is_led_right(const struct rtsp_conn *conn,
				   const struct nf_conntrack_expect *exp,
				   struct nf_conn *ct)
{
	const struct nf_conntrack_tuple *reply = &ct->tuplehash[IP_CT_DIR_REPLY].tuple;
	struct nf_conntrack_tuple wanted = *reply;

	wanted.dst.u.all = rtsp_flow_peer_port(conn, exp);
	if (reply->dst.u.all == wanted.dst.u.all)
		return true;
	rtsp_flow_clear_way(conn->ct, &wanted);
	return false;
}

/* The caller gets a reference; NULL if another flow is in the way. */
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
	/* Assured: conntrack does not drop it for a new connection when its table is full. */
	ct->status |= IPS_EXPECTED | IPS_ASSURED | IPS_CONFIRMED;
	WRITE_ONCE(ct->timeout, nfct_time_stamp + RTSP_FLOW_TIMEOUT);
	if (nf_conntrack_hash_check_insert(ct)) {
		rtsp_flow_clear_way(conn->ct, &ct->tuplehash[IP_CT_DIR_REPLY].tuple);
		rtsp_flow_clear_way(conn->ct, &exp->tuple);
		rtsp_flow_free(ct);
		return NULL;
	}
	nf_conntrack_event(IPCT_RELATED, ct);
	return ct;
}

/* Seldom is the flow there, and then the first try fails.  It clears the way for the second. */
struct nf_conn *rtsp_flow_get(const struct rtsp_conn *conn,
			      const struct nf_conntrack_expect *exp)
{
	return rtsp_flow_try(conn, exp) ?: rtsp_flow_of(exp) ?: rtsp_flow_try(conn, exp);
}

/* The first packet of a flow that is not confirmed may be on its way through the router.  If it
 * still is not a second later, the packet was dropped.
 */
unsigned int rtsp_flows_tidy(struct rtsp_media *media)
{
	unsigned int i, count = 0;
	u8 begun = 0;

	for (i = 0; i < RTSP_SOURCES; i++) {
		struct nf_conn *ct = media->flow[i];

		if (!ct)
			continue;
		if (nf_ct_is_confirmed(ct) && !rtsp_flow_is_over(ct))
			count++;
		else if (!nf_ct_is_confirmed(ct) && !(media->begun & BIT(i)))
			begun |= BIT(i);
		else
			rtsp_flow_put(&media->flow[i]);
	}
	media->begun = begun;
	return count;
}

void rtsp_flows_forget(struct rtsp_media *media)
{
	unsigned int i;

	for (i = 0; i < RTSP_SOURCES; i++) {
		if (media->flow[i])
			rtsp_flow_put(&media->flow[i]);
	}
}

/* A packet has changed the timeout since the sweep set it: the flow may live on. */
void rtsp_flow_release(struct rtsp_media *media)
{
	if (READ_ONCE(media->flow[0]->timeout) == media->kept)
		nf_ct_kill(media->flow[0]);
	rtsp_flow_put(&media->flow[0]);
}

void rtsp_flows_release(struct rtsp_mapping *mapping)
{
	unsigned int i;

	for (i = 0; i < mapping->count; i++) {
		struct rtsp_media *media = &mapping->media[i];

		if (mapping->flows & BIT(i) && media->flow[0] &&
		    rtsp_flow_is_named(media->in))
			rtsp_flow_release(media);
		rtsp_flows_forget(media);
	}
}

static void rtsp_flow_end_of(const struct nf_conntrack_expect *exp)
{
	struct nf_conn *ct = exp ? rtsp_flow_of(exp) : NULL;

	if (!ct)
		return;
	nf_ct_kill(ct);
	nf_ct_put(ct);
}

void rtsp_flows_end(const struct rtsp_mapping *mapping)
{
	unsigned int i, j;

	for (i = 0; i < mapping->count; i++) {
		const struct rtsp_media *media = &mapping->media[i];

		for (j = 0; j < RTSP_SOURCES; j++) {
			if (media->flow[j] && nf_ct_is_confirmed(media->flow[j]))
				nf_ct_kill(media->flow[j]);
		}
		rtsp_flow_end_of(media->in);
		rtsp_flow_end_of(media->out);
	}
}
