/* SPDX-License-Identifier: GPL-2.0-only */
/* Limits the number of connections, and decides which one gives way to another.
 *
 *	rtsp_room_enter(conn);			before others can find it
 *	why = rtsp_room_hold(conn);		when it asks for its first mapping
 *	rtsp_room_settle(conn);			behind each segment of one that has no room
 */
#ifndef _RTSP_ROOM_H
#define _RTSP_ROOM_H

#include "state.h"
#include "stats.h"

/* Count @conn, which is not on the list yet, with its host, and let another connection give way if
 * need be.  If none can, sets conn->brief: @conn has room for one segment at a time only.
 */
void rtsp_room_enter(struct rtsp_conn *conn);
/* @conn is to hold a mapping, so it stays, and another connection has to go that has asked for one
 * and had no answer.  Returns RTSP_COUNTERS, or the counter of the limit in the way.  The caller
 * holds conn->lock.
 */
enum rtsp_counter rtsp_room_hold(struct rtsp_conn *conn);

/* What follows from both, without conn->lock: a connection that has no room is forgotten, and one
 * that has lost its room to @conn goes.
 */
void rtsp_room_settle(struct rtsp_conn *conn);

#endif /* _RTSP_ROOM_H */
