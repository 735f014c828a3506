// SPDX-License-Identifier: GPL-2.0-only
/* Lets the media of a mapping pass, once the peer has agreed. */

#include <linux/errno.h>
#include <net/netfilter/nf_conntrack_core.h>

#include "admit.h"
#include "expect.h"
#include "flow.h"
#include "mapping.h"
#include "media.h"
#include "quota.h"
#include "stats.h"
#include "trace.h"

static bool rtsp_admit_in(const struct rtsp_ask *ask)
{
	const struct rtsp_mapping *mapping = ask->mapping;
	const struct rtspnat_mapping *asked = ask->asked;
	bool there = true;
	unsigned int i;

	spin_lock_bh(&nf_conntrack_expect_lock);
	for (i = 0; i < asked->count; i++) {
		const struct nf_conntrack_expect *in = mapping->media[i].in;

		if (asked->outside[i] && !rtsp_media_has(mapping, i))
			there &= in && rtsp_expect_is_registered(in);
	}
	for (i = 0; i < asked->count && there; i++) {
		if (asked->outside[i] && !rtsp_media_has(mapping, i))
			rtsp_expect_admit_in(ask, i);
	}
	spin_unlock_bh(&nf_conntrack_expect_lock);
	return there;
}

/* A published port has an expectation already, which may still be the right one. */
static bool rtsp_admit_out(const struct rtsp_ask *ask, unsigned int i, bool open)
{
	struct nf_conntrack_expect *out = ask->mapping->media[i].out;
	bool there;

	if (!out)
		return false;
	spin_lock_bh(&nf_conntrack_expect_lock);
	there = rtsp_expect_is_registered(out) &&
		rtsp_expect_is_outbound(ask, out, i);
	if (there)
		rtsp_expect_admit_out(ask, i, open);
	spin_unlock_bh(&nf_conntrack_expect_lock);
	return there;
}

/* Returns NULL if there is none to be had. */
static struct nf_conntrack_expect *rtsp_open_out(const struct rtsp_ask *ask,
						 unsigned int i)
{
	struct nf_conntrack_expect *exp = NULL;

	if (rtsp_quota_may_spare(ask->conn->host))
		exp = rtsp_expect_outbound(ask, i);
	if (!exp)
		return NULL;
	exp->flags &= ~NF_CT_EXPECT_INACTIVE;
	if (!nf_ct_expect_related(exp, 0))
		return exp;
	nf_ct_expect_put(exp);
	return NULL;
}

/* Media may come in even if the opener's own packets cannot be led out: most servers send first. */
static void rtsp_lead_out(const struct rtsp_ask *ask, unsigned int i)
{
	struct nf_conntrack_expect **out = &ask->mapping->media[i].out;
	bool open = ask->asked->peer[i] && ask->asked->open & BIT(i);

	if (!rtsp_admit_out(ask, i, open)) {
		rtsp_expect_drop(out);
		rtsp_mapping_count(ask->conn);
		if (!open)
			return;
		*out = rtsp_open_out(ask, i);
		if (!*out) {
			rtsp_count(nf_ct_net(ask->conn->ct), RTSP_OUTBOUND_FAILED);
			return;
		}
	}
	rtsp_mapping_count(ask->conn);
	if (open)
		rtsp_flow_clear_way(ask->conn->ct, &(*out)->tuple);
}

/* Flows to ports that the peer does not name any more are of no use. */
static bool rtsp_undo_flows(const struct rtsp_ask *ask)
{
	struct rtsp_mapping *mapping = ask->mapping;
	unsigned int i;

	for (i = 0; i < ask->asked->count; i++) {
		if (rtsp_media_has(mapping, i) && !rtsp_media_is(ask, i) &&
		    rtsp_media_undo(ask->conn, mapping, i) < 0)
			return false;
	}
	return true;
}

/* Returns false if the flow cannot be made: the expectation waits for it. */
static bool rtsp_let_flow(const struct rtsp_ask *ask, unsigned int i)
{
	struct rtsp_mapping *mapping = ask->mapping;
	const struct rtspnat_mapping *asked = ask->asked;

	if (!asked->outside[i] || !asked->peer[i] || !(asked->open & BIT(i)))
		return false;
	if (rtsp_media_make(ask->conn, mapping, i))
		return true;
	rtsp_flow_clear_way(ask->conn->ct, &mapping->media[i].in->tuple);
	if (asked->protocol == IPPROTO_UDP)
		rtsp_count(nf_ct_net(ask->conn->ct), RTSP_FLOW_FAILED);
	return false;
}

int rtsp_admit(const struct rtsp_ask *ask)
{
	struct rtsp_mapping *mapping = ask->mapping;
	const struct rtspnat_mapping *asked = ask->asked;
	unsigned int i;

	if (!rtsp_undo_flows(ask) || !rtsp_admit_in(ask)) {
		trace_rtsp_expect(ask->conn->ct, asked, -ENOENT);
		return -ENOENT;
	}

	mapping->streams = asked->streams;
	for (i = 0; i < asked->count; i++) {
		if (!rtsp_media_has(mapping, i) && !rtsp_let_flow(ask, i))
			rtsp_lead_out(ask, i);
	}
	rtsp_mapping_become(ask->conn, mapping, RTSP_MAPPING_LIVE);
	trace_rtsp_expect(ask->conn->ct, asked, 0);
	return 0;
}
