/* SPDX-License-Identifier: GPL-2.0-only */
/* How many connections there may be, and which one gives way to another. */
#ifndef _RTSP_ROOM_H
#define _RTSP_ROOM_H

#include "proc.h"
#include "state.h"

/* Guards the list, its length, conn->listed and all writes of helper->conn. */
extern spinlock_t rtsp_conns_lock;
extern struct list_head rtsp_conns;

/* How many are on the list. */
unsigned int rtsp_room_taken(void);
/* One more, or one fewer, of @net.  Under rtsp_conns_lock. */
void rtsp_room_count(const struct net *net, int change);
/* A connection has got its first mapping, or has lost its last. */
void rtsp_room_count_holding(const struct net *net, int change);

/* May there be any at all? */
bool rtsp_room_is_any(void);

/* Count @conn, which is not on the list yet, with its host, and let another one give way if need
 * be.  If none can, conn->brief is set: it has no room but for one segment at a time.
 */
void rtsp_room_enter(struct rtsp_conn *conn);
/* It is to hold a mapping, so it stays, and another one has to go that has asked for one and
 * had no answer.  Returns RTSP_COUNTERS, or the counter of what is in the way.  Under
 * conn->lock.
 */
enum rtsp_counter rtsp_room_hold(struct rtsp_conn *conn);

/* What follows that, behind conn->lock: a connection that has no room is forgotten, and whoever
 * has lost his room to another one goes.
 */
void rtsp_room_settle(struct rtsp_conn *conn);

#endif /* _RTSP_ROOM_H */
