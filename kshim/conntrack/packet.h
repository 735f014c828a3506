/* SPDX-License-Identifier: GPL-2.0-only */
/* A TCP packet as a segment for the core, and the core's decision as a packet.
 *
 *	struct rtsp_packet pkt = { .skb = skb, .ct = ct, ... };
 *	rtsp_packet_init(&pkt, th);
 *	rtsp_packet_segment(&segment, &pkt, th);	what rtspnat_begin() takes
 *	...						rtspnat_next() until DONE
 *	rtsp_packet_rewrite(&pkt, core, &step.done)
 */
#ifndef _RTSP_PACKET_H
#define _RTSP_PACKET_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/minmax.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <rtspnat.h>

struct rtsp_helper;

/* One packet on its way through the helper.  Offsets count from skb->data. */
struct rtsp_packet {
	struct sk_buff *skb;
	struct nf_conn *ct;
	struct rtsp_helper *helper;	/* of ct; moves when ct gets an extension */
	enum ip_conntrack_info ctinfo;
	unsigned int protoff;	/* TCP header */
	unsigned int dataoff;	/* payload */
	unsigned int end;	/* of the payload; padding may follow */
};

static inline bool rtsp_is_ipv4(const struct rtsp_packet *pkt)
{
	return nf_ct_l3num(pkt->ct) == NFPROTO_IPV4;
}

/* A header whose length is 0 could not hold the length: BIG TCP. */
static inline unsigned int rtsp_packet_end(const struct rtsp_packet *pkt)
{
	const struct sk_buff *skb = pkt->skb;
	unsigned int len;

	if (rtsp_is_ipv4(pkt))
		len = ntohs(ip_hdr(skb)->tot_len);
	else
		len = ntohs(ipv6_hdr(skb)->payload_len);
	if (unlikely(!len))
		return skb->len;

	if (!rtsp_is_ipv4(pkt))
		len += sizeof(struct ipv6hdr);
	return min(skb_network_offset(skb) + len, skb->len);
}

/* Each segment of interleaved media comes through these two, so they are inline.  @th may be a
 * copy.
 */
static inline void rtsp_packet_init(struct rtsp_packet *pkt, const struct tcphdr *th)
{
	pkt->end = rtsp_packet_end(pkt);
	pkt->dataoff = min(pkt->protoff + th->doff * 4, pkt->end);
}

static inline void rtsp_packet_segment(struct rtspnat_segment *segment,
				       const struct rtsp_packet *pkt,
				       const struct tcphdr *th)
{
	*segment = (struct rtspnat_segment) {
		.size		= sizeof(*segment),
		.length		= pkt->end - pkt->dataoff,
		.header_length	= pkt->dataoff - skb_network_offset(pkt->skb),
		.seq		= ntohl(th->seq),
		.ack		= ntohl(th->ack_seq),
		.segment_size	= skb_shinfo(pkt->skb)->gso_size,
		.direction	= CTINFO2DIR(pkt->ctinfo),
		.flags		= (th->fin ? RTSPNAT_FIN : 0) |
				  (th->rst ? RTSPNAT_RST : 0) |
				  (th->ack ? RTSPNAT_ACK : 0) |
				  (th->urg ? RTSPNAT_URG : 0),
	};
}

/* Does @done replace bytes of @segment by as many others at most, and change nothing that TCP
 * counts?  Then the packet may pass even if rtsp_packet_rewrite() fails.
 */
bool rtsp_packet_keeps_count(const struct rtspnat_segment *segment,
			     const struct rtspnat_connection *core,
			     const struct rtspnat_done *done);

/* Make of the packet, which is linear, what @done says.  Returns false if that fails; no byte
 * that @done keeps has changed then.
 */
bool rtsp_packet_rewrite(const struct rtsp_packet *pkt,
			 const struct rtspnat_connection *core,
			 const struct rtspnat_done *done);

#endif /* _RTSP_PACKET_H */
