/* SPDX-License-Identifier: GPL-2.0-only */
/* The hosts whose connections are followed, and what each may have. */
#ifndef _RTSP_HOST_H
#define _RTSP_HOST_H

#include <linux/list.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>

#include "mapping.h"
#include "proc.h"

/* A host is an opener's own address in a network namespace and zone.  The first 64 bits of
 * an IPv6 address are a site besides, which may have twice what a host may have.
 */

/* A host's bucket of tokens holds as many as come in this time. */
#define RTSP_HOST_BURST		(2 * HZ)

struct rtsp_host_key {
	union nf_inet_addr addr;
	u64 net;
	u16 zone;
	u16 l3num;
	u32 is_site;
} __aligned(SIPHASH_ALIGNMENT);

/* All under rtsp_hosts_lock; what is read without it is read once. */
struct rtsp_host {
	struct hlist_node node;
	struct rtsp_host_key key;
	const struct net *net;
	struct rtsp_host *site;		/* NULL for IPv4, and for a site */
	bool listed;
	unsigned int hosts;		/* of a site */
	unsigned int connections;
	unsigned int mappings;
	unsigned int expectations;
	unsigned int asking;		/* of these, not answered yet */
	u64 tokens;			/* HZ for each */
	unsigned long filled;		/* tokens are as of then */
	struct list_head lingering;	/* connections */
};

extern spinlock_t rtsp_hosts_lock;

/* Count a new connection, of which nobody knows yet; false if there is no room for its
 * host.  To be left in any case.
 */
bool rtsp_host_enter(struct rtsp_conn *conn);
/* May @conn stay, beside @others of @most there may be?  Whoever has more than a quarter of
 * them may not while less than half is free.
 */
bool rtsp_host_may_stay(const struct rtsp_conn *conn, unsigned int others,
			unsigned int most);
/* The connection ends, and has no mapping any more. */
void rtsp_host_leave(struct rtsp_conn *conn);

/* What the host of @conn has. */
unsigned int rtsp_host_connections(const struct rtsp_conn *conn);
unsigned int rtsp_host_asking(const struct rtsp_conn *conn);
/* Do both count for one limit? */
bool rtsp_host_shares(const struct rtsp_conn *conn,
		      const struct rtsp_conn *other);

/* The caller of all these holds conn->lock, and conn->host is there. */

/* Count one more mapping.  Returns RTSP_COUNTERS, or the counter of the limit that
 * it would exceed.
 */
enum rtsp_counter rtsp_host_take(struct rtsp_conn *conn);
/* May @conn have @count expectations more?  The kernel's table has so many places for all
 * helpers of a namespace; this one takes three quarters of it at most.  A host that has
 * more than a quarter gets no more while less than half is free.
 */
bool rtsp_host_may_expect(const struct rtsp_conn *conn, unsigned int count);
/* May so many wait for an answer besides?  Half of what all may have, and of what the host
 * may have.
 */
bool rtsp_host_may_ask(const struct rtsp_conn *conn, unsigned int count);
/* Nor one that can be done without: those only while there are enough. */
bool rtsp_host_may_spare(const struct rtsp_conn *conn);
/* It has so many more now, or fewer. */
void rtsp_host_expect(const struct rtsp_conn *conn, int change);
/* Of which so many more, or fewer, wait for an answer. */
void rtsp_host_ask(const struct rtsp_conn *conn, int change);
/* The table is full although it should not be: somebody else has made it smaller, or takes
 * more.  For a minute there is no more than what there is now.
 */
void rtsp_host_table_full(const struct rtsp_conn *conn);

/* It came to nothing: as if it had never been asked for. */
void rtsp_host_give_back(struct rtsp_conn *conn);
/* It has ended. */
void rtsp_host_put(struct rtsp_conn *conn);

#define RTSP_LINGER_LOOK	32

void rtsp_host_begin_linger(struct rtsp_conn *conn);
void rtsp_host_end_linger(struct rtsp_conn *conn);
/* Give other connections of the same host that linger, up to RTSP_LINGER_LOOK, those that
 * began last or the @oldest first; returns how many.  They are there as long as the caller is
 * under RCU.
 */
unsigned int rtsp_host_lingering(const struct rtsp_conn *conn,
				 struct rtsp_conn **others, bool oldest);

/* Forget hosts that have nothing and could have no more if they were forgotten; with
 * @net all of a namespace that ends.  Returns whether any are left.
 */
bool rtsp_host_reap(const struct net *net);

void rtsp_host_init(void);
/* No connection is left. */
void rtsp_host_exit(void);

#endif /* _RTSP_HOST_H */
