// SPDX-License-Identifier: GPL-2.0-only
/* A mapping: the ports of one SETUP, their expectations, and the limits that they count for. */

#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "expect.h"
#include "flow.h"
#include "mapping.h"
#include "quota.h"
#include "redirect.h"
#include "source.h"
#include "stats.h"
#include "trace.h"

/* Nearly every mapping has a media port and its RTCP port, or one port: these have a cache of their
 * own, as that of kmalloc() would round their size up.
 */
#define RTSP_USUAL_PORTS	2

static struct kmem_cache *rtsp_mapping_cache __read_mostly;

static size_t rtsp_mapping_size(unsigned int count)
{
	const struct rtsp_mapping *mapping = NULL;

	return struct_size(mapping, media, count);
}

int rtsp_mapping_init(void)
{
	rtsp_mapping_cache = kmem_cache_create("nf_conntrack_rtsp_mapping",
					       rtsp_mapping_size(RTSP_USUAL_PORTS), 8,
					       0, NULL);
	return rtsp_mapping_cache ? 0 : -ENOMEM;
}

void rtsp_mapping_exit(void)
{
	kmem_cache_destroy(rtsp_mapping_cache);
}

struct rtsp_mapping *rtsp_mapping_find(const struct rtsp_conn *conn, u8 number)
{
	struct rtsp_mapping *mapping;
	struct hlist_node *next;

	rtsp_for_each_mapping(mapping, next, conn) {
		if (mapping->number == number)
			return mapping;
	}
	return NULL;
}

struct rtsp_mapping *rtsp_mapping_new(struct rtsp_conn *conn,
				      const struct rtspnat_mapping *asked)
{
	const gfp_t gfp = GFP_ATOMIC | __GFP_NOWARN;
	struct rtsp_mapping *mapping;
	unsigned int i;

	if (asked->count <= RTSP_USUAL_PORTS)
		mapping = kmem_cache_zalloc(rtsp_mapping_cache, gfp);
	else
		mapping = kzalloc(rtsp_mapping_size(asked->count), gfp);
	if (!mapping)
		return NULL;
	mapping->number = asked->number;
	mapping->count = asked->count;
	for (i = 0; i < asked->count; i++)
		mapping->media[i].inside = asked->inside[i];
	hlist_add_head(&mapping->node, &conn->mappings);
	return mapping;
}

void rtsp_mapping_free(struct rtsp_mapping *mapping)
{
	hlist_del(&mapping->node);
	if (mapping->count <= RTSP_USUAL_PORTS)
		kmem_cache_free(rtsp_mapping_cache, mapping);
	else
		kfree(mapping);
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

/* The same of the connections of its host of which a mapping lingers. */
static void rtsp_lingering_list(struct rtsp_conn *conn, bool lingers)
{
	spin_lock_bh(&rtsp_hosts_lock);
	if (lingers)
		list_add(&conn->host_node, &conn->host->lingering);
	else
		list_del(&conn->host_node);
	spin_unlock_bh(&rtsp_hosts_lock);
}

/* @conn has @now mappings in @state. */
static void rtsp_mapping_note(struct rtsp_conn *conn, enum rtsp_mapping_state state, u8 now)
{
	u8 before = conn->mappings_in[state];

	if (now == before)
		return;
	WRITE_ONCE(conn->mappings_in[state], now);
	rtsp_gauge_add(nf_ct_net(conn->ct),
		       RTSP_NOW_RESERVED + (state - RTSP_MAPPING_RESERVED), now - before);
	if (!now == !before)
		return;
	if (state == RTSP_MAPPING_RESERVED)
		rtsp_asking_list(conn, now);
	else if (state == RTSP_MAPPING_LINGERING)
		rtsp_lingering_list(conn, now);
}

static unsigned int rtsp_mapping_registered(const struct rtsp_mapping *mapping)
{
	unsigned int i, count = 0;

	for (i = 0; i < mapping->count; i++)
		count += !!mapping->media[i].in + !!mapping->media[i].out;
	return count - hweight8(mapping->flows);
}

void rtsp_mapping_count(struct rtsp_conn *conn)
{
	u8 number[RTSP_MAPPING_STATES] = {}, expected = 0, asking = 0;
	bool held = rtsp_mapping_is_held(conn);
	enum rtsp_mapping_state state;
	struct rtsp_mapping *mapping;
	struct hlist_node *next;

	rtsp_for_each_mapping(mapping, next, conn) {
		unsigned int registered = rtsp_mapping_registered(mapping);

		number[mapping->state]++;
		expected += registered;
		if (mapping->state == RTSP_MAPPING_RESERVED)
			asking += registered;
	}
	for (state = RTSP_MAPPING_RESERVED; state < RTSP_MAPPING_STATES; state++)
		rtsp_mapping_note(conn, state, number[state]);
	if (held != rtsp_mapping_is_held(conn))
		rtsp_gauge_add(nf_ct_net(conn->ct), RTSP_NOW_HOLDING, held ? -1 : 1);
	rtsp_quota_add(conn->host, expected - conn->expected, asking - conn->asking);
	conn->expected = expected;
	conn->asking = asking;
}

void rtsp_mapping_become(struct rtsp_conn *conn, struct rtsp_mapping *mapping,
			 enum rtsp_mapping_state state)
{
	if (mapping->state == RTSP_MAPPING_NEW)
		rtsp_count(nf_ct_net(conn->ct), RTSP_MAPPINGS_TOTAL);
	mapping->state = state;
	rtsp_mapping_count(conn);
}

bool rtsp_mapping_publish(struct rtsp_conn *conn, struct rtsp_mapping *mapping)
{
	mapping->published = kcalloc(mapping->count, sizeof(*mapping->published),
				     GFP_ATOMIC | __GFP_NOWARN);
	if (!mapping->published)
		return false;
	rtsp_gauge_add(nf_ct_net(conn->ct), RTSP_NOW_PUBLISHED, 1);
	return true;
}

void rtsp_mapping_unpublish(struct rtsp_conn *conn, struct rtsp_mapping *mapping)
{
	if (!mapping->published)
		return;
	rtsp_mapping_let_go_ports(mapping, IP_CT_DIR_ORIGINAL);
	kfree(mapping->published);
	mapping->published = NULL;
	rtsp_gauge_add(nf_ct_net(conn->ct), RTSP_NOW_PUBLISHED, -1);
}

static struct rtsp_port *rtsp_mapping_port(struct rtsp_mapping *mapping,
					   enum ip_conntrack_dir dir, unsigned int i)
{
	return dir == IP_CT_DIR_REPLY ? &mapping->media[i].port : &mapping->published[i];
}

void rtsp_mapping_let_go_ports(struct rtsp_mapping *mapping, enum ip_conntrack_dir dir)
{
	unsigned int i;

	for (i = 0; i < mapping->count; i++)
		rtsp_port_let_go(rtsp_mapping_port(mapping, dir, i));
}

bool rtsp_mapping_hold_ports(const struct rtsp_ask *ask, enum ip_conntrack_dir dir,
			     struct nf_conntrack_expect *const *exp)
{
	unsigned int i;

	for (i = 0; i < ask->asked->count; i++) {
		struct rtsp_port *port = rtsp_mapping_port(ask->mapping, dir, i);

		if (!exp[i])
			continue;
		port->ct = ask->conn->ct;
		port->port = exp[i]->tuple.dst.u.all;
		port->protocol = exp[i]->tuple.dst.protonum;
		port->dir = dir;
		port->any_source = rtsp_source_is_any(exp[i]);
		if (!rtsp_port_hold(port)) {
			rtsp_mapping_let_go_ports(ask->mapping, dir);
			return false;
		}
	}
	return true;
}

void rtsp_mapping_release(struct rtsp_conn *conn, struct rtsp_mapping *mapping)
{
	struct rtspnat_mapping described;
	unsigned int i;

	if (!mapping)
		return;
	if (trace_rtsp_release_enabled()) {
		rtsp_mapping_describe(mapping, &described);
		trace_rtsp_release(conn->ct, &described, 0);
	}

	rtsp_flows_release(mapping);
	for (i = 0; i < mapping->count; i++) {
		rtsp_expect_drop(&mapping->media[i].in);
		rtsp_expect_drop(&mapping->media[i].out);
	}
	rtsp_mapping_let_go_ports(mapping, IP_CT_DIR_REPLY);
	rtsp_mapping_unpublish(conn, mapping);
	rtsp_mapping_free(mapping);
	rtsp_mapping_count(conn);
	rtsp_quota_put(conn->host, true);
	rtsp_count(nf_ct_net(conn->ct), RTSP_MAPPINGS_RELEASED);
}

void rtsp_release_all(struct rtsp_conn *conn)
{
	struct rtsp_mapping *mapping;
	struct hlist_node *next;

	rtsp_for_each_mapping(mapping, next, conn)
		rtsp_mapping_release(conn, mapping);
	rtsp_redirect_end(conn);
}

void rtsp_renew_all(struct rtsp_conn *conn)
{
	struct rtsp_mapping *mapping;
	struct hlist_node *next;
	unsigned int i;

	rtsp_for_each_mapping(mapping, next, conn) {
		for (i = 0; i < mapping->count; i++) {
			rtsp_expect_renew(mapping->media[i].in);
			rtsp_expect_renew(mapping->media[i].out);
		}
	}
}

void rtsp_mapping_describe(const struct rtsp_mapping *mapping, struct rtspnat_mapping *asked)
{
	unsigned int i;

	memset(asked, 0, sizeof(*asked));
	asked->number = mapping->number;
	for (i = 0; i < mapping->count; i++) {
		const struct rtsp_media *media = &mapping->media[i];

		asked->inside[i] = media->inside;
		if (media->in) {
			asked->protocol = media->in->tuple.dst.protonum;
			asked->outside[i] = ntohs(media->in->tuple.dst.u.all);
			asked->peer[i] = ntohs(media->in->tuple.src.u.all);
		}
		if (media->out) {
			asked->protocol = media->out->tuple.dst.protonum;
			asked->published[i] = ntohs(media->out->tuple.dst.u.all);
		} else if (mapping->published) {
			asked->published[i] = ntohs(mapping->published[i].port);
		}
		if (media->in || media->out)
			asked->count = i + 1;
	}
}
