// SPDX-License-Identifier: GPL-2.0-only
/* A mapping: the ports of one SETUP, their expectations, and the limits that they count for. */

#include <linux/bitops.h>
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "expect.h"
#include "flow.h"
#include "mapping.h"
#include "quota.h"
#include "redirect.h"
#include "stats.h"
#include "trace.h"

bool rtsp_mapping_prepare(struct rtsp_mapping *mapping)
{
	mapping->media = kzalloc(sizeof(*mapping->media), GFP_ATOMIC | __GFP_NOWARN);
	return mapping->media;
}

void rtsp_mapping_abandon(struct rtsp_mapping *mapping)
{
	kfree(mapping->media);
	mapping->media = NULL;
}

void rtsp_mapping_begin(const struct rtsp_ask *ask, int err)
{
	struct rtsp_mapping *mapping = rtsp_ask_mapping(ask);

	if (mapping->state != RTSP_MAPPING_NONE)
		return;
	if (err < 0) {
		rtsp_quota_give_back(ask->conn->host);
		rtsp_mapping_abandon(mapping);
		return;
	}
	memcpy(mapping->inside, ask->step->inside, sizeof(mapping->inside));
	rtsp_mapping_become(ask->conn, mapping, RTSP_MAPPING_RESERVED);
}

/* Enter @conn into the list of connections that wait for an answer, or take it off. */
static void rtsp_asking_list(struct rtsp_conn *conn, bool asks)
{
	struct rtsp_net *rn = rtsp_net(nf_ct_net(conn->ct));

	spin_lock_bh(&rn->asking_lock);
	conn->asked_at = jiffies;
	if (asks)
		list_add_tail(&conn->asking_node, &rn->asking);
	else
		list_del(&conn->asking_node);
	spin_unlock_bh(&rn->asking_lock);
}

/* The state or the expectations of a mapping have changed. */
static void rtsp_asking_note(struct rtsp_conn *conn)
{
	unsigned int i, held = 0, reserved = 0;
	const struct rtsp_mapping *mapping;
	int change;

	for (i = 0; (mapping = rtsp_mapping_next(conn, &i)); i++) {
		if (mapping->state != RTSP_MAPPING_RESERVED)
			continue;
		held += mapping->held;
		reserved++;
	}
	if (!reserved != !conn->reserved)
		rtsp_asking_list(conn, reserved);
	conn->reserved = reserved;
	change = (int)held - (int)conn->asking;
	conn->asking = held;
	if (change)
		rtsp_quota_add(conn->host, RTSP_QUOTA_ASKING, change);
}

/* One mapping of @conn more lingers, or one fewer. */
static void rtsp_lingering_note(struct rtsp_conn *conn, int change)
{
	u8 before = conn->lingering;

	WRITE_ONCE(conn->lingering, before + change);
	if (!before == !conn->lingering)
		return;
	spin_lock_bh(&rtsp_hosts_lock);
	if (before)
		list_del(&conn->host_node);
	else
		list_add(&conn->host_node, &conn->host->lingering);
	spin_unlock_bh(&rtsp_hosts_lock);
}

static enum rtsp_gauge rtsp_state_gauge(u8 state)
{
	return RTSP_NOW_RESERVED + (state - RTSP_MAPPING_RESERVED);
}

/* @conn has one mapping more, or one fewer. */
static void rtsp_holding_note(struct rtsp_conn *conn, int change)
{
	const struct net *net = nf_ct_net(conn->ct);
	u8 before = conn->holding;

	rtsp_count(net, change > 0 ? RTSP_MAPPINGS_TOTAL : RTSP_MAPPINGS_RELEASED);
	WRITE_ONCE(conn->holding, before + change);
	if (!before != !conn->holding)
		rtsp_gauge_add(net, RTSP_NOW_HOLDING, change);
}

void rtsp_mapping_become(struct rtsp_conn *conn, struct rtsp_mapping *mapping,
			 enum rtsp_mapping_state state)
{
	const struct net *net = nf_ct_net(conn->ct);
	u8 from = mapping->state;

	if (from == state)
		return;
	if (from == RTSP_MAPPING_NONE)
		rtsp_holding_note(conn, 1);
	else
		rtsp_gauge_add(net, rtsp_state_gauge(from), -1);
	if (state == RTSP_MAPPING_NONE)
		rtsp_holding_note(conn, -1);
	else
		rtsp_gauge_add(net, rtsp_state_gauge(state), 1);
	rtsp_lingering_note(conn, (state == RTSP_MAPPING_LINGERING) -
				  (from == RTSP_MAPPING_LINGERING));
	mapping->state = state;
	rtsp_asking_note(conn);
}

void rtsp_mapping_publish(struct rtsp_conn *conn, struct rtsp_mapping *mapping,
			  bool published)
{
	if (mapping->published == published)
		return;
	mapping->published = published;
	rtsp_gauge_add(nf_ct_net(conn->ct), RTSP_NOW_PUBLISHED, published ? 1 : -1);
}

static unsigned int rtsp_held(struct nf_conntrack_expect *const *exp)
{
	unsigned int i, count = 0;

	for (i = 0; i < RTSPNAT_PORTS; i++)
		count += !!exp[i];
	return count;
}

void rtsp_mapping_count(struct rtsp_conn *conn, struct rtsp_mapping *mapping)
{
	u8 held = rtsp_held(mapping->in) + rtsp_held(mapping->out) -
		  hweight8(mapping->flows);

	if (held == mapping->held)
		return;
	rtsp_quota_add(conn->host, RTSP_QUOTA_EXPECTED, held - mapping->held);
	mapping->held = held;
	rtsp_asking_note(conn);
}

bool rtsp_mapping_hold_ports(const struct rtsp_ask *ask,
			     enum ip_conntrack_dir dir, const u16 *number,
			     bool any_source)
{
	unsigned int i;

	for (i = 0; i < ask->step->count; i++) {
		struct rtsp_port *port = &rtsp_ask_mapping(ask)->media->port[dir][i];

		if (!number[i])
			continue;
		port->ct = ask->conn->ct;
		port->port = htons(number[i]);
		port->protocol = ask->step->protocol;
		port->dir = dir;
		port->any_source = any_source;
		if (!rtsp_port_hold(port))
			return false;
	}
	return true;
}

void rtsp_mapping_let_go_ports(struct rtsp_mapping *mapping, enum ip_conntrack_dir dir)
{
	unsigned int i;

	for (i = 0; i < RTSPNAT_PORTS; i++)
		rtsp_port_let_go(&mapping->media->port[dir][i]);
}

void rtsp_mapping_release(struct rtsp_conn *conn, struct rtsp_mapping *mapping)
{
	struct rtspnat_step step;
	unsigned int i;

	if (mapping->state == RTSP_MAPPING_NONE)
		return;
	if (trace_rtsp_release_enabled()) {
		rtsp_mapping_describe(conn, mapping, &step);
		trace_rtsp_release(conn->ct, &step, 0);
	}

	rtsp_flows_release(mapping);
	mapping->flows = 0;
	for (i = 0; i < RTSPNAT_PORTS; i++) {
		rtsp_expect_drop(&mapping->in[i]);
		rtsp_expect_drop(&mapping->out[i]);
	}
	rtsp_mapping_count(conn, mapping);
	rtsp_mapping_let_go_ports(mapping, IP_CT_DIR_ORIGINAL);
	rtsp_mapping_let_go_ports(mapping, IP_CT_DIR_REPLY);
	rtsp_mapping_publish(conn, mapping, false);
	rtsp_mapping_become(conn, mapping, RTSP_MAPPING_NONE);
	rtsp_quota_put(conn->host);
	kfree(mapping->media);
	memset(mapping, 0, sizeof(*mapping));
}

void rtsp_release_all(struct rtsp_conn *conn)
{
	struct rtsp_mapping *mapping;
	unsigned int i;

	for (i = 0; (mapping = rtsp_mapping_next(conn, &i)); i++)
		rtsp_mapping_release(conn, mapping);
	rtsp_redirect_end(conn);
}

void rtsp_renew_all(struct rtsp_conn *conn)
{
	struct rtsp_mapping *mapping;
	unsigned int i;

	conn->renewed = jiffies;
	for (i = 0; (mapping = rtsp_mapping_next(conn, &i)); i++) {
		rtsp_expect_renew_all(mapping->in);
		rtsp_expect_renew_all(mapping->out);
	}
}

void rtsp_mapping_describe(const struct rtsp_conn *conn,
			   const struct rtsp_mapping *mapping,
			   struct rtspnat_step *step)
{
	unsigned int i;

	memset(step, 0, sizeof(*step));
	step->mapping = mapping - conn->mapping;
	memcpy(step->inside, mapping->inside, sizeof(step->inside));
	for (i = 0; i < RTSPNAT_PORTS; i++) {
		const struct nf_conntrack_expect *in = mapping->in[i];
		const struct nf_conntrack_expect *out = mapping->out[i];
		const struct rtsp_port *published =
			&mapping->media->port[IP_CT_DIR_ORIGINAL][i];

		if (in) {
			step->protocol = in->tuple.dst.protonum;
			step->outside[i] = ntohs(in->tuple.dst.u.all);
			step->peer[i] = ntohs(in->tuple.src.u.all);
		}
		if (out) {
			step->protocol = out->tuple.dst.protonum;
			step->published[i] = ntohs(out->tuple.dst.u.all);
		} else if (!hlist_unhashed(&published->node)) {
			step->published[i] = ntohs(published->port);
		}
		if (in || out)
			step->count = i + 1;
	}
}
