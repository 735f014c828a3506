/* SPDX-License-Identifier: GPL-2.0-only */
/* Handles the first packet of a media flow that matches an expectation. */
#ifndef _RTSP_ARRIVAL_H
#define _RTSP_ARRIVAL_H

#include <net/netfilter/nf_conntrack_expect.h>

/* Make @exp, which is not registered yet, call nf_conntrack_rtsp_arrive() (nat_hook.h).  With NAT
 * the hook inbound() does so.
 */
void rtsp_arrival_watch(struct nf_conntrack_expect *exp);
bool rtsp_arrival_is_watched(const struct nf_conntrack_expect *exp);

/* Between these two calls userspace finds the function by its name too. */
void rtsp_arrival_init(void);
void rtsp_arrival_exit(void);

#endif /* _RTSP_ARRIVAL_H */
