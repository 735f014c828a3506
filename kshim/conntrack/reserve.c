// SPDX-License-Identifier: GPL-2.0-only
/* Reserves and publishes ports, before the server has seen the request. */

#include <linux/errno.h>
#include <net/netfilter/nf_conntrack_core.h>

#include "arrival.h"
#include "expect.h"
#include "mapping.h"
#include "reclaim.h"
#include "reserve.h"
#include "source.h"
#include "trace.h"

static struct nf_conntrack_expect *rtsp_reserve_one(const struct rtsp_ask *ask,
						    enum ip_conntrack_dir dir,
						    unsigned int i)
{
	struct nf_conntrack_expect *exp;

	if (dir == IP_CT_DIR_ORIGINAL)
		return rtsp_expect_outbound(ask, i);
	exp = rtsp_expect_inbound(ask, i);
	if (exp && !ask->nat)
		exp->expectfn = rtsp_arrival_expectfn.expectfn;
	return exp;
}

/* Make the expectations of the ports @number[], to which packets in @dir are sent, hold the ports
 * and register the expectations, all or none.
 */
static int rtsp_reserve_ports(const struct rtsp_ask *ask, enum ip_conntrack_dir dir,
			      const u16 *number, struct nf_conntrack_expect **exp)
{
	int err = rtsp_reclaim_room(ask->conn, ask->asked->count);
	unsigned int i;

	for (i = 0; i < ask->asked->count && !err; i++) {
		if (!number[i])
			continue;
		exp[i] = rtsp_reserve_one(ask, dir, i);
		if (!exp[i])
			return -ENOMEM;
		err = rtsp_expect_check_port(ask, exp[i]);
	}
	if (err)
		return err;
	if (!rtsp_mapping_hold_ports(ask, dir, exp))
		return -EBUSY;
	err = rtsp_expect_register(exp);
	if (err)
		rtsp_mapping_let_go_ports(ask->mapping, dir);
	return err;
}

/* The mapping has its expectations, and waits for an answer unless it is live already. */
static void rtsp_take(const struct rtsp_ask *ask)
{
	if (ask->mapping->state == RTSP_MAPPING_NEW)
		rtsp_mapping_become(ask->conn, ask->mapping, RTSP_MAPPING_RESERVED);
	else
		rtsp_mapping_count(ask->conn);
}

/* What a client held before it closed, and holds again, is no clash.  The second try takes new
 * expectations: conntrack may have registered some of the first for a moment, and marked them.
 */
int rtsp_reserve(const struct rtsp_ask *ask)
{
	struct nf_conntrack_expect *exp[RTSPNAT_PORTS] = {};
	const u16 *number = ask->asked->outside;
	int err = rtsp_reserve_ports(ask, IP_CT_DIR_REPLY, number, exp);
	unsigned int i;

	if ((err == -EBUSY && rtsp_reclaim_ports(ask)) ||
	    (err == -EMFILE && rtsp_reclaim_lingering(ask->conn))) {
		rtsp_expect_put(exp);
		err = rtsp_reserve_ports(ask, IP_CT_DIR_REPLY, number, exp);
	}
	trace_rtsp_reserve(ask->conn->ct, ask->asked, err);
	if (err) {
		rtsp_expect_put(exp);
		return err;
	}
	for (i = 0; i < ask->asked->count; i++)
		ask->mapping->media[i].in = exp[i];
	ask->mapping->any_source = rtsp_source_is_any(exp[0]);
	rtsp_take(ask);
	return 0;
}

int rtsp_publish(const struct rtsp_ask *ask)
{
	struct nf_conntrack_expect *exp[RTSPNAT_PORTS] = {};
	struct rtsp_mapping *mapping = ask->mapping;
	int err = -ENOMEM;
	unsigned int i;

	/* What the mapping published before would be in the way. */
	for (i = 0; i < mapping->count; i++)
		rtsp_expect_drop(&mapping->media[i].out);
	rtsp_mapping_unpublish(ask->conn, mapping);
	rtsp_mapping_count(ask->conn);

	if (rtsp_mapping_publish(ask->conn, mapping))
		err = rtsp_reserve_ports(ask, IP_CT_DIR_ORIGINAL, ask->asked->published, exp);
	trace_rtsp_publish(ask->conn->ct, ask->asked, err);
	if (err) {
		rtsp_mapping_unpublish(ask->conn, mapping);
		rtsp_expect_put(exp);
		return err;
	}
	for (i = 0; i < ask->asked->count; i++)
		mapping->media[i].out = exp[i];
	rtsp_take(ask);
	return 0;
}
