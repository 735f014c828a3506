// SPDX-License-Identifier: GPL-2.0-only
/* A TCP packet as a segment for the core, and the core's decision as a packet.
 *
 * This file does not use the mangling functions of nf_nat: as long as a connection lives, the
 * module has to send again the bytes that it withheld and those that made the stream longer,
 * also after nf_nat_rtsp has been unloaded.
 */

#include <linux/bitops.h>
#include <linux/limits.h>
#include <linux/string.h>
#include <net/checksum.h>
#include <net/ip6_checksum.h>

#include "packet.h"

/* Bytes by which the edits make the packet longer. */
static unsigned int rtsp_growth(const struct rtspnat_connection *core,
				const struct rtspnat_done *done)
{
	struct rtspnat_edit edit = { .size = sizeof(edit) };
	unsigned int growth = 0;
	unsigned int i;

	for (i = 0; i < done->edits; i++) {
		if (rtspnat_get_edit(core, i, &edit))
			growth += edit.text_length - edit.length;
	}
	return growth;
}

bool rtsp_packet_keeps_count(const struct rtspnat_segment *segment,
			     const struct rtspnat_connection *core,
			     const struct rtspnat_done *done)
{
	return done->keep == segment->length && !done->prefix_length &&
	       done->seq == segment->seq && done->ack == segment->ack &&
	       done->flags == segment->flags && !rtsp_growth(core, done);
}

/* All that can fail comes here, before the first change, so that no packet is changed by half.
 * The skb becomes our own too: a sender on this machine shares its data.
 */
static bool rtsp_make_room(struct sk_buff *skb, unsigned int end, unsigned int added)
{
	unsigned int room;

	if (pskb_trim_rcsum(skb, end))
		return false;

	room = added > skb_tailroom(skb) ? added - skb_tailroom(skb) : 0;
	if (!room && !skb_cloned(skb))
		return true;
	return !pskb_expand_head(skb, 0, room, GFP_ATOMIC);
}

static void rtsp_write_payload(u8 *payload,
			       const struct rtspnat_connection *core,
			       const struct rtspnat_done *done)
{
	unsigned int length = done->prefix_length + done->keep;
	struct rtspnat_edit edit = { .size = sizeof(edit) };
	unsigned int i;

	if (done->prefix_length) {
		memmove(payload + done->prefix_length, payload, done->keep);
		memcpy(payload, done->prefix, done->prefix_length);
	}

	for (i = done->edits; i-- > 0;) {
		u8 *at, *behind;

		if (!rtspnat_get_edit(core, i, &edit))
			continue;
		at = payload + edit.offset;
		behind = at + edit.length;
		memmove(at + edit.text_length, behind, payload + length - behind);
		memcpy(at, edit.text, edit.text_length);
		length += edit.text_length - edit.length;
	}
}

static void rtsp_set_length(const struct rtsp_packet *pkt)
{
	struct sk_buff *skb = pkt->skb;
	unsigned int len = skb->len - skb_network_offset(skb);
	struct iphdr *iph = ip_hdr(skb);

	if (rtsp_is_ipv4(pkt)) {
		csum_replace2(&iph->check, iph->tot_len, htons(len));
		iph->tot_len = htons(len);
	} else {
		len -= sizeof(struct ipv6hdr);
		ipv6_hdr(skb)->payload_len = htons(len);
	}
}

/* The sum over addresses and length alone: the device, or the next reader of the packet, adds
 * the rest.
 */
static __sum16 rtsp_pseudo_sum(const struct rtsp_packet *pkt, unsigned int len)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(pkt->skb);
	const struct iphdr *iph = ip_hdr(pkt->skb);

	if (rtsp_is_ipv4(pkt))
		return ~csum_tcpudp_magic(iph->saddr, iph->daddr, len, IPPROTO_TCP, 0);
	return ~csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, len, IPPROTO_TCP, 0);
}

static void rtsp_set_checksum(const struct rtsp_packet *pkt, unsigned int old_len)
{
	struct sk_buff *skb = pkt->skb;
	struct tcphdr *th = (struct tcphdr *)(skb->data + pkt->protoff);
	unsigned int len = skb->len - pkt->protoff;

	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		inet_proto_csum_replace2(&th->check, skb, htons(old_len),
					 htons(len), true);
		return;
	}
	th->check = rtsp_pseudo_sum(pkt, len);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_headroom(skb) + pkt->protoff;
	skb->csum_offset = offsetof(struct tcphdr, check);
}

/* The code that cuts an aggregate again refuses one of a single segment. */
static void rtsp_set_gso(struct sk_buff *skb, unsigned int length)
{
	struct skb_shared_info *shinfo = skb_shinfo(skb);

	if (!skb_is_gso(skb))
		return;
	if (length > shinfo->gso_size)
		shinfo->gso_segs = DIV_ROUND_UP(length, shinfo->gso_size);
	else
		skb_gso_reset(skb);
}

static void rtsp_set_word(struct sk_buff *skb, struct tcphdr *th,
			  __be32 *word, __be32 value)
{
	inet_proto_csum_replace4(&th->check, skb, *word, value, false);
	*word = value;
}

static __be32 rtsp_flag_bits(u8 flags)
{
	return (flags & RTSPNAT_FIN ? TCP_FLAG_FIN : 0) |
	       (flags & RTSPNAT_RST ? TCP_FLAG_RST : 0) |
	       (flags & RTSPNAT_ACK ? TCP_FLAG_ACK : 0) |
	       (flags & RTSPNAT_URG ? TCP_FLAG_URG : 0);
}

/* The urgent pointer counts from the sequence number. */
static void rtsp_set_urgent(struct sk_buff *skb, struct tcphdr *th, u32 back)
{
	__be16 urgent = htons(ntohs(th->urg_ptr) + back);

	inet_proto_csum_replace2(&th->check, skb, th->urg_ptr, urgent, false);
	th->urg_ptr = urgent;
}

static void rtsp_set_header(struct sk_buff *skb, struct tcphdr *th,
			    const struct rtspnat_done *done)
{
	const __be32 all = TCP_FLAG_FIN | TCP_FLAG_RST | TCP_FLAG_ACK |
			   TCP_FLAG_URG;
	__be32 word = tcp_flag_word(th);

	if (th->urg)
		rtsp_set_urgent(skb, th, ntohl(th->seq) - done->seq);
	rtsp_set_word(skb, th, &th->seq, htonl(done->seq));
	rtsp_set_word(skb, th, &th->ack_seq, htonl(done->ack));
	word = (word & ~all) | rtsp_flag_bits(done->flags);
	rtsp_set_word(skb, th, &tcp_flag_word(th), word);
}

/* The payload, and what depends on its length. */
static void rtsp_set_payload(const struct rtsp_packet *pkt,
			     const struct rtspnat_connection *core,
			     const struct rtspnat_done *done,
			     unsigned int added)
{
	struct sk_buff *skb = pkt->skb;

	skb_put(skb, added);
	rtsp_write_payload(skb->data + pkt->dataoff, core, done);
	if (skb->len != pkt->end) {
		rtsp_set_length(pkt);
		rtsp_set_gso(skb, skb->len - pkt->dataoff);
	}
	rtsp_set_checksum(pkt, pkt->end - pkt->protoff);
}

bool rtsp_packet_rewrite(const struct rtsp_packet *pkt,
			 const struct rtspnat_connection *core,
			 const struct rtspnat_done *done)
{
	unsigned int added = done->prefix_length + rtsp_growth(core, done);
	unsigned int end = pkt->dataoff + done->keep;
	struct sk_buff *skb = pkt->skb;

	/* Above that the length is not in the IP header, or not there alone. */
	if (end + added != pkt->end && max(end + added, pkt->end) > U16_MAX)
		return false;
	if (!rtsp_make_room(skb, end, added))
		return false;

	if (end != pkt->end || done->prefix_length || done->edits)
		rtsp_set_payload(pkt, core, done, added);
	rtsp_set_header(skb, (struct tcphdr *)(skb->data + pkt->protoff), done);
	return true;
}
