/* SPDX-License-Identifier: GPL-2.0-only */
/* How a connection opens: where the streams of both directions begin, and when it needs a state.
 *
 * The caller of all these is under RCU.
 */
#ifndef _RTSP_OPENING_H
#define _RTSP_OPENING_H

#include "packet.h"
#include "state.h"
#include "stats.h"

/* Learn from a SYN or SYN/ACK.  Returns false if it carries data: nothing tells then where the
 * stream begins.
 */
bool rtsp_opening_syn(const struct rtsp_packet *pkt, const struct tcphdr *th);

/* Make the state of a connection that has none.  Returns NULL if this segment needs no state, or if
 * there is no memory or no room: a connection that is left alone for good is counted.
 */
struct rtsp_conn *rtsp_opening_conn(const struct rtsp_packet *pkt,
				    const struct tcphdr *th);

/* Leave the connection alone as long as it lives, and count it once. */
void rtsp_pass_for_good(const struct rtsp_packet *pkt, enum rtsp_counter why);

#endif /* _RTSP_OPENING_H */
