// SPDX-License-Identifier: GPL-2.0-only
/* What the core asks about mappings, and its answers. */

#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "asking.h"
#include "expect.h"
#include "flow.h"
#include "host.h"
#include "log.h"
#include "mapping.h"
#include "proc.h"
#include "room.h"
#include "source.h"
#include "trace.h"

static bool end_media __read_mostly;
module_param(end_media, bool, 0644);
MODULE_PARM_DESC(end_media,
		 "End media flows under way at TEARDOWN and at a SETUP that replaces them, where their ports are known (default off)");

static bool rtsp_is_live(u8 state)
{
	return state == RTSP_MAPPING_LIVE || state == RTSP_MAPPING_LINGERING;
}

void rtsp_mapping_become(struct rtsp_conn *conn, struct rtsp_mapping *mapping,
			 enum rtsp_mapping_state state)
{
	struct net *net = nf_ct_net(conn->ct);

	if (mapping->state == state)
		return;
	rtsp_count_mapping(net, mapping->state, state);
	WRITE_ONCE(conn->live,
		   conn->live + rtsp_is_live(state) - rtsp_is_live(mapping->state));
	if (!mapping->state && !conn->holding++)
		rtsp_room_count_holding(net, 1);
	if (!state && !--conn->holding)
		rtsp_room_count_holding(net, -1);
	mapping->state = state;
	rtsp_asking_note(conn);
}

static enum rtspnat_reply rtsp_refuse(const struct rtsp_ask *ask, int err)
{
	enum rtsp_counter why = err == -EBUSY  ? RTSP_PORT_BUSY :
				err == -ENOMEM ? RTSP_NO_MEMORY :
				err == -EDQUOT ? RTSP_TOO_MANY_EXPECTATIONS :
				err == -EAGAIN ? RTSP_TOO_MANY_UNANSWERED :
				err == -EMFILE ? RTSP_TABLE_FULL :
						 RTSP_RESERVE_FAILED;

	if (err == -EMFILE)
		rtsp_host_table_full(ask->conn);
	rtsp_count(nf_ct_net(ask->conn->ct), why);
	if (err == -EBUSY)
		return RTSPNAT_BUSY;
	rtsp_log_refused(ask, why);
	return RTSPNAT_NO;
}

/* nf_nat_rtsp may not be loaded, or have gone and taken the expectations with it. */
bool rtsp_lacks_nat(const struct rtsp_ask *ask)
{
	if (!ask->conn->natted || ask->nat)
		return false;
	rtsp_count(nf_ct_net(ask->conn->ct), RTSP_NO_NAT_MODULE);
	rtsp_log_refused(ask, RTSP_NO_NAT_MODULE);
	return true;
}

/* Every mapping is counted with its host, from the first question about it on. */
bool rtsp_mapping_may_begin(const struct rtsp_ask *ask)
{
	struct rtsp_mapping *mapping = rtsp_ask_mapping(ask);
	enum rtsp_counter why = RTSP_NO_MEMORY;

	if (mapping->state != RTSP_MAPPING_NONE)
		return true;
	mapping->media = kzalloc(sizeof(*mapping->media),
				 GFP_ATOMIC | __GFP_NOWARN);
	if (mapping->media)
		why = rtsp_room_hold(ask->conn);
	if (why == RTSP_COUNTERS)
		why = rtsp_host_take(ask->conn);
	if (why == RTSP_COUNTERS)
		return true;
	kfree(mapping->media);
	mapping->media = NULL;
	rtsp_count(nf_ct_net(ask->conn->ct), why);
	rtsp_log_refused(ask, why);
	return false;
}

void rtsp_mapping_begin(const struct rtsp_ask *ask, int err)
{
	struct rtsp_mapping *mapping = rtsp_ask_mapping(ask);

	if (mapping->state != RTSP_MAPPING_NONE)
		return;
	if (err < 0) {
		rtsp_host_give_back(ask->conn);
		kfree(mapping->media);
		mapping->media = NULL;
		return;
	}
	memcpy(mapping->inside, ask->step->inside, sizeof(mapping->inside));
	rtsp_mapping_become(ask->conn, mapping, RTSP_MAPPING_RESERVED);
}

static unsigned int rtsp_held(struct nf_conntrack_expect *const *exp)
{
	unsigned int i, count = 0;

	for (i = 0; i < RTSPNAT_PORTS; i++)
		count += !!exp[i];
	return count;
}

/* Expectations count for the host and the namespace, whatever mapping has them. */
void rtsp_mapping_count(struct rtsp_conn *conn,
			struct rtsp_mapping *mapping)
{
	u8 held = rtsp_held(mapping->in) + rtsp_held(mapping->out) -
		  hweight8(mapping->flows);

	if (held == mapping->held)
		return;
	rtsp_host_expect(conn, held - mapping->held);
	mapping->held = held;
	rtsp_asking_note(conn);
}

static int rtsp_mapping_room(const struct rtsp_ask *ask)
{
	switch (rtsp_asking_begin(ask->conn, ask->step->count)) {
	case RTSP_COUNTERS:
		return 0;
	case RTSP_TOO_MANY_UNANSWERED:
		return -EAGAIN;
	default:
		return -EDQUOT;
	}
}

static void rtsp_ports_let_go(struct rtsp_mapping *mapping,
			      enum ip_conntrack_dir dir)
{
	unsigned int i;

	for (i = 0; i < RTSPNAT_PORTS; i++)
		rtsp_port_let_go(&mapping->media->port[dir][i]);
}

static bool rtsp_ports_hold(const struct rtsp_ask *ask,
			    enum ip_conntrack_dir dir, const u16 *number,
			    bool any)
{
	unsigned int i;

	for (i = 0; i < ask->step->count; i++) {
		struct rtsp_port *port =
			&rtsp_ask_mapping(ask)->media->port[dir][i];

		if (!number[i])
			continue;
		port->ct = ask->conn->ct;
		port->port = htons(number[i]);
		port->protocol = ask->step->protocol;
		port->dir = dir;
		port->any_source = any;
		if (!rtsp_port_hold(port))
			return false;
	}
	return true;
}

static int rtsp_try_to_reserve(const struct rtsp_ask *ask,
			       struct nf_conntrack_expect **exp, bool *any)
{
	int err = rtsp_mapping_room(ask);
	unsigned int i;

	if (err)
		return err;
	for (i = 0; i < ask->step->count && !err; i++) {
		exp[i] = rtsp_expect_inbound(ask, i);
		if (!exp[i])
			return -ENOMEM;
		*any = rtsp_source_reserve(exp[i]);
		err = rtsp_expect_check_port(ask, exp[i]);
	}
	if (!err && !rtsp_ports_hold(ask, IP_CT_DIR_REPLY, ask->step->outside,
				     *any))
		err = -EBUSY;
	err = err ?: rtsp_expect_register(exp);
	if (err)
		rtsp_ports_let_go(rtsp_ask_mapping(ask), IP_CT_DIR_REPLY);
	return err;
}

static int rtsp_reserve_ports(const struct rtsp_ask *ask,
			      struct nf_conntrack_expect **exp, bool *any)
{
	int err = rtsp_try_to_reserve(ask, exp, any);

	/* What a client held before it closed, and holds again, is no clash.  New ones: of
	 * those that were refused some may have been registered for a moment.
	 */
	if ((err == -EBUSY && rtsp_linger_reclaim(ask)) ||
	    (err == -EMFILE && rtsp_lingering_gives_way(ask->conn))) {
		rtsp_expect_put(exp);
		err = rtsp_try_to_reserve(ask, exp, any);
	}
	return err;
}

enum rtspnat_reply rtsp_reserve(const struct rtsp_ask *ask)
{
	struct rtsp_mapping *mapping = rtsp_ask_mapping(ask);
	struct nf_conntrack_expect *exp[RTSPNAT_PORTS] = {};
	bool any = false;
	int err;

	/* What the core has forgotten ends here at the latest. */
	rtsp_release(ask->conn, ask->step->mapping);
	if (rtsp_lacks_nat(ask) || !rtsp_mapping_may_begin(ask))
		return RTSPNAT_NO;

	err = rtsp_reserve_ports(ask, exp, &any);
	rtsp_mapping_begin(ask, err);
	if (err < 0) {
		trace_rtsp_reserve(ask->conn->ct, ask->step, err);
		rtsp_expect_put(exp);
		return rtsp_refuse(ask, err);
	}

	memcpy(mapping->in, exp, sizeof(exp));
	mapping->any_source = any;
	rtsp_mapping_count(ask->conn, mapping);
	trace_rtsp_reserve(ask->conn->ct, ask->step, 0);
	return RTSPNAT_YES;
}

static int rtsp_publish_ports(const struct rtsp_ask *ask,
			      struct nf_conntrack_expect **exp)
{
	int err = rtsp_mapping_room(ask);
	unsigned int i;

	if (err)
		return err;
	for (i = 0; i < ask->step->count && !err; i++) {
		if (!ask->step->published[i])
			continue;
		exp[i] = rtsp_expect_outbound(ask, i);
		if (!exp[i])
			return -ENOMEM;
		err = rtsp_expect_check_port(ask, exp[i]);
	}
	if (!err && !rtsp_ports_hold(ask, IP_CT_DIR_ORIGINAL,
				     ask->step->published, false))
		err = -EBUSY;
	err = err ?: rtsp_expect_register(exp);
	if (err)
		rtsp_ports_let_go(rtsp_ask_mapping(ask), IP_CT_DIR_ORIGINAL);
	return err;
}

static void rtsp_mapping_publish(struct rtsp_conn *conn,
				 struct rtsp_mapping *mapping, bool published)
{
	if (mapping->published == published)
		return;
	mapping->published = published;
	rtsp_count_published(nf_ct_net(conn->ct), published ? 1 : -1);
}

enum rtspnat_reply rtsp_publish(const struct rtsp_ask *ask)
{
	struct rtsp_mapping *mapping = rtsp_ask_mapping(ask);
	struct nf_conntrack_expect *exp[RTSPNAT_PORTS] = {};
	unsigned int i;
	int err;

	if (mapping->state == RTSP_MAPPING_LINGERING)
		rtsp_release(ask->conn, ask->step->mapping);
	if (rtsp_lacks_nat(ask) || !rtsp_mapping_may_begin(ask))
		return RTSPNAT_NO;

	/* What was published before would be in the way. */
	for (i = 0; i < RTSPNAT_PORTS; i++)
		rtsp_expect_drop(&mapping->out[i]);
	rtsp_ports_let_go(mapping, IP_CT_DIR_ORIGINAL);
	rtsp_mapping_count(ask->conn, mapping);
	err = rtsp_publish_ports(ask, exp);
	rtsp_mapping_begin(ask, err);
	rtsp_mapping_publish(ask->conn, mapping, !err);
	trace_rtsp_publish(ask->conn->ct, ask->step, err);
	if (err < 0) {
		rtsp_expect_put(exp);
		return rtsp_refuse(ask, err);
	}
	memcpy(mapping->out, exp, sizeof(exp));
	rtsp_mapping_count(ask->conn, mapping);
	return RTSPNAT_YES;
}

void rtsp_release(struct rtsp_conn *conn, unsigned int number)
{
	struct rtsp_mapping *mapping = &conn->mapping[number];
	struct rtspnat_step step;
	unsigned int i;

	if (mapping->state == RTSP_MAPPING_NONE)
		return;
	if (trace_rtsp_release_enabled()) {
		rtsp_mapping_describe(mapping, number, &step);
		trace_rtsp_release(conn->ct, &step, 0);
	}

	rtsp_flows_let_go(mapping);
	mapping->flows = 0;
	for (i = 0; i < RTSPNAT_PORTS; i++) {
		rtsp_expect_drop(&mapping->in[i]);
		rtsp_expect_drop(&mapping->out[i]);
	}
	rtsp_mapping_count(conn, mapping);
	rtsp_ports_let_go(mapping, IP_CT_DIR_ORIGINAL);
	rtsp_ports_let_go(mapping, IP_CT_DIR_REPLY);
	kfree(mapping->media);
	if (mapping->state == RTSP_MAPPING_LINGERING) {
		WRITE_ONCE(conn->lingering, conn->lingering - 1);
		if (!conn->lingering)
			rtsp_host_end_linger(conn);
	}
	rtsp_host_put(conn);
	rtsp_mapping_publish(conn, mapping, false);
	rtsp_mapping_become(conn, mapping, RTSP_MAPPING_NONE);
	memset(mapping, 0, sizeof(*mapping));
}

void rtsp_give_up(const struct rtsp_ask *ask)
{
	struct rtsp_mapping *mapping = rtsp_ask_mapping(ask);

	if (READ_ONCE(end_media) && mapping->state == RTSP_MAPPING_LIVE)
		rtsp_flows_end(mapping);
	rtsp_release(ask->conn, ask->step->mapping);
}

void rtsp_renew_all(struct rtsp_conn *conn)
{
	unsigned int i;

	conn->renewed = jiffies;
	for (i = 0; i < RTSP_MAPPINGS; i++) {
		rtsp_expect_renew_all(conn->mapping[i].in);
		rtsp_expect_renew_all(conn->mapping[i].out);
	}
}

void rtsp_release_all(struct rtsp_conn *conn)
{
	unsigned int i;

	for (i = 0; i < RTSP_MAPPINGS; i++)
		rtsp_release(conn, i);
	rtsp_redirect_end(conn);
}

bool rtsp_holds_any(const struct rtsp_conn *conn)
{
	unsigned int i;

	for (i = 0; i < RTSP_MAPPINGS; i++) {
		if (conn->mapping[i].state != RTSP_MAPPING_NONE)
			return true;
	}
	return conn->redirect;
}
