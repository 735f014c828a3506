/* SPDX-License-Identifier: GPL-2.0-only */
/* Releases mappings of other connections that give way to a new one.
 *
 * Two kinds may give way: mappings that wait for an answer, and lingering ones of the same host.
 * The caller of all these holds conn->lock and is under RCU.
 */
#ifndef _RTSP_RECLAIM_H
#define _RTSP_RECLAIM_H

#include "state.h"

/* Is there room for @count expectations that wait for an answer?  Others give way if need be.
 * Returns 0, -EAGAIN if too many wait for an answer, or -EDQUOT if there are too many in all.
 */
int rtsp_reclaim_room(struct rtsp_conn *conn, unsigned int count);

/* Release the ports that another connection has asked for: a connection that has waited longest,
 * of the host that has asked for most.  With @of_host it has to be of the host of @conn.  Returns
 * false if there is none.
 */
bool rtsp_reclaim_unanswered(struct rtsp_conn *conn, bool of_host);

/* Release what has lingered longest of the same host.  Returns false if nothing lingers. */
bool rtsp_reclaim_lingering(struct rtsp_conn *conn);

/* Release mappings of another connection of the same host that linger on the ports that @ask wants.
 * Returns false if there are none.
 */
bool rtsp_reclaim_ports(const struct rtsp_ask *ask);

#endif /* _RTSP_RECLAIM_H */
