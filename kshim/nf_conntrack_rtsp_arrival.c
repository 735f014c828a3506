// SPDX-License-Identifier: GPL-2.0-only
/* Flows that come by an expectation.
 *
 * Without the peer's port in it each source port is another flow, and anybody can write
 * the peer's address.  A few are let in at a time.
 */

#include <net/netfilter/nf_conntrack_core.h>

#include "nf_conntrack_rtsp_arrival.h"
#include "nf_conntrack_rtsp_flow.h"
#include "nf_conntrack_rtsp_proc.h"

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
