// SPDX-License-Identifier: GPL-2.0-only
/* What the core asks when the peer has agreed: media of a mapping may pass. */

#include <linux/errno.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "expect.h"
#include "flow.h"
#include "host.h"
#include "mapping.h"
#include "proc.h"
#include "trace.h"
#include "way.h"

static bool rtsp_has_flow(const struct rtsp_mapping *mapping, unsigned int i)
{
	return mapping->flows & BIT(i);
}

static bool rtsp_admit_in(const struct rtsp_ask *ask)
{
	const struct rtsp_mapping *mapping = rtsp_ask_mapping(ask);
	const struct rtspnat_step *step = ask->step;
	bool there = true;
	unsigned int i;

	spin_lock_bh(&nf_conntrack_expect_lock);
	for (i = 0; i < step->count; i++) {
		if (step->outside[i] && !rtsp_has_flow(mapping, i))
			there &= mapping->in[i] &&
				 rtsp_expect_is_registered(mapping->in[i]);
	}
	for (i = 0; i < step->count && there; i++) {
		if (step->outside[i] && !rtsp_has_flow(mapping, i))
			rtsp_expect_admit_in(ask, i);
	}
	spin_unlock_bh(&nf_conntrack_expect_lock);
	return there;
}

/* What was published is registered already, and may still be the right one. */
static bool rtsp_admit_out(const struct rtsp_ask *ask, unsigned int i,
			   bool open)
{
	struct nf_conntrack_expect **out = &rtsp_ask_mapping(ask)->out[i];
	bool there = false;

	if (!*out)
		return false;
	spin_lock_bh(&nf_conntrack_expect_lock);
	if (rtsp_expect_is_registered(*out) &&
	    rtsp_expect_is_outbound(ask, *out, i)) {
		rtsp_expect_admit_out(ask, i, open);
		there = true;
	}
	spin_unlock_bh(&nf_conntrack_expect_lock);
	return there;
}

/* Not being able to is no reason to keep media out: most servers send first. */
static void rtsp_lead_out(const struct rtsp_ask *ask, unsigned int i)
{
	struct nf_conntrack_expect **out = &rtsp_ask_mapping(ask)->out[i];
	bool open = ask->step->peer[i] && ask->step->open & BIT(i);

	if (!rtsp_admit_out(ask, i, open)) {
		rtsp_expect_drop(out);
		if (!open)
			return;
		rtsp_mapping_count(ask->conn, rtsp_ask_mapping(ask));
		if (rtsp_host_may_spare(ask->conn))
			*out = rtsp_expect_outbound(ask, i);
		if (*out)
			(*out)->flags &= ~NF_CT_EXPECT_INACTIVE;
		if (!*out || nf_ct_expect_related(*out, 0)) {
			rtsp_count(nf_ct_net(ask->conn->ct),
				   RTSP_OUTBOUND_FAILED);
			if (*out)
				nf_ct_expect_put(*out);
			*out = NULL;
			return;
		}
	}
	rtsp_mapping_count(ask->conn, rtsp_ask_mapping(ask));
	if (open)
		rtsp_way_clear_for(*out);
}

/* One that has another end now has nothing of what it was for. */
static bool rtsp_undo_flows(const struct rtsp_ask *ask)
{
	struct rtsp_mapping *mapping = rtsp_ask_mapping(ask);
	unsigned int i;

	for (i = 0; i < ask->step->count; i++) {
		if (rtsp_has_flow(mapping, i) && !rtsp_flow_is(ask, i) &&
		    rtsp_flow_undo(ask->conn, mapping, i) < 0)
			return false;
	}
	return true;
}

/* Where it cannot be made, the expectation waits for it. */
static bool rtsp_let_flow(const struct rtsp_ask *ask, unsigned int i)
{
	struct rtsp_mapping *mapping = rtsp_ask_mapping(ask);
	const struct rtspnat_step *step = ask->step;

	if (!step->outside[i] || !step->peer[i] || !(step->open & BIT(i)))
		return false;
	rtsp_way_clear_for(mapping->in[i]);
	if (rtsp_flow_make(ask->conn, mapping, i))
		return true;
	if (step->protocol == IPPROTO_UDP)
		rtsp_count(nf_ct_net(ask->conn->ct), RTSP_FLOW_FAILED);
	return false;
}

enum rtspnat_reply rtsp_expect(const struct rtsp_ask *ask)
{
	struct rtsp_mapping *mapping = rtsp_ask_mapping(ask);
	const struct rtspnat_step *step = ask->step;
	unsigned int i;

	if (rtsp_lacks_nat(ask) || !rtsp_mapping_may_begin(ask))
		return RTSPNAT_NO;
	rtsp_mapping_begin(ask, 0);
	if (!rtsp_undo_flows(ask) || !rtsp_admit_in(ask)) {
		trace_rtsp_expect(ask->conn->ct, step, -ENOENT);
		return RTSPNAT_NO;
	}

	mapping->streams = step->streams;
	rtsp_mapping_become(ask->conn, mapping, RTSP_MAPPING_LIVE);
	for (i = 0; i < step->count; i++) {
		if (!rtsp_has_flow(mapping, i) && !rtsp_let_flow(ask, i))
			rtsp_lead_out(ask, i);
	}
	trace_rtsp_expect(ask->conn->ct, step, 0);
	return RTSPNAT_YES;
}
