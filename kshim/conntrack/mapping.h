/* SPDX-License-Identifier: GPL-2.0-only */
/* A mapping: the ports of one SETUP, their expectations, and the limits that they count for.
 *
 * A mapping is NONE until it begins, and NONE again when it is released:
 *
 *	rtsp_mapping_prepare(mapping);			memory
 *	...						register expectations
 *	rtsp_mapping_begin(ask, err);			RESERVED, or NONE again if err < 0
 *	mapping->in[0] = exp;
 *	rtsp_mapping_count(conn, mapping);		whenever expectations come or go
 *	rtsp_mapping_become(conn, mapping, RTSP_MAPPING_LIVE);
 *	rtsp_mapping_release(conn, mapping);		from any state
 *
 * The caller of all these holds conn->lock.
 */
#ifndef _RTSP_MAPPING_H
#define _RTSP_MAPPING_H

#include "state.h"

/* Get memory for @mapping, which is NONE.  Returns false without memory. */
bool rtsp_mapping_prepare(struct rtsp_mapping *mapping);
/* Give the memory back, before the mapping has begun. */
void rtsp_mapping_abandon(struct rtsp_mapping *mapping);
/* If the mapping of @ask is NONE: make it RESERVED, or with a negative @err give back its memory
 * and what the quota took for it.
 */
void rtsp_mapping_begin(const struct rtsp_ask *ask, int err);

void rtsp_mapping_become(struct rtsp_conn *conn, struct rtsp_mapping *mapping,
			 enum rtsp_mapping_state state);
/* Are its ports at the published address? */
void rtsp_mapping_publish(struct rtsp_conn *conn, struct rtsp_mapping *mapping,
			  bool published);
/* Count its expectations anew, for the quota and for the list of those that wait for an answer. */
void rtsp_mapping_count(struct rtsp_conn *conn, struct rtsp_mapping *mapping);

/* Hold the ports @number[] of the mapping for those who send in @dir.  Returns false if another
 * connection has one of them; some may be held then.
 */
bool rtsp_mapping_hold_ports(const struct rtsp_ask *ask,
			     enum ip_conntrack_dir dir, const u16 *number,
			     bool any_source);
void rtsp_mapping_let_go_ports(struct rtsp_mapping *mapping, enum ip_conntrack_dir dir);

/* End it; nothing happens if it is NONE. */
void rtsp_mapping_release(struct rtsp_conn *conn, struct rtsp_mapping *mapping);
/* Release all mappings, and the redirection. */
void rtsp_release_all(struct rtsp_conn *conn);
/* Once a day: keep all expectations from running out. */
void rtsp_renew_all(struct rtsp_conn *conn);

/* Fill in @step the ports of @mapping, as its expectations have them, for a tracepoint. */
void rtsp_mapping_describe(const struct rtsp_conn *conn,
			   const struct rtsp_mapping *mapping,
			   struct rtspnat_step *step);

#endif /* _RTSP_MAPPING_H */
