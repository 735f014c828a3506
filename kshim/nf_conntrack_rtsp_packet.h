/* SPDX-License-Identifier: GPL-2.0-only */
/* A TCP packet as a segment for the core, and what the core decided as a packet. */
#ifndef _NF_CONNTRACK_RTSP_PACKET_H
#define _NF_CONNTRACK_RTSP_PACKET_H

#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/netfilter/nf_conntrack.h>
#include <rtspnat.h>

/* One packet on its way through the helper.  Offsets count from skb->data. */
struct rtsp_packet {
	struct sk_buff *skb;
	struct nf_conn *ct;
	enum ip_conntrack_info ctinfo;
	unsigned int protoff;	/* TCP header */
	unsigned int dataoff;	/* payload */
	unsigned int end;	/* of the payload; there may be padding behind */
};

/* @th may be a copy. */
void rtsp_packet_init(struct rtsp_packet *pkt, const struct tcphdr *th);
void rtsp_packet_segment(struct rtspnat_segment *segment,
			 const struct rtsp_packet *pkt,
			 const struct tcphdr *th);

/* Does @step change nothing of @segment that TCP counts: bytes for as many others
 * at most?  Then the packet may pass even where rtsp_packet_rewrite() fails.
 */
bool rtsp_packet_keeps_count(const struct rtspnat_segment *segment,
			     const struct rtspnat_connection *core,
			     const struct rtspnat_step *step);

/* Make of the packet, which is linear, what @step says.  False if that cannot be done;
 * of bytes that @step keeps, none is changed then.
 */
bool rtsp_packet_rewrite(const struct rtsp_packet *pkt,
			 const struct rtspnat_connection *core,
			 const struct rtspnat_step *step);

#endif /* _NF_CONNTRACK_RTSP_PACKET_H */
