/* SPDX-License-Identifier: GPL-2.0-only */
/* Flows that come by an expectation. */
#ifndef _NF_CONNTRACK_RTSP_ARRIVAL_H
#define _NF_CONNTRACK_RTSP_ARRIVAL_H

#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_expect.h>

/* @ct is the first packet of a flow that matched @exp: one more of those that may come by
 * it at a time, for which the one that has been silent for longest ends.  For expectfn; the
 * caller does not hold conn->lock.
 */
void rtsp_arrival(struct nf_conn *ct, const struct nf_conntrack_expect *exp);

#endif /* _NF_CONNTRACK_RTSP_ARRIVAL_H */
