/* SPDX-License-Identifier: GPL-2.0-only */
/* Flows that come by an expectation. */
#ifndef _RTSP_ARRIVAL_H
#define _RTSP_ARRIVAL_H

#include "mapping.h"

/* @ct is the first packet of a flow that matched @exp: one more of those that may come by
 * it at a time, for which the one that has been silent for longest ends.  For expectfn; the
 * caller does not hold conn->lock.
 */
void rtsp_arrival(struct nf_conn *ct, const struct nf_conntrack_expect *exp);

/* Once a second, for port @i of a mapping, of which the reply has not named both ends: its
 * expectation is on the table unless all that it waits for is under way.  The caller holds
 * conn->lock and is under RCU.
 */
void rtsp_arrivals_on(struct rtsp_conn *conn, struct rtsp_mapping *mapping,
		      unsigned int i);

#endif /* _RTSP_ARRIVAL_H */
