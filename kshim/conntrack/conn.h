/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes, publishes and frees struct rtsp_conn.
 *
 *	conn = rtsp_conn_alloc(ct);
 *	conn = rtsp_conn_publish(conn, helper);	or the state that another CPU has published
 *	...					helper->conn points to it, for each segment
 *	rtsp_conn_kill(conn);			RCU frees it
 *
 * Conntrack calls nobody when a conntrack ends: the sweep finds those that are over.
 */
#ifndef _RTSP_CONN_H
#define _RTSP_CONN_H

#include <linux/workqueue.h>

#include "state.h"

/* All connections.  The lock guards the list, conn->listed, and all writes of helper->conn. */
extern spinlock_t rtsp_conns_lock;
extern struct list_head rtsp_conns;

/* @sweep is called within a second of each rtsp_sweep_later().  Returns 0 or a negative error
 * number.
 */
int rtsp_conn_init(work_func_t sweep);
void rtsp_sweep_later(void);
/* No packet comes any more: nor does the sweep. */
void rtsp_sweep_stop(void);
/* No connection is left. */
void rtsp_conn_exit(void);

/* Make the state of @ct, of which nobody knows yet.  Returns NULL without memory. */
struct rtsp_conn *rtsp_conn_alloc(struct nf_conn *ct);
/* Let @helper point to @conn.  Both directions may come here at once: returns the state that won,
 * and frees the other; NULL if it has lived and died in the meantime.
 */
struct rtsp_conn *rtsp_conn_publish(struct rtsp_conn *conn, struct rtsp_helper *helper);

/* End @conn.  The caller is under RCU and does not hold conn->lock. */
void rtsp_conn_kill(struct rtsp_conn *conn);
/* The same in two steps.  Under rtsp_conns_lock: from here on nobody finds the state, and none is
 * made anew unless it @goes_on.  Then, without the lock, rtsp_conn_finish() ends all that are in
 * @to.
 */
void rtsp_conn_unlist(struct rtsp_conn *conn, bool goes_on, struct list_head *to);
void rtsp_conn_finish(struct list_head *conns);

/* Has its TCP connection ended, and does nobody need the state any more? */
bool rtsp_conn_is_over(const struct rtsp_conn *conn);

/* How much is lost when a connection gives way to another, from little to much. */
enum rtsp_rank {
	RTSP_RANK_OVER,		/* it has ended */
	RTSP_RANK_IDLE,		/* it waits for nothing */
	RTSP_RANK_WAITS,	/* it waits for a reply that needs no help */
	RTSP_RANK_UNFINISHED,	/* it is silent inside a message */
	RTSP_RANK_UNANSWERED,	/* it is silent, and so is its server */
	RTSP_RANK_LINGERS,	/* it is of the host that asks */
	RTSP_RANK_STAYS
};

/* With @of_host the connection that asks is of the same host.  For IDLE and WAITS, @position says
 * where to go on.  The caller holds conn->lock.
 */
enum rtsp_rank rtsp_conn_rank(struct rtsp_conn *conn, bool of_host,
			      struct rtspnat_position *position);

#endif /* _RTSP_CONN_H */
