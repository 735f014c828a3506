/* SPDX-License-Identifier: GPL-2.0-only */
/* The first packet of a media flow that matches an expectation. */
#ifndef _RTSP_ARRIVAL_H
#define _RTSP_ARRIVAL_H

#include <net/netfilter/nf_conntrack_expect.h>

/* Make @exp, which is not registered yet, call nf_conntrack_rtsp_arrive() (nat_hook.h).  With NAT
 * the hook inbound() does so.
 */
void rtsp_arrival_watch(struct nf_conntrack_expect *exp);

void rtsp_arrival_init(void);
/* Takes away all expectations that call it. */
void rtsp_arrival_exit(void);

#endif /* _RTSP_ARRIVAL_H */
