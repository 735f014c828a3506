/* SPDX-License-Identifier: GPL-2.0-only */
/* Decides what happens to a packet of a connection that has the helper. */
#ifndef _RTSP_HELP_H
#define _RTSP_HELP_H

#include <linux/skbuff.h>
#include <net/netfilter/nf_conntrack.h>

/* The function that conntrack calls for each packet.  Returns NF_ACCEPT or NF_DROP. */
int rtsp_help(struct sk_buff *skb, unsigned int protoff, struct nf_conn *ct,
	      enum ip_conntrack_info ctinfo);

#endif /* _RTSP_HELP_H */
