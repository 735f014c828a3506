/* SPDX-License-Identifier: GPL-2.0-only */
/* What one host may have: limits on its connections, mappings and expectations. */
#ifndef _NF_CONNTRACK_RTSP_HOST_H
#define _NF_CONNTRACK_RTSP_HOST_H

#include "nf_conntrack_rtsp_mapping.h"
#include "nf_conntrack_rtsp_proc.h"

/* A host is an opener's own address, of IPv6 the first 64 bits of it, in a network
 * namespace and zone.
 */

/* Count a new connection, of which nobody knows yet.  @all: how many there are, of
 * @most; whoever has more than a quarter of them gets no more while less than half is
 * free.  Of IPv6 it is half, since many machines may share 64 bits.  Returns
 * RTSP_COUNTERS, or the counter of what is in the way.
 */
enum rtsp_counter rtsp_host_enter(struct rtsp_conn *conn, unsigned int all,
				  unsigned int most);

/* The caller of all these holds conn->lock. */

/* Count one more mapping.  Returns RTSP_COUNTERS, or the counter of the limit that
 * it would exceed.
 */
enum rtsp_counter rtsp_host_take(struct rtsp_conn *conn);
/* May @conn have @count expectations more?  The kernel's table has so many places for all
 * helpers of a namespace; this one takes three quarters of it at most.  A host that has
 * more than a quarter (IPv6: half) gets no more while less than half is free.
 */
bool rtsp_host_may_expect(const struct rtsp_conn *conn, unsigned int count);
/* Nor one that can be done without: those only while there are enough. */
bool rtsp_host_may_spare(const struct rtsp_conn *conn);
/* It has so many more now, or fewer. */
void rtsp_host_expect(const struct rtsp_conn *conn, int change);
/* The table is full although it should not be: somebody else has made it smaller, or takes
 * more.  For a minute there is no more than what there is now.
 */
void rtsp_host_table_full(const struct rtsp_conn *conn);

/* It came to nothing: as if it had never been asked for. */
void rtsp_host_give_back(struct rtsp_conn *conn);
/* It has ended. */
void rtsp_host_put(struct rtsp_conn *conn);

void rtsp_host_begin_linger(struct rtsp_conn *conn);
void rtsp_host_end_linger(struct rtsp_conn *conn);
/* Release a mapping that lingers on the ports that @ask wants, see rtsp_is_in_way().
 * Returns whether there was one.
 */
bool rtsp_host_reclaim(const struct rtsp_ask *ask);

/* The connection ends, and has no mapping any more. */
void rtsp_host_leave(struct rtsp_conn *conn);

/* Forget hosts that have nothing and could have no more if they were forgotten; with
 * @net all of a namespace that ends.  Returns whether any are left.
 */
bool rtsp_host_reap(const struct net *net);

void rtsp_host_init(void);
/* No connection is left. */
void rtsp_host_exit(void);

#endif /* _NF_CONNTRACK_RTSP_HOST_H */
