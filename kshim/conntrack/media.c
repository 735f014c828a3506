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
static void rtsp_media_unlist(struct rtsp_mapping *mapping, unsigned int i)
{
	rtsp_compat_unexpect(mapping->media[i].in);
	mapping->flows |= BIT(i);
}

/* Register a new expectation like the old one, which is not registered again: some kernels have
 * marked it as dead.
 */
static int rtsp_media_relist(struct rtsp_conn *conn,
			     struct rtsp_mapping *mapping, unsigned int i)
{
	struct rtsp_media *media = &mapping->media[i];
	struct nf_conntrack_expect *exp;
	int err;

	if (!rtsp_quota_allows(conn->host, RTSP_QUOTA_EXPECTED, 1))
		return -EDQUOT;
	exp = rtsp_expect_again(conn, media->in);
	if (!exp)
		return -ENOMEM;
	err = nf_ct_expect_related(exp, 0);
	if (err) {
		nf_ct_expect_put(exp);
		return err;
	}
	nf_ct_expect_put(media->in);
	media->in = exp;
	media->sent = 0;
	mapping->flows &= ~BIT(i);
	rtsp_mapping_count(conn);
	return 0;
}

bool rtsp_media_make(struct rtsp_conn *conn, struct rtsp_mapping *mapping, unsigned int i)
{
	struct rtsp_media *media = &mapping->media[i];
	struct nf_conn *ct;

	if (!media->in || !rtsp_media_is_announced(media->in))
		return false;
	ct = rtsp_flow_get(conn, media->in);
	if (!ct)
		return false;
	/* Other flows came by the expectation while it named less. */
	rtsp_flows_forget(media);
	media->flow[0] = ct;
	media->kept = rtsp_flow_keep(ct);
	rtsp_expect_drop(&media->out);
	rtsp_media_unlist(mapping, i);
	return true;
}

bool rtsp_media_is(const struct rtsp_ask *ask, unsigned int i)
{
	const struct rtsp_mapping *mapping = ask->mapping;
	const struct nf_conntrack_expect *in = mapping->media[i].in;
	const struct rtspnat_mapping *asked = ask->asked;
	__be16 far = htons(asked->published[i] ?: asked->peer[i]);

	return rtsp_media_has(mapping, i) && asked->open & BIT(i) &&
	       (rtsp_flow_is_named(in) || mapping->streams == asked->streams) &&
	       in->tuple.src.u.all == htons(asked->peer[i]) &&
	       rtsp_flow_peer_port(ask->conn, in) == far;
}

int rtsp_media_undo(struct rtsp_conn *conn, struct rtsp_mapping *mapping, unsigned int i)
{
	struct rtsp_media *media = &mapping->media[i];

	if (rtsp_flow_is_named(media->in) && media->flow[0])
		rtsp_flow_release(media);
	media->in->flags |= NF_CT_EXPECT_INACTIVE;
	media->in->tuple.src.u.all = 0;
	media->in->mask.src.u.all = 0;
	return rtsp_media_relist(conn, mapping, i);
}

/* A flow that somebody has ended is made anew at once; while that cannot be, its expectation is
 * registered again.
 */
static void rtsp_flow_on(struct rtsp_conn *conn, struct rtsp_mapping *mapping,
			 unsigned int i)
{
	struct rtsp_media *media = &mapping->media[i];
	struct nf_conn *ct = media->flow[0];

	if (rtsp_media_has(mapping, i) && ct && !rtsp_flow_is_over(ct)) {
		if (rtsp_flow_left(ct) < RTSP_FLOW_LEFT)
			media->kept = rtsp_flow_keep(ct);
		return;
	}
	rtsp_flows_tidy(media);
	if (!rtsp_media_make(conn, mapping, i) && rtsp_media_has(mapping, i))
		rtsp_media_relist(conn, mapping, i);
}

/* Every packet sets the timeout of its flow anew: that tells whether any flow has sent. */
static void rtsp_arrivals_listen(struct rtsp_media *media)
{
	u32 before = media->kept;
	unsigned int i;

	media->kept = 0;
	for (i = 0; i < RTSP_SOURCES; i++) {
		if (media->flow[i])
			media->kept += READ_ONCE(media->flow[i]->timeout);
	}
	if (media->kept != before) {
		media->silent = 0;
		media->sent = min(media->sent + 1, U8_MAX);
	} else {
		media->silent = min(media->silent + 1, RTSP_MOST_SILENT);
	}
}

static bool rtsp_flow_runs_out(const struct nf_conn *ct)
{
	return ct && rtsp_flow_left(ct) < RTSP_FLOW_LEFT;
}

static bool rtsp_arrivals_run_out(const struct rtsp_media *media)
{
	unsigned int i;

	for (i = 0; i < RTSP_SOURCES; i++) {
		if (rtsp_flow_runs_out(media->flow[i]))
			return true;
	}
	return false;
}

/* The table has no place for the expectation, so the flows must not run out. */
static void rtsp_arrivals_keep(struct rtsp_media *media)
{
	unsigned int i;

	for (i = 0; i < RTSP_SOURCES; i++) {
		if (rtsp_flow_runs_out(media->flow[i]))
			rtsp_flow_keep(media->flow[i]);
	}
}

/* Of a port for which the reply has not named both ends: its expectation is registered unless all
 * flows that it waits for, as many as there are streams, are under way.
 */
static void rtsp_arrivals_on(struct rtsp_conn *conn,
			     struct rtsp_mapping *mapping, unsigned int i)
{
	struct rtsp_media *media = &mapping->media[i];
	unsigned int count = rtsp_flows_tidy(media);
	bool all = count && count == mapping->streams && !rtsp_arrivals_run_out(media);

	rtsp_arrivals_listen(media);
	if (rtsp_media_has(mapping, i)) {
		if ((!all || media->silent >= RTSP_ARRIVAL_SILENCE) &&
		    rtsp_media_relist(conn, mapping, i))
			rtsp_arrivals_keep(media);
		return;
	}
	if (!all || media->in->tuple.dst.protonum != IPPROTO_UDP ||
	    !rtsp_expect_is_open(media->in))
		media->sent = 0;
	else if (media->sent >= RTSP_ARRIVAL_SECONDS)
		rtsp_media_unlist(mapping, i);
}

static void rtsp_mapping_on(struct rtsp_conn *conn, struct rtsp_mapping *mapping)
{
	unsigned int i;

	for (i = 0; i < mapping->count; i++) {
		const struct nf_conntrack_expect *in = mapping->media[i].in;

		if (!in)
			continue;
		if (rtsp_media_is_announced(in))
			rtsp_flow_on(conn, mapping, i);
		else
			rtsp_arrivals_on(conn, mapping, i);
	}
}

void rtsp_media_on(struct rtsp_conn *conn)
{
	struct rtsp_mapping *mapping;
	struct hlist_node *next;

	rtsp_for_each_mapping(mapping, next, conn) {
		if (mapping->state > RTSP_MAPPING_RESERVED)
			rtsp_mapping_on(conn, mapping);
	}
	rtsp_mapping_count(conn);
}
