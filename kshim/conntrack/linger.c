// SPDX-License-Identifier: GPL-2.0-only
/* Mappings whose control connection has ended but whose session need not have. */

#include <linux/jiffies.h>
#include <net/netfilter/nf_conntrack_core.h>

#include "linger.h"
#include "mapping.h"
#include "trace.h"

void rtsp_linger(const struct rtsp_ask *ask)
{
	struct rtsp_mapping *mapping = ask->mapping;
	struct rtsp_conn *conn = ask->conn;
	struct rtspnat_mapping described;

	if (!mapping || mapping->state != RTSP_MAPPING_LIVE) {
		rtsp_mapping_release(conn, mapping);
		return;
	}
	if (trace_rtsp_linger_enabled()) {
		rtsp_mapping_describe(mapping, &described);
		described.seconds = ask->asked->seconds;
		trace_rtsp_linger(conn->ct, &described, 0);
	}

	mapping->until = jiffies + ask->asked->seconds * (unsigned long)HZ;
	rtsp_mapping_become(conn, mapping, RTSP_MAPPING_LINGERING);
	rtsp_linger_on(conn);
}

/* Expectations end with their master, and conntrack keeps a connection that was reset for ten
 * seconds only.  A packet that still comes sets the timeout anew, to what conntrack's state of the
 * connection says, so each sweep does this again.
 */
static void rtsp_keep_conntrack(struct nf_conn *ct, unsigned long until)
{
	u32 timeout = nfct_time_stamp + (u32)(until - jiffies) + HZ;

	if (!test_bit(IPS_FIXED_TIMEOUT_BIT, &ct->status) &&
	    (s32)(READ_ONCE(ct->timeout) - timeout) < 0)
		WRITE_ONCE(ct->timeout, timeout);
}

void rtsp_linger_on(struct rtsp_conn *conn)
{
	struct rtsp_mapping *mapping;
	struct hlist_node *next;

	rtsp_for_each_mapping(mapping, next, conn) {
		if (mapping->state != RTSP_MAPPING_LINGERING)
			continue;
		if (time_after_eq(jiffies, mapping->until))
			rtsp_mapping_release(conn, mapping);
		else
			rtsp_keep_conntrack(conn->ct, mapping->until);
	}
}
