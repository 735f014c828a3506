/* SPDX-License-Identifier: GPL-2.0-only */
/* A mapping: the ports of one SETUP, their expectations, and the limits that they count for.
 *
 *	mapping = rtsp_mapping_new(conn, asked);		NEW: it counts for nothing yet
 *	...						register expectations
 *	mapping->media[0].in = exp;
 *	rtsp_mapping_become(conn, mapping, RTSP_MAPPING_RESERVED);
 *	rtsp_mapping_count(conn);			whenever expectations come or go
 *	rtsp_mapping_become(conn, mapping, RTSP_MAPPING_LIVE);
 *	rtsp_mapping_release(conn, mapping);		from any state
 *
 * The caller of all that take a connection or a mapping holds conn->lock.
 */
#ifndef _RTSP_MAPPING_H
#define _RTSP_MAPPING_H

#include "state.h"

/* Returns 0 or a negative error number. */
int rtsp_mapping_init(void);
/* No mapping is left. */
void rtsp_mapping_exit(void);

/* The mapping to which the core has given @number; NULL: none. */
struct rtsp_mapping *rtsp_mapping_find(const struct rtsp_conn *conn, u8 number);
/* Make the one that @asked asks about.  Returns NULL without memory. */
struct rtsp_mapping *rtsp_mapping_new(struct rtsp_conn *conn,
				      const struct rtspnat_mapping *asked);
/* Free @mapping, which holds nothing: it is NEW and came to nothing. */
void rtsp_mapping_free(struct rtsp_mapping *mapping);

void rtsp_mapping_become(struct rtsp_conn *conn, struct rtsp_mapping *mapping,
			 enum rtsp_mapping_state state);
/* Get memory for ports at the published address, of which @mapping has none.  Returns false without
 * memory.
 */
bool rtsp_mapping_publish(struct rtsp_conn *conn, struct rtsp_mapping *mapping);
/* Let go of these ports, if there are any. */
void rtsp_mapping_unpublish(struct rtsp_conn *conn, struct rtsp_mapping *mapping);
/* Count the mappings of @conn and their expectations anew: for the quota, for the gauges, and for
 * the lists of connections that wait for an answer, or of which a mapping lingers.
 */
void rtsp_mapping_count(struct rtsp_conn *conn);

/* Has @conn a mapping that is not NEW? */
static inline bool rtsp_mapping_is_held(const struct rtsp_conn *conn)
{
	return READ_ONCE(conn->mappings_in[RTSP_MAPPING_RESERVED]) ||
	       READ_ONCE(conn->mappings_in[RTSP_MAPPING_LIVE]) ||
	       READ_ONCE(conn->mappings_in[RTSP_MAPPING_LINGERING]);
}

/* Hold for the mapping the ports of @exp[], RTSPNAT_PORTS of them or NULL, to which packets in @dir
 * are sent.  Returns false, and holds none, if another connection has one of them.
 */
bool rtsp_mapping_hold_ports(const struct rtsp_ask *ask, enum ip_conntrack_dir dir,
			     struct nf_conntrack_expect *const *exp);
void rtsp_mapping_let_go_ports(struct rtsp_mapping *mapping, enum ip_conntrack_dir dir);

/* End it.  @mapping may be NULL. */
void rtsp_mapping_release(struct rtsp_conn *conn, struct rtsp_mapping *mapping);
/* Release all mappings, and the redirection. */
void rtsp_release_all(struct rtsp_conn *conn);
/* Once a day: keep all expectations from running out. */
void rtsp_renew_all(struct rtsp_conn *conn);

/* Fill in @asked the ports of @mapping, as its expectations have them, for a tracepoint. */
void rtsp_mapping_describe(const struct rtsp_mapping *mapping, struct rtspnat_mapping *asked);

#endif /* _RTSP_MAPPING_H */
