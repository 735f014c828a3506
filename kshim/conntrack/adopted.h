/* SPDX-License-Identifier: GPL-2.0-only */
/* Ports of media flows that another router has let in.
 *
 * No mapping holds them here.  Each stays taken for other connections as long as its flow is
 * there.
 */
#ifndef _RTSP_ADOPTED_H
#define _RTSP_ADOPTED_H

#include <net/netfilter/nf_conntrack.h>

/* The caller of all these but the first is in process context, and no two come at once. */

/* Adopt the ports of @flow, whose master is a control connection.  Atomic; comes out of
 * rtsp_carried_look().
 */
void rtsp_adopt(struct nf_conn *flow);
/* Once a second: let go of those whose flow has ended.  True if any are left. */
bool rtsp_adopted_reap(void);
/* Let go of all of @net, or with NULL of all. */
void rtsp_adopted_forget(const struct net *net);

#endif /* _RTSP_ADOPTED_H */
