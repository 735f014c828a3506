/* SPDX-License-Identifier: GPL-2.0-only */
/* Flows that are there already, between the two ends that media are to have. */
#ifndef _RTSP_WAY_H
#define _RTSP_WAY_H

#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_expect.h>

/* End a flow that is in the way of media of @master which have @tuple, or match @exp. */
void rtsp_way_clear(const struct nf_conn *master,
		    const struct nf_conntrack_tuple *tuple);
void rtsp_way_clear_for(const struct nf_conntrack_expect *exp);

/* The flow that @exp was for, with a reference to it; NULL if there is none.  Without the
 * peer's port in its tuple it is not found.
 */
struct nf_conn *rtsp_way_flow(const struct nf_conntrack_expect *exp);
/* End it. */
void rtsp_way_end_flow(const struct nf_conntrack_expect *exp);

#endif /* _RTSP_WAY_H */
