/* SPDX-License-Identifier: GPL-2.0-only */
/* Connections that another router followed, which is gone. */
#ifndef _RTSP_CARRIED_H
#define _RTSP_CARRIED_H

#include <linux/tcp.h>

#include "packet.h"

/* A segment of a connection that is not read, as its opening was not seen.  If there are
 * media flows of it nevertheless, or expectations, another router has read it: once both
 * sides have agreed on where a message ends, it may be read on.  True if that is where this
 * segment begins; then the helper knows where both directions are.  The caller is under RCU.
 */
bool rtsp_carried_segment(const struct rtsp_packet *pkt,
			  const struct tcphdr *th);

/* Once a second, may sleep. */
void rtsp_carried_look(void);
/* @net ends, or with NULL the module. */
void rtsp_carried_forget(const struct net *net);

#endif /* _RTSP_CARRIED_H */
