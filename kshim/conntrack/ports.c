// SPDX-License-Identifier: GPL-2.0-only
/* Ports that mappings hold: a hash table of all namespaces, under one lock. */

#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <net/netfilter/nf_conntrack_tuple.h>
#include <net/netfilter/nf_conntrack_zones.h>

#include "ports.h"

#define RTSP_PORT_BUCKETS	1024

static DEFINE_SPINLOCK(rtsp_ports_lock);
static struct hlist_head rtsp_ports[RTSP_PORT_BUCKETS];
static siphash_key_t rtsp_ports_seed __read_mostly;

struct rtsp_port_key {
	union nf_inet_addr addr;
	u64 net;
	__be16 port;
	u16 protocol;
	u32 unused;
} __aligned(SIPHASH_ALIGNMENT);

/* Of the packets that are sent to it. */
static const struct nf_conntrack_tuple *rtsp_port_tuple(const struct rtsp_port *port)
{
	return &port->ct->tuplehash[port->dir].tuple;
}

static struct hlist_head *rtsp_port_bucket(const struct rtsp_port *port)
{
	struct rtsp_port_key key;

	memset(&key, 0, sizeof(key));
	key.addr = rtsp_port_tuple(port)->dst.u3;
	key.net = (unsigned long)nf_ct_net(port->ct);
	key.port = port->port;
	key.protocol = port->protocol;
	return &rtsp_ports[siphash(&key, sizeof(key), &rtsp_ports_seed) %
			   RTSP_PORT_BUCKETS];
}

/* The control connection of @port: it may reserve again a port that it had before a takeover. */
static const struct nf_conn *rtsp_port_owner(const struct rtsp_port *port)
{
	return port->adopted ? port->ct->master : port->ct;
}

static bool rtsp_port_is_had_again(const struct rtsp_port *a, const struct rtsp_port *b)
{
	return a->adopted != b->adopted &&
	       rtsp_port_owner(a) == rtsp_port_owner(b);
}

static bool rtsp_port_overlaps(const struct rtsp_port *a, const struct rtsp_port *b)
{
	return a->port == b->port && a->protocol == b->protocol &&
	       !rtsp_port_is_had_again(a, b) &&
	       net_eq(nf_ct_net(a->ct), nf_ct_net(b->ct)) &&
	       nf_ct_zone(a->ct)->id == nf_ct_zone(b->ct)->id &&
	       nf_ct_l3num(a->ct) == nf_ct_l3num(b->ct) &&
	       nf_inet_addr_cmp(&rtsp_port_tuple(a)->dst.u3, &rtsp_port_tuple(b)->dst.u3) &&
	       (a->any_source || b->any_source ||
		nf_inet_addr_cmp(&rtsp_port_tuple(a)->src.u3, &rtsp_port_tuple(b)->src.u3));
}

bool rtsp_port_hold(struct rtsp_port *port)
{
	struct hlist_head *bucket = rtsp_port_bucket(port);
	const struct rtsp_port *other;
	bool taken = false;

	spin_lock_bh(&rtsp_ports_lock);
	hlist_for_each_entry(other, bucket, node) {
		taken = rtsp_port_overlaps(other, port);
		if (taken)
			break;
	}
	if (!taken)
		hlist_add_head(&port->node, bucket);
	spin_unlock_bh(&rtsp_ports_lock);
	return !taken;
}

void rtsp_port_let_go(struct rtsp_port *port)
{
	if (hlist_unhashed(&port->node))
		return;
	spin_lock_bh(&rtsp_ports_lock);
	hlist_del_init(&port->node);
	spin_unlock_bh(&rtsp_ports_lock);
}

void rtsp_ports_init(void)
{
	get_random_bytes(&rtsp_ports_seed, sizeof(rtsp_ports_seed));
}
