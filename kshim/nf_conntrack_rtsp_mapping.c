// SPDX-License-Identifier: GPL-2.0-only
/* What the core asks about mappings, and its answers. */

#include <linux/errno.h>
#include <linux/moduleparam.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "nf_conntrack_rtsp_expect.h"
#include "nf_conntrack_rtsp_host.h"
#include "nf_conntrack_rtsp_log.h"
#include "nf_conntrack_rtsp_mapping.h"
#include "nf_conntrack_rtsp_proc.h"
#include "nf_conntrack_rtsp_source.h"
#include "nf_conntrack_rtsp_trace.h"

static bool end_media __read_mostly;
module_param(end_media, bool, 0644);
MODULE_PARM_DESC(end_media,
		 "End media flows under way at TEARDOWN and at a SETUP that replaces them, where their ports are known (default off)");

void rtsp_mapping_become(struct rtsp_conn *conn, struct rtsp_mapping *mapping,
			 enum rtsp_mapping_state state)
{
	struct net *net = nf_ct_net(conn->ct);

	if (mapping->state == state)
		return;
	rtsp_count_mapping(net, mapping->state, state);
	mapping->state = state;
}

static enum rtspnat_reply rtsp_refuse(const struct rtsp_ask *ask, int err)
{
	enum rtsp_counter why = err == -EBUSY  ? RTSP_PORT_BUSY :
				err == -ENOMEM ? RTSP_NO_MEMORY :
				err == -EDQUOT ? RTSP_TOO_MANY_EXPECTATIONS :
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

/* nf_nat_rtsp may still be on its way when the first words are said, or have gone
 * and taken the expectations with it.
 */
static bool rtsp_lacks_nat(const struct rtsp_ask *ask)
{
	if (!ask->conn->natted || ask->nat)
		return false;
	rtsp_count(nf_ct_net(ask->conn->ct), RTSP_NO_NAT_MODULE);
	rtsp_log_refused(ask, RTSP_NO_NAT_MODULE);
	rtsp_nat_want();
	return true;
}

/* Every mapping is counted with its host, from the first question about it on. */
static bool rtsp_mapping_may_begin(const struct rtsp_ask *ask)
{
	enum rtsp_counter why;

	if (rtsp_ask_mapping(ask)->state != RTSP_MAPPING_NONE)
		return true;
	why = rtsp_host_take(ask->conn);
	if (why == RTSP_COUNTERS)
		return true;
	rtsp_count(nf_ct_net(ask->conn->ct), why);
	rtsp_log_refused(ask, why);
	return false;
}

static void rtsp_mapping_begin(const struct rtsp_ask *ask, int err)
{
	struct rtsp_mapping *mapping = rtsp_ask_mapping(ask);

	if (mapping->state != RTSP_MAPPING_NONE)
		return;
	if (err < 0) {
		rtsp_host_give_back(ask->conn);
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
static void rtsp_mapping_count(const struct rtsp_conn *conn,
			       struct rtsp_mapping *mapping)
{
	u8 held = rtsp_held(mapping->in) + rtsp_held(mapping->out);

	if (held == mapping->held)
		return;
	rtsp_host_expect(conn, held - mapping->held);
	mapping->held = held;
}

static int rtsp_try_to_reserve(const struct rtsp_ask *ask,
			       struct nf_conntrack_expect **exp, bool *any)
{
	unsigned int i;
	int err = 0;

	if (!rtsp_host_may_expect(ask->conn, ask->step->count))
		return -EDQUOT;
	for (i = 0; i < ask->step->count && !err; i++) {
		exp[i] = rtsp_expect_inbound(ask, i);
		if (!exp[i])
			return -ENOMEM;
		*any = rtsp_source_reserve(exp[i]);
		err = rtsp_expect_check_port(ask, exp[i]);
	}
	return err ?: rtsp_expect_register(exp);
}

static int rtsp_reserve_ports(const struct rtsp_ask *ask,
			      struct nf_conntrack_expect **exp, bool *any)
{
	int err = rtsp_try_to_reserve(ask, exp, any);

	/* What a client held before it closed, and holds again, is no clash.  New ones: of
	 * those that were refused some may have been registered for a moment.
	 */
	if (err == -EBUSY && rtsp_host_reclaim(ask)) {
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
	unsigned int i;
	int err = 0;

	if (!rtsp_host_may_expect(ask->conn, ask->step->count))
		return -EDQUOT;
	for (i = 0; i < ask->step->count && !err; i++) {
		if (!ask->step->published[i])
			continue;
		exp[i] = rtsp_expect_outbound(ask, i);
		if (!exp[i])
			return -ENOMEM;
		err = rtsp_expect_check_port(ask, exp[i]);
	}
	return err ?: rtsp_expect_register(exp);
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

static bool rtsp_admit_in(const struct rtsp_ask *ask)
{
	const struct rtsp_mapping *mapping = rtsp_ask_mapping(ask);
	const struct rtspnat_step *step = ask->step;
	bool there = true;
	unsigned int i;

	spin_lock_bh(&nf_conntrack_expect_lock);
	for (i = 0; i < step->count; i++) {
		if (step->outside[i])
			there &= mapping->in[i] &&
				 rtsp_expect_is_registered(mapping->in[i]);
	}
	for (i = 0; i < step->count && there; i++) {
		if (step->outside[i])
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
		rtsp_expect_clear_way(*out);
}

enum rtspnat_reply rtsp_expect(const struct rtsp_ask *ask)
{
	struct rtsp_mapping *mapping = rtsp_ask_mapping(ask);
	const struct rtspnat_step *step = ask->step;
	unsigned int i;

	if (rtsp_lacks_nat(ask) || !rtsp_mapping_may_begin(ask))
		return RTSPNAT_NO;
	rtsp_mapping_begin(ask, 0);
	if (!rtsp_admit_in(ask)) {
		trace_rtsp_expect(ask->conn->ct, step, -ENOENT);
		return RTSPNAT_NO;
	}

	rtsp_mapping_become(ask->conn, mapping, RTSP_MAPPING_LIVE);
	for (i = 0; i < step->count; i++) {
		if (step->outside[i] && step->peer[i] && step->open & BIT(i))
			rtsp_expect_clear_way(mapping->in[i]);
		rtsp_lead_out(ask, i);
	}
	trace_rtsp_expect(ask->conn->ct, step, 0);
	return RTSPNAT_YES;
}

void rtsp_mapping_describe(const struct rtsp_mapping *mapping,
			   unsigned int number, struct rtspnat_step *step)
{
	unsigned int i;

	memset(step, 0, sizeof(*step));
	step->mapping = number;
	memcpy(step->inside, mapping->inside, sizeof(step->inside));
	for (i = 0; i < RTSPNAT_PORTS; i++) {
		const struct nf_conntrack_expect *in = mapping->in[i];
		const struct nf_conntrack_expect *out = mapping->out[i];

		if (in) {
			step->protocol = in->tuple.dst.protonum;
			step->outside[i] = ntohs(in->tuple.dst.u.all);
			step->peer[i] = ntohs(in->tuple.src.u.all);
		}
		if (out) {
			step->protocol = out->tuple.dst.protonum;
			step->published[i] = ntohs(out->tuple.dst.u.all);
		}
		if (in || out)
			step->count = i + 1;
	}
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

	for (i = 0; i < RTSPNAT_PORTS; i++) {
		rtsp_expect_drop(&mapping->in[i]);
		rtsp_expect_drop(&mapping->out[i]);
	}
	rtsp_mapping_count(conn, mapping);
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

static void rtsp_end_flows(const struct rtsp_mapping *mapping)
{
	unsigned int i;

	for (i = 0; i < RTSPNAT_PORTS; i++) {
		if (mapping->in[i])
			rtsp_expect_end_flow(mapping->in[i]);
		if (mapping->out[i])
			rtsp_expect_end_flow(mapping->out[i]);
	}
}

void rtsp_give_up(const struct rtsp_ask *ask)
{
	const struct rtsp_mapping *mapping = rtsp_ask_mapping(ask);

	if (READ_ONCE(end_media) && mapping->state == RTSP_MAPPING_LIVE)
		rtsp_end_flows(mapping);
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
