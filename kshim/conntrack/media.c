// SPDX-License-Identifier: GPL-2.0-only
/* Media flows in the place of expectations, as time passes.
 *
 * Where the reply names no port of the peer, flows come by the expectation (arrival.c).  Once as
 * many as there are streams have sent for some seconds, the expectation gives up its place, until
 * one of them falls silent.
 */

#include <net/netfilter/nf_conntrack_core.h>

#include "../compat.h"
#include "expect.h"
#include "flow.h"
#include "mapping.h"
#include "media.h"
#include "quota.h"

/* Long enough that one forged packet ahead of the stream does not stand for it. */
#define RTSP_ARRIVAL_SECONDS	4
/* A silent sender may go on from another port.  Reports have 6.2 seconds between them at most
 * (RFC 3550 section 6.3.1).
 */
#define RTSP_ARRIVAL_SILENCE	9

/* Does @exp wait for packets, and does it name both ends? */
static bool rtsp_media_is_announced(const struct nf_conntrack_expect *exp)
{
	return rtsp_flow_is_named(exp) && rtsp_expect_is_open(exp);
}

/* Flows stand for the expectation of port @i from now on. */
static void rtsp_media_unlist(struct rtsp_conn *conn,
			      struct rtsp_mapping *mapping, unsigned int i)
{
	rtsp_compat_unexpect(mapping->in[i]);
	mapping->flows |= BIT(i);
	rtsp_mapping_count(conn, mapping);
}

/* Register a new expectation like the old one, which is not registered again: some kernels have
 * marked it as dead.
 */
static int rtsp_media_relist(struct rtsp_conn *conn,
			     struct rtsp_mapping *mapping, unsigned int i)
{
	struct nf_conntrack_expect *exp;
	int err;

	if (!rtsp_quota_allows(conn->host, RTSP_QUOTA_EXPECTED, 1))
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

bool rtsp_media_make(struct rtsp_conn *conn, struct rtsp_mapping *mapping, unsigned int i)
{
	struct nf_conntrack_expect *exp = mapping->in[i];
	struct nf_conn *ct;

	if (!exp || !rtsp_media_is_announced(exp))
		return false;
	ct = rtsp_flow_get(conn, exp);
	if (!ct)
		return false;
	/* Other flows came by the expectation while it named less. */
	rtsp_flows_forget(mapping->media, i);
	mapping->media->flow[i][0] = ct;
	mapping->media->kept[i] = rtsp_flow_keep(ct);
	rtsp_expect_drop(&mapping->out[i]);
	rtsp_media_unlist(conn, mapping, i);
	return true;
}

bool rtsp_media_is(const struct rtsp_ask *ask, unsigned int i)
{
	const struct rtsp_mapping *mapping = rtsp_ask_mapping(ask);
	const struct rtspnat_step *step = ask->step;
	__be16 far = htons(step->published[i] ?: step->peer[i]);

	return rtsp_media_has(mapping, i) && step->open & BIT(i) &&
	       (rtsp_flow_is_named(mapping->in[i]) ||
		mapping->streams == step->streams) &&
	       mapping->in[i]->tuple.src.u.all == htons(step->peer[i]) &&
	       rtsp_flow_peer_port(ask->conn, mapping->in[i]) == far;
}

int rtsp_media_undo(struct rtsp_conn *conn, struct rtsp_mapping *mapping, unsigned int i)
{
	struct nf_conntrack_expect *exp = mapping->in[i];

	if (rtsp_flow_is_named(exp) && mapping->media->flow[i][0])
		rtsp_flow_release(mapping->media, i);
	exp->flags |= NF_CT_EXPECT_INACTIVE;
	exp->tuple.src.u.all = 0;
	exp->mask.src.u.all = 0;
	return rtsp_media_relist(conn, mapping, i);
}

/* A flow that somebody has ended is made anew at once; while that cannot be, its expectation is
 * registered again.
 */
static void rtsp_flow_on(struct rtsp_conn *conn, struct rtsp_mapping *mapping,
			 unsigned int i)
{
	struct rtsp_media *media = mapping->media;
	struct nf_conn *ct = media->flow[i][0];

	if (rtsp_media_has(mapping, i) && ct && !rtsp_flow_is_over(ct)) {
		if (rtsp_flow_left(ct) < RTSP_FLOW_LEFT)
			media->kept[i] = rtsp_flow_keep(ct);
		return;
	}
	rtsp_flows_tidy(media, i);
	if (!rtsp_media_make(conn, mapping, i) && rtsp_media_has(mapping, i))
		rtsp_media_relist(conn, mapping, i);
}

/* Every packet sets the timeout of its flow anew: that tells whether any flow has sent. */
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

/* Are there @count flows, as many as streams, and is none of them silent? */
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

/* The table has no place for the expectation, so the flows must not run out. */
static void rtsp_arrivals_keep(struct rtsp_media *media, unsigned int i)
{
	unsigned int j;

	for (j = 0; j < RTSP_SOURCES; j++) {
		struct nf_conn *ct = media->flow[i][j];

		if (ct && rtsp_flow_left(ct) < RTSP_FLOW_LEFT)
			rtsp_flow_keep(ct);
	}
}

/* Of a port for which the reply has not named both ends: its expectation is registered unless all
 * flows that it waits for are under way.
 */
static void rtsp_arrivals_on(struct rtsp_conn *conn,
			     struct rtsp_mapping *mapping, unsigned int i)
{
	const struct nf_conntrack_expect *exp = mapping->in[i];
	struct rtsp_media *media = mapping->media;
	unsigned int count = rtsp_flows_tidy(media, i);
	bool all = rtsp_arrivals_are_all(mapping, i, count);

	rtsp_arrivals_listen(media, i);
	if (rtsp_media_has(mapping, i)) {
		if ((!all || media->silent[i] >= RTSP_ARRIVAL_SILENCE) &&
		    rtsp_media_relist(conn, mapping, i))
			rtsp_arrivals_keep(media, i);
		return;
	}
	if (!all || exp->tuple.dst.protonum != IPPROTO_UDP || !rtsp_expect_is_open(exp))
		media->sent[i] = 0;
	else if (media->sent[i] >= RTSP_ARRIVAL_SECONDS)
		rtsp_media_unlist(conn, mapping, i);
}

static void rtsp_mapping_on(struct rtsp_conn *conn, struct rtsp_mapping *mapping)
{
	unsigned int i;

	for (i = 0; i < RTSPNAT_PORTS; i++) {
		if (!mapping->in[i])
			continue;
		if (rtsp_media_is_announced(mapping->in[i]))
			rtsp_flow_on(conn, mapping, i);
		else
			rtsp_arrivals_on(conn, mapping, i);
	}
}

void rtsp_media_on(struct rtsp_conn *conn)
{
	struct rtsp_mapping *mapping;
	unsigned int i;

	for (i = 0; (mapping = rtsp_mapping_next(conn, &i)); i++) {
		if (mapping->state > RTSP_MAPPING_RESERVED)
			rtsp_mapping_on(conn, mapping);
	}
}
