/* SPDX-License-Identifier: GPL-2.0-only */
/* How a connection opens. */
#ifndef _RTSP_OPENING_H
#define _RTSP_OPENING_H

#include <linux/types.h>

#include "proc.h"

struct rtsp_helper;
struct rtsp_packet;
struct tcphdr;

/* Learn from a SYN or SYN/ACK; false if it carries data, so that nothing is known of where
 * the stream begins.
 */
bool rtsp_opening_syn(const struct rtsp_packet *pkt, const struct tcphdr *th);

/* Does the segment need a state, of a connection that has none and whose positions are known?  What
 * needs none is counted, if it is left alone for good.
 */
bool rtsp_opening_begins(const struct rtsp_packet *pkt,
			 const struct tcphdr *th);

/* Leave it alone as long as it lives. */
void rtsp_pass_for_good(const struct rtsp_packet *pkt, enum rtsp_counter why);

/* Both beginnings are known. */
bool rtsp_saw_opening(const struct rtsp_helper *helper);

/* Count, once for a connection, that they are not. */
void rtsp_missed_opening(const struct rtsp_packet *pkt,
			 struct rtsp_helper *helper);

#endif /* _RTSP_OPENING_H */
