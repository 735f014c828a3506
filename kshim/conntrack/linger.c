// SPDX-License-Identifier: GPL-2.0-only
/* Mappings whose control connection has ended but whose session need not have
 * (RFC 2326 section 12.37): they stay as they are for a while, and no longer.
 */

#include <linux/errno.h>
#include <linux/jiffies.h>
#include <net/netfilter/nf_conntrack.h>

#include "host.h"
#include "mapping.h"
#include "trace.h"

void rtsp_linger(const struct rtsp_ask *ask)
{
	struct rtsp_mapping *mapping = rtsp_ask_mapping(ask);
	struct rtsp_conn *conn = ask->conn;
	struct rtspnat_step step;

	if (mapping->state != RTSP_MAPPING_LIVE) {
		rtsp_release(conn, ask->step->mapping);
		return;
	}
	if (trace_rtsp_linger_enabled()) {
		rtsp_mapping_describe(mapping, ask->step->mapping, &step);
		step.seconds = ask->step->seconds;
		trace_rtsp_linger(conn->ct, &step, 0);
	}

	mapping->until = jiffies + ask->step->seconds * (unsigned long)HZ;
	rtsp_mapping_become(conn, mapping, RTSP_MAPPING_LINGERING);
	if (!conn->lingering)
		rtsp_host_begin_linger(conn);
	WRITE_ONCE(conn->lingering, conn->lingering + 1);
	rtsp_linger_on(conn);
}

/* Expectations die with their master, and a connection that was reset has but ten
 * seconds.  Packets that still come set the timeout anew, as short as its state
 * has it, so this is done again with every sweep.
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
	unsigned int i;

	for (i = 0; i < RTSP_MAPPINGS; i++) {
		struct rtsp_mapping *mapping = &conn->mapping[i];

		if (mapping->state != RTSP_MAPPING_LINGERING)
			continue;
		if (time_after_eq(jiffies, mapping->until))
			rtsp_release(conn, i);
		else
			rtsp_keep_conntrack(conn->ct, mapping->until);
	}
}

static bool rtsp_port_is_in_way(const struct rtsp_mapping *mapping,
				const struct rtspnat_step *step, unsigned int i)
{
	const struct nf_conntrack_expect *in = mapping->in[i];

	return in && mapping->inside[i] == step->inside[i] &&
	       in->tuple.dst.protonum == step->protocol &&
	       in->tuple.dst.u.all == htons(step->outside[i]);
}

/* The same port of the same host, agreed on anew: the socket behind what lingers is
 * gone, or is the one that asks.
 */
static int rtsp_is_in_way(const struct rtsp_conn *conn, const struct rtsp_ask *ask)
{
	unsigned int i, j;

	if (!nf_inet_addr_cmp(&conn->ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.src.u3,
			      &ask->conn->ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.src.u3))
		return -ENOENT;
	for (i = 0; i < RTSP_MAPPINGS; i++) {
		if (conn->mapping[i].state != RTSP_MAPPING_LINGERING)
			continue;
		for (j = 0; j < ask->step->count; j++) {
			if (rtsp_port_is_in_way(&conn->mapping[i], ask->step, j))
				return i;
		}
	}
	return -ENOENT;
}

/* Two connections that try for each other both fail, and neither waits. */
static bool rtsp_linger_try(struct rtsp_conn *other, const struct rtsp_ask *ask)
{
	int number;

	if (!spin_trylock_bh(&other->lock))
		return false;
	number = rtsp_is_in_way(other, ask);
	if (number >= 0)
		rtsp_release(other, number);
	spin_unlock_bh(&other->lock);
	return number >= 0;
}

bool rtsp_linger_reclaim(const struct rtsp_ask *ask)
{
	struct rtsp_conn *others[RTSP_LINGER_LOOK];
	unsigned int i, count = rtsp_host_lingering(ask->conn, others, false);

	for (i = 0; i < count; i++) {
		if (rtsp_linger_try(others[i], ask))
			return true;
	}
	return false;
}
