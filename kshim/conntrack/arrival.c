// SPDX-License-Identifier: GPL-2.0-only
/* The first packet of a media flow that matches an expectation.
 *
 * An expectation that names no source port admits a new flow for each, and anybody can write the
 * peer's address into a packet.  So a port admits RTSP_SOURCES flows at a time, and a new flow
 * replaces the flow that has been silent for longest.
 */

#include <linux/bitops.h>
#include <linux/export.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "../nat_hook.h"
#include "arrival.h"
#include "expect.h"
#include "flow.h"
#include "source.h"
#include "stats.h"

/* A free place, or the place of the flow that has been silent for longest. */
static struct nf_conn **rtsp_arrival_place(struct rtsp_media *media)
{
	struct nf_conn **place = &media->flow[0];
	unsigned int i;

	for (i = 0; i < RTSP_SOURCES; i++) {
		struct nf_conn **other = &media->flow[i];

		if (!*other)
			return other;
		if (rtsp_flow_left(*other) < rtsp_flow_left(*place))
			place = other;
	}
	return place;
}

static void rtsp_arrival_add(struct rtsp_media *media, struct nf_conn *ct)
{
	struct nf_conn **place = rtsp_arrival_place(media);

	if (*place) {
		if (nf_ct_is_confirmed(*place) && nf_ct_kill(*place))
			rtsp_count(nf_ct_net(ct), RTSP_SOURCE_REPLACED);
		rtsp_flow_put(place);
	}
	nf_conntrack_get(&ct->ct_general);
	*place = ct;
	media->begun &= ~BIT(place - media->flow);
}

/* The caller holds conn->lock. */
static void rtsp_arrival_find(struct rtsp_conn *conn, struct nf_conn *ct,
			      const struct nf_conntrack_expect *exp)
{
	struct rtsp_mapping *mapping;
	struct hlist_node *next;
	unsigned int i;

	rtsp_for_each_mapping(mapping, next, conn) {
		for (i = 0; i < mapping->count; i++) {
			if (mapping->media[i].in == exp)
				rtsp_arrival_add(&mapping->media[i], ct);
		}
	}
}

/* Note @ct with the mapping that has @exp. */
static void rtsp_arrival_note(struct nf_conn *ct, const struct nf_conntrack_expect *exp)
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

/* Conntrack found that @exp matches under the lock, but another CPU may have narrowed it since.
 * Conntrack never confirms a dying conntrack, and drops the packet where it would have.
 */
bool nf_conntrack_rtsp_arrive(struct nf_conn *ct, struct nf_conntrack_expect *exp)
{
	const struct nf_conntrack_tuple *tuple = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	bool admitted = true;

	spin_lock_bh(&nf_conntrack_expect_lock);
	if (rtsp_source_is_any(exp))
		rtsp_expect_narrow(exp, &tuple->src.u3);
	else
		admitted = nf_ct_tuple_mask_cmp(tuple, &exp->tuple, &exp->mask);
	spin_unlock_bh(&nf_conntrack_expect_lock);

	if (admitted)
		rtsp_arrival_note(ct, exp);
	else
		set_bit(IPS_DYING_BIT, &ct->status);
	return admitted;
}
EXPORT_SYMBOL_GPL(nf_conntrack_rtsp_arrive);

static void rtsp_arrival_expected(struct nf_conn *ct, struct nf_conntrack_expect *exp)
{
	nf_conntrack_rtsp_arrive(ct, exp);
}

struct nf_ct_helper_expectfn rtsp_arrival_expectfn = {
	.name		= "rtsp-source",
	.expectfn	= rtsp_arrival_expected,
};
