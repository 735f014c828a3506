/* SPDX-License-Identifier: GPL-2.0-only */
/* Media flows: conntracks between the two ends that an expectation names.
 *
 *	ct = rtsp_flow_get(conn, exp);		found, or made before its first packet
 *	rtsp_flow_keep(ct);			once a second, while rtsp_flow_left() is little
 *	rtsp_flow_put(&ct);
 *
 * The caller of all functions that take a mapping or its media holds conn->lock.
 */
#ifndef _RTSP_FLOW_H
#define _RTSP_FLOW_H

#include <net/netfilter/nf_conntrack_expect.h>

#include "state.h"

/* A flow that has less time is given more.  The sweep comes once a second, and may be late. */
#define RTSP_FLOW_LEFT		(10 * HZ)

/* Does @exp name both ends of a UDP flow? */
bool rtsp_flow_is_named(const struct nf_conntrack_expect *exp);
/* The port at the peer's end to which the opener sends its own packets. */
__be16 rtsp_flow_peer_port(const struct rtsp_conn *conn,
			   const struct nf_conntrack_expect *exp);

/* End a flow of @tuple that would keep media of @master from its way. */
void rtsp_flow_clear_way(const struct nf_conn *master,
			 const struct nf_conntrack_tuple *tuple);
/* The flow that @exp names, with a reference.  It is made unless it is there; NULL if another flow
 * is in its way and may stay, or without memory.  The caller is under RCU.
 */
struct nf_conn *rtsp_flow_get(const struct rtsp_conn *conn,
			      const struct nf_conntrack_expect *exp);

bool rtsp_flow_is_over(const struct nf_conn *ct);
/* How long until it runs out, in jiffies; S32_MAX if it has just begun, or its first packet was
 * dropped.
 */
s32 rtsp_flow_left(const struct nf_conn *ct);
/* Give it time.  Returns its timeout. */
u32 rtsp_flow_keep(struct nf_conn *ct);
/* Let go of it, and set @slot to NULL. */
void rtsp_flow_put(struct nf_conn **slot);

/* Let go of the flows of a port that have ended.  Returns how many are left. */
unsigned int rtsp_flows_tidy(struct rtsp_media *media);
/* Let go of all flows of a port. */
void rtsp_flows_forget(struct rtsp_media *media);
/* Let go of the one flow of a port, which was made here.  It ends unless it was used lately. */
void rtsp_flow_release(struct rtsp_media *media);
/* Let go of all flows of @mapping; those that were made here end unless they were used lately. */
void rtsp_flows_release(struct rtsp_mapping *mapping);
/* End all flows of @mapping. */
void rtsp_flows_end(const struct rtsp_mapping *mapping);

#endif /* _RTSP_FLOW_H */
