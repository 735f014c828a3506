/* SPDX-License-Identifier: GPL-2.0-only */
/* What the module refuses, for the administrator's packet log (nf_log). */
#ifndef _RTSP_LOG_H
#define _RTSP_LOG_H

#include <linux/skbuff.h>
#include <net/netfilter/nf_conntrack.h>

/* Say of @skb, a packet of @ct, that @what happened for the reason @why. */
void rtsp_log(struct sk_buff *skb, const struct nf_conn *ct, const char *what,
	      const char *why);

#endif /* _RTSP_LOG_H */
