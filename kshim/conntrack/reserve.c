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

/* Hold the ports and register the expectations, all or none. */
static int rtsp_register_ports(const struct rtsp_ask *ask,
			       struct nf_conntrack_expect **exp,
			       enum ip_conntrack_dir dir, const u16 *number,
			       bool any_source)
{
	int err;

	if (!rtsp_mapping_hold_ports(ask, dir, number, any_source))
		return -EBUSY;
	err = rtsp_expect_register(exp);
	if (err)
		rtsp_mapping_let_go_ports(ask->mapping, dir);
	return err;
}

static int rtsp_try_to_reserve(const struct rtsp_ask *ask,
			       struct nf_conntrack_expect **exp, bool *any)
{
	int err = rtsp_reclaim_room(ask->conn, ask->asked->count);
	unsigned int i;

	for (i = 0; i < ask->asked->count && !err; i++) {
		exp[i] = rtsp_expect_inbound(ask, i);
		if (!exp[i])
			return -ENOMEM;
		if (!ask->nat)
			exp[i]->expectfn = rtsp_arrival_expectfn.expectfn;
		*any = rtsp_source_reserve(exp[i]);
		err = rtsp_expect_check_port(ask, exp[i]);
	}
	return err ?: rtsp_register_ports(ask, exp, IP_CT_DIR_REPLY,
					  ask->asked->outside, *any);
}

/* What a client held before it closed, and holds again, is no clash.  The second try takes new
 * expectations: conntrack may have registered some of the first for a moment, and marked them.
 */
static int rtsp_reserve_ports(const struct rtsp_ask *ask,
			      struct nf_conntrack_expect **exp, bool *any)
{
	int err = rtsp_try_to_reserve(ask, exp, any);

	if ((err == -EBUSY && rtsp_reclaim_ports(ask)) ||
	    (err == -EMFILE && rtsp_reclaim_lingering(ask->conn))) {
		rtsp_expect_put(exp);
		err = rtsp_try_to_reserve(ask, exp, any);
	}
	return err;
}

/* The mapping has its expectations, and waits for an answer unless it is live already. */
static void rtsp_take(const struct rtsp_ask *ask)
{
	if (ask->mapping->state == RTSP_MAPPING_NEW)
		rtsp_mapping_become(ask->conn, ask->mapping, RTSP_MAPPING_RESERVED);
	rtsp_mapping_count(ask->conn, ask->mapping);
}

int rtsp_reserve(const struct rtsp_ask *ask)
{
	struct nf_conntrack_expect *exp[RTSPNAT_PORTS] = {};
	bool any = false;
	int err = rtsp_reserve_ports(ask, exp, &any);
	unsigned int i;

	trace_rtsp_reserve(ask->conn->ct, ask->asked, err);
	if (err) {
		rtsp_expect_put(exp);
		return err;
	}
	for (i = 0; i < ask->asked->count; i++)
		ask->mapping->media[i].in = exp[i];
	ask->mapping->any_source = any;
	rtsp_take(ask);
	return 0;
}

static int rtsp_publish_ports(const struct rtsp_ask *ask,
			      struct nf_conntrack_expect **exp)
{
	int err = rtsp_reclaim_room(ask->conn, ask->asked->count);
	unsigned int i;

	if (!err && !rtsp_mapping_publish(ask->conn, ask->mapping))
		return -ENOMEM;
	for (i = 0; i < ask->asked->count && !err; i++) {
		if (!ask->asked->published[i])
			continue;
		exp[i] = rtsp_expect_outbound(ask, i);
		if (!exp[i])
			return -ENOMEM;
		err = rtsp_expect_check_port(ask, exp[i]);
	}
	return err ?: rtsp_register_ports(ask, exp, IP_CT_DIR_ORIGINAL,
					  ask->asked->published, false);
}

int rtsp_publish(const struct rtsp_ask *ask)
{
	struct nf_conntrack_expect *exp[RTSPNAT_PORTS] = {};
	struct rtsp_mapping *mapping = ask->mapping;
	unsigned int i;
	int err;

	/* What the mapping published before would be in the way. */
	for (i = 0; i < mapping->count; i++)
		rtsp_expect_drop(&mapping->media[i].out);
	rtsp_mapping_unpublish(ask->conn, mapping);
	rtsp_mapping_count(ask->conn, mapping);

	err = rtsp_publish_ports(ask, exp);
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
