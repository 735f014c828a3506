// SPDX-License-Identifier: GPL-2.0-only
/* Flows that come by an expectation.
 *
 * Without the peer's port in it each source port is another flow, and anybody can write
 * the peer's address.  A few are let in at a time.  Once there are as many as streams and
 * they have sent for some seconds, the expectation gives its place in the table up, until one
 * of them falls silent.
 */

#include <net/netfilter/nf_conntrack_core.h>

#include "arrival.h"
#include "flow.h"
#include "proc.h"

/* A free place, or that of the one that has been silent for longest. */
static struct nf_conn **rtsp_arrival_place(struct rtsp_media *media,
					   unsigned int i)
{
	struct nf_conn **place = &media->flow[i][0];
	unsigned int j;

	for (j = 0; j < RTSP_SOURCES; j++) {
		struct nf_conn **other = &media->flow[i][j];

		if (!*other)
			return other;
		if (rtsp_flow_left(*other) < rtsp_flow_left(*place))
			place = other;
	}
	return place;
}

static void rtsp_arrival_add(struct rtsp_conn *conn, struct nf_conn *ct,
			     struct rtsp_media *media, unsigned int i)
{
	struct nf_conn **place = rtsp_arrival_place(media, i);

	if (*place) {
		if (nf_ct_is_confirmed(*place) && nf_ct_kill(*place))
			rtsp_count(nf_ct_net(conn->ct), RTSP_SOURCE_REPLACED);
		rtsp_flow_put(place);
	}
	nf_conntrack_get(&ct->ct_general);
	*place = ct;
}

/* Long enough that one forged packet ahead of the stream does not stand for it. */
#define RTSP_ARRIVAL_SECONDS	4
/* The sender may go on from another port.  Reports have 6.2 seconds between them at most
 * (RFC 3550 section 6.3.1).
 */
#define RTSP_ARRIVAL_SILENCE	9

/* Every packet sets a timeout anew. */
static void rtsp_arrivals_listen(struct rtsp_media *media, unsigned int i)
{
	u32 before = media->kept[i];
	unsigned int j;

	media->kept[i] = 0;
	for (j = 0; j < RTSP_SOURCES; j++) {
		if (media->flow[i][j])
			media->kept[i] += READ_ONCE(media->flow[i][j]->timeout);
	}
	if (media->kept[i] != before) {
		media->silent[i] = 0;
		media->sent[i] = min(media->sent[i] + 1, U8_MAX);
	} else {
		media->silent[i] = min(media->silent[i] + 1, U8_MAX);
	}
}

/* As many as there are streams, and none of them silent. */
static bool rtsp_arrivals_are_all(const struct rtsp_mapping *mapping,
				  unsigned int i, unsigned int count)
{
	struct nf_conn *const *flow = mapping->media->flow[i];
	unsigned int j;

	for (j = 0; j < RTSP_SOURCES; j++) {
		if (flow[j] && rtsp_flow_left(flow[j]) < RTSP_FLOW_LEFT)
			return false;
	}
	return count && count == mapping->streams;
}

/* Where the table has no place for the expectation, they stay. */
static void rtsp_arrivals_keep(struct rtsp_media *media, unsigned int i)
{
	unsigned int j;

	for (j = 0; j < RTSP_SOURCES; j++) {
		struct nf_conn *ct = media->flow[i][j];

		if (ct && rtsp_flow_left(ct) < RTSP_FLOW_LEFT)
			rtsp_flow_keep(ct);
	}
}

static bool rtsp_arrivals_are_awaited(const struct nf_conntrack_expect *exp)
{
	return exp->tuple.dst.protonum == IPPROTO_UDP &&
	       !(READ_ONCE(exp->flags) & NF_CT_EXPECT_INACTIVE);
}

void rtsp_arrivals_on(struct rtsp_conn *conn, struct rtsp_mapping *mapping,
		      unsigned int i)
{
	struct rtsp_media *media = mapping->media;
	unsigned int count = rtsp_flow_tidy(media, i);
	bool all = rtsp_arrivals_are_all(mapping, i, count);

	rtsp_arrivals_listen(media, i);
	if (mapping->flows & BIT(i)) {
		if ((!all || media->silent[i] >= RTSP_ARRIVAL_SILENCE) &&
		    rtsp_flow_relist(conn, mapping, i))
			rtsp_arrivals_keep(media, i);
		return;
	}
	if (!all || !rtsp_arrivals_are_awaited(mapping->in[i]))
		media->sent[i] = 0;
	else if (media->sent[i] >= RTSP_ARRIVAL_SECONDS)
		rtsp_flow_unlist(conn, mapping, i);
}

static void rtsp_arrival_find(struct rtsp_conn *conn, struct nf_conn *ct,
			      const struct nf_conntrack_expect *exp)
{
	unsigned int i, j;

	for (i = 0; i < RTSP_MAPPINGS; i++) {
		const struct rtsp_mapping *mapping = &conn->mapping[i];

		for (j = 0; j < RTSPNAT_PORTS; j++) {
			if (mapping->in[j] == exp)
				rtsp_arrival_add(conn, ct, mapping->media, j);
		}
	}
}

void rtsp_arrival(struct nf_conn *ct, const struct nf_conntrack_expect *exp)
{
	const struct rtsp_helper *helper = rtsp_helper(exp->master);
	struct rtsp_conn *conn = helper ? rcu_dereference(helper->conn) : NULL;

	if (!conn)
		return;
	spin_lock_bh(&conn->lock);
	if (!conn->dead)
		rtsp_arrival_find(conn, ct, exp);
	spin_unlock_bh(&conn->lock);
}
