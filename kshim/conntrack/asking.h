/* SPDX-License-Identifier: GPL-2.0-only */
/* Mappings that wait for an answer, and what gives way to a new one. */
#ifndef _RTSP_ASKING_H
#define _RTSP_ASKING_H

#include "mapping.h"
#include "proc.h"

/* The caller of all these holds conn->lock and is under RCU. */

/* The state or the expectations of a mapping of @conn have changed. */
void rtsp_asking_note(struct rtsp_conn *conn);

/* Is there room for @count expectations that wait for an answer?  What lingers of the same host
 * gives way, and then what others have asked for and had no answer to.  Returns
 * RTSP_COUNTERS, or the counter of what is in the way.
 */
enum rtsp_counter rtsp_asking_begin(struct rtsp_conn *conn,
				    unsigned int count);

/* Release what another connection has asked for: the one that has waited longest, of the host
 * that has asked for most.  False if there is none.
 */
bool rtsp_asking_gives_way(struct rtsp_conn *conn, bool of_host);

/* Release what has lingered longest of the same host.  False if there is nothing. */
bool rtsp_lingering_gives_way(struct rtsp_conn *conn);

#endif /* _RTSP_ASKING_H */
