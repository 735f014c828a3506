/* SPDX-License-Identifier: GPL-2.0-only */
/* The hosts whose connections the module follows.
 *
 * A host is an opener's own address in a network namespace and zone.  The first 64 bits of an IPv6
 * address are a site besides, an entry like a host's, because a machine can have any address of
 * its network.  Each connection, mapping and expectation of a host counts for its site too, so a
 * caller goes over both:
 *
 *	for (i = host; i; i = i->site)
 */
#ifndef _RTSP_HOST_H
#define _RTSP_HOST_H

#include <linux/list.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <net/netfilter/nf_conntrack.h>

/* A host's bucket of tokens is full after this time. */
#define RTSP_HOST_BURST		(2 * HZ)

struct rtsp_host_key {
	union nf_inet_addr addr;
	u64 net;
	u16 zone;
	u16 l3num;
	u32 is_site;
} __aligned(SIPHASH_ALIGNMENT);

/* All under rtsp_hosts_lock; a reader without the lock uses READ_ONCE(). */
struct rtsp_host {
	struct hlist_node node;
	struct rtsp_host_key key;
	const struct net *net;
	struct rtsp_host *site;		/* NULL for IPv4, and for a site */
	bool listed;
	unsigned int hosts;		/* of a site */
	/* Of quota.c. */
	unsigned int connections;
	unsigned int mappings;
	unsigned int expectations[2];	/* by enum rtsp_quota */
	u64 tokens;			/* HZ for each mapping */
	unsigned long filled;		/* in jiffies: when tokens was right */
	/* Of mapping.c: connections with a mapping that lingers, the latest first. */
	struct list_head lingering;
};

extern spinlock_t rtsp_hosts_lock;

/* Count a new connection.  Returns its host, or its site if that has too many hosts, or NULL if the
 * table is full.
 */
struct rtsp_host *rtsp_host_enter(const struct nf_conn *ct);
/* The connection ends, and has no mapping any more.  @host may be NULL. */
void rtsp_host_leave(struct rtsp_host *host);

/* Do both count for one limit? */
bool rtsp_host_shares(const struct rtsp_host *mine, const struct rtsp_host *theirs);

/* Forget hosts that have nothing, and could have no more if they were forgotten; with @net all of a
 * namespace that ends.
 */
void rtsp_host_reap(const struct net *net);

void rtsp_host_init(void);

#endif /* _RTSP_HOST_H */
