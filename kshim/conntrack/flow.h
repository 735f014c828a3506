/* SPDX-License-Identifier: GPL-2.0-only */
/* Media flows of a mapping.
 *
 * A flow whose both ends the reply has named is made at once, before its first packet: it
 * takes no place in the table of expectations, and nobody else's packets can begin one
 * with the same addresses and ports.  It is kept as long as its mapping is.
 */
#ifndef _RTSP_FLOW_H
#define _RTSP_FLOW_H

#include "mapping.h"

/* Until packets of its own set it, and after a time without any. */
#define RTSP_FLOW_TIMEOUT	(30 * HZ)
/* One that has no more is given more.  The sweep comes once a second, and may be late. */
#define RTSP_FLOW_LEFT		(10 * HZ)

/* The caller of all these holds conn->lock, and of the first three is under RCU. */

/* Make the flow of port @i, whose expectation is open, and which then is not registered any
 * more, nor the one for the other direction.  False if it is not UDP, or the reply has not
 * named both ends, or somebody talks between them already: nothing has changed then.
 */
bool rtsp_flow_make(struct rtsp_conn *conn, struct rtsp_mapping *mapping,
		    unsigned int i);

/* Is there such a flow, and is it still what @ask wants of port @i? */
bool rtsp_flow_is(const struct rtsp_ask *ask, unsigned int i);

/* Let the flow of port @i go, and register an expectation in its place, which is inactive.
 * Returns 0 or a negative error number.
 */
int rtsp_flow_undo(struct rtsp_conn *conn, struct rtsp_mapping *mapping,
		   unsigned int i);

/* Once a second: keep flows from running out, and make those anew that have ended. */
void rtsp_flows_on(struct rtsp_conn *conn);

/* Let all flows go.  Those that nobody has used lately end. */
void rtsp_flows_let_go(struct rtsp_mapping *mapping);

/* End them all, also those that came by an expectation. */
void rtsp_flows_end(const struct rtsp_mapping *mapping);

/* For flows that came by an expectation: take that of port @i off the table while they are
 * under way, and, under RCU, put a new one there.  The latter returns 0 or a negative error number.
 */
void rtsp_flow_unlist(struct rtsp_conn *conn, struct rtsp_mapping *mapping,
		      unsigned int i);
int rtsp_flow_relist(struct rtsp_conn *conn, struct rtsp_mapping *mapping,
		     unsigned int i);

/* Let go of those of port @i that have ended.  Returns how many are left. */
unsigned int rtsp_flow_tidy(struct rtsp_media *media, unsigned int i);
/* Give it time.  Returns the timeout that it has now. */
u32 rtsp_flow_keep(struct nf_conn *ct);
/* How long until it runs out, in jiffies; S32_MAX if it has just begun, or was dropped. */
s32 rtsp_flow_left(const struct nf_conn *ct);
/* Let go and forget. */
void rtsp_flow_put(struct nf_conn **slot);

#endif /* _RTSP_FLOW_H */
