/* SPDX-License-Identifier: GPL-2.0-only */
/* Media flows in the place of expectations, as time passes.
 *
 * An expectation is a place in a small table that all helpers share, and conntrack compares every
 * new flow of anybody with it.  So it gives way to the flow that it announces: where the reply has
 * named both ends, the module makes the flow before its first packet, and nobody else's packets can
 * begin one with the same addresses and ports.  The module keeps the flow as long as its mapping.
 *
 *	rtsp_media_make(conn, mapping, i);	at the reply; false: the expectation waits
 *	rtsp_media_on(conn);			once a second
 *	rtsp_media_undo(conn, mapping, i);	at another reply with other ports
 *
 * The caller of all these holds conn->lock and is under RCU.
 */
#ifndef _RTSP_MEDIA_H
#define _RTSP_MEDIA_H

#include "state.h"

/* Make the flow of port @i, whose expectation is open, and unregister that and the one for the
 * other direction: rtsp_mapping_count() is then up to the caller.  Returns false, with nothing
 * changed, if it is not UDP, or the reply has not named both ends, or another flow is between them.
 */
bool rtsp_media_make(struct rtsp_conn *conn, struct rtsp_mapping *mapping,
		     unsigned int i);

/* Does a flow stand for the expectation of port @i? */
static inline bool rtsp_media_has(const struct rtsp_mapping *mapping, unsigned int i)
{
	return mapping->flows & BIT(i);
}

/* Is it still the flow that @ask wants of port @i? */
bool rtsp_media_is(const struct rtsp_ask *ask, unsigned int i);

/* Let the flow of port @i go, and register an inactive expectation in its place.  Returns 0 or a
 * negative error number.
 */
int rtsp_media_undo(struct rtsp_conn *conn, struct rtsp_mapping *mapping, unsigned int i);

/* Keep flows from running out, and make those anew that have ended. */
void rtsp_media_on(struct rtsp_conn *conn);

#endif /* _RTSP_MEDIA_H */
