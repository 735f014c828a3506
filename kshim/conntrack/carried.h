/* SPDX-License-Identifier: GPL-2.0-only */
/* Takes over connections that another router followed, which is gone. */
#ifndef _RTSP_CARRIED_H
#define _RTSP_CARRIED_H

#include <linux/tcp.h>
#include <net/net_namespace.h>

#include "packet.h"

/* A segment of a connection whose opening this router has not seen.  If conntrackd has brought
 * media flows or expectations of it, another router has read it; once both sides have agreed on
 * where a message ends, this one may read on.  Returns true if a message begins with this segment;
 * then the helper knows where both directions stand.  The caller is under RCU.
 */
bool rtsp_carried_segment(const struct rtsp_packet *pkt, const struct tcphdr *th);

/* The caller of these two is in process context, and no two come at once. */

/* Once a second: look for media of one connection, and let go of ports whose flow has ended.
 * Returns whether any are left.
 */
bool rtsp_carried_on(void);
/* Let go of all of @net, which ends; or with NULL of all. */
void rtsp_carried_forget(const struct net *net);

#endif /* _RTSP_CARRIED_H */
