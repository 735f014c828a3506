// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>

#include "conntrack.h"
#include "shape.h"
#include "skb.h"

static void add_page(struct sk_buff *skb, const unsigned char *bytes, unsigned int size)
{
	struct skb_shared_info *info = skb_shinfo(skb);
	skb_frag_t *frag = &info->frags[info->nr_frags++];

	*frag = (skb_frag_t){ .page = model_page_alloc(size), .size = size };
	memcpy(frag->page->bytes, bytes, size);
}

static void add_buffer(struct sk_buff *skb, const unsigned char *bytes, unsigned int size)
{
	struct sk_buff **at = &skb_shinfo(skb)->frag_list;
	struct sk_buff *part = alloc_skb(size, GFP_ATOMIC);

	memcpy(skb_put(part, size), bytes, size);
	while (*at)
		at = &(*at)->next;
	*at = part;
}

static void add_pieces(struct sk_buff *skb, const struct model_packet *packet, unsigned int from)
{
	unsigned int rest = (unsigned int)packet->length - from, piece = max(packet->shape.piece, 1u);

	/* No more pages than fit. */
	piece = max(piece, rest / MAX_SKB_FRAGS + 1);
	for (; rest; from += min(piece, rest), rest -= min(piece, rest)) {
		unsigned int size = min(piece, rest);

		if (packet->shape.layout == MODEL_PAGED)
			add_page(skb, packet->bytes + from, size);
		else
			add_buffer(skb, packet->bytes + from, size);
		skb->len += size;
		skb->data_len += size;
	}
}

static unsigned int check_offset(u8 protocol)
{
	return protocol == IPPROTO_UDP ? offsetof(struct udphdr, check) : offsetof(struct tcphdr, check);
}

/* With a checksum that is known here. */
static bool is_known(int protoff, u8 protocol)
{
	return protoff >= 0 && (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP);
}

static __sum16 pseudo_sum(const struct sk_buff *skb, bool ipv6, u32 length, u8 protocol, __wsum sum)
{
	if (ipv6)
		return csum_ipv6_magic(&ipv6_hdr(skb)->saddr, &ipv6_hdr(skb)->daddr, length, protocol, sum);
	return csum_tcpudp_magic(ip_hdr(skb)->saddr, ip_hdr(skb)->daddr, length, protocol, sum);
}

bool model_has_wrong_checksum(const struct sk_buff *skb, bool ipv6)
{
	u8 protocol = 0, pf = ipv6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
	int protoff = model_transport_offset(skb, pf, &protocol);

	if (skb->ip_summed == CHECKSUM_PARTIAL || !is_known(protoff, protocol))
		return false;
	return pseudo_sum(skb, ipv6, skb->len - (u32)protoff, protocol,
			  skb_checksum(skb, protoff, (int)skb->len - protoff, 0)) != 0;
}

static void set_checksum(struct sk_buff *skb, const struct model_packet *packet)
{
	u8 protocol, pf = packet->ipv6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
	int protoff = model_transport_offset(skb, pf, &protocol);
	__sum16 check;

	skb->ip_summed = (u8)packet->shape.checksum;
	/* A device does not say so of one that is wrong. */
	if (skb->ip_summed == CHECKSUM_UNNECESSARY && model_has_wrong_checksum(skb, packet->ipv6))
		skb->ip_summed = CHECKSUM_NONE;
	if (skb->ip_summed == CHECKSUM_COMPLETE)
		skb->csum = skb_checksum(skb, 0, (int)skb->len, 0);
	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return;
	if (!is_known(protoff, protocol) || protoff + (int)check_offset(protocol) + 2 > (int)skb_headlen(skb)) {
		skb->ip_summed = CHECKSUM_NONE;
		return;
	}
	skb->csum_start = (u16)(skb_headroom(skb) + protoff);
	skb->csum_offset = (u16)check_offset(protocol);
	check = (__sum16)~pseudo_sum(skb, packet->ipv6, skb->len - (u32)protoff, protocol, 0);
	memcpy(skb->data + protoff + skb->csum_offset, &check, sizeof(check));
}

struct sk_buff *model_build_skb(const struct model_packet *packet)
{
	const struct model_shape *shape = &packet->shape;
	unsigned int headers = packet->ipv6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
	unsigned int length = (unsigned int)packet->length, linear = length;
	struct sk_buff *skb;

	if (shape->layout != MODEL_LINEAR)
		linear = min(max(shape->linear, headers), length);
	skb = alloc_skb(shape->headroom + linear + shape->tailroom, GFP_ATOMIC);
	skb_reserve(skb, (int)shape->headroom);
	memcpy(skb_put(skb, linear), packet->bytes, linear);
	skb_reset_network_header(skb);
	add_pieces(skb, packet, linear);
	set_checksum(skb, packet);
	skb_shinfo(skb)->gso_size = shape->gso_size;
	if (shape->gso_size)
		skb_shinfo(skb)->gso_segs = (u16)((length + shape->gso_size - 1) / shape->gso_size);
	return skb;
}

static void check_lengths(const struct sk_buff *skb)
{
	const struct skb_shared_info *info = skb_shinfo(skb);
	const struct sk_buff *part;
	unsigned int i, data_len = 0;

	for (i = 0; i < info->nr_frags; i++)
		data_len += info->frags[i].size;
	for (part = info->frag_list; part; part = part->next)
		data_len += part->len;
	if (data_len != skb->data_len || skb_headlen(skb) != skb->tail - (unsigned int)skb_headroom(skb))
		model_report("a packet leaves with wrong lengths of its parts");
}

static void check_ip(const struct model_packet *packet, const struct sk_buff *skb)
{
	unsigned int length;

	if (!packet->ipv6 && ip_fast_csum(packet->bytes, (packet->bytes[0] & 0xfu)))
		model_report("a packet leaves with a wrong checksum of its IP header");
	length = packet->ipv6 ? ntohs(ipv6_hdr(skb)->payload_len) + (unsigned int)sizeof(struct ipv6hdr) :
				ntohs(ip_hdr(skb)->tot_len);
	if (length != skb->len && length != sizeof(struct ipv6hdr))
		model_report("a packet of %u bytes leaves with a length of %u in its IP header", skb->len, length);
}

/* What a device does that was asked to. */
static void finish_checksum(const struct sk_buff *skb, struct model_packet *packet, int protoff, u8 protocol)
{
	int start = skb_checksum_start_offset(skb);
	__sum16 check;

	if (start != protoff || skb->csum_offset != check_offset(protocol)) {
		model_report("a packet leaves with its checksum to be put at %d + %d", start, skb->csum_offset);
		return;
	}
	check = csum_fold(csum_partial(packet->bytes + start, (int)packet->length - start, 0));
	if (protocol == IPPROTO_UDP && !check)
		check = CSUM_MANGLED_0;
	memcpy(packet->bytes + start + skb->csum_offset, &check, sizeof(check));
}

static void check_gso(const struct sk_buff *skb, int protoff)
{
	struct tcphdr buffer;
	const struct tcphdr *tcp = skb_header_pointer(skb, protoff, sizeof(buffer), &buffer);

	/* The device refuses to cut what is one segment already. */
	if (skb_is_gso(skb) && tcp && skb->len - (u32)protoff - tcp->doff * 4u <= skb_shinfo(skb)->gso_size)
		model_report("an aggregate of one segment leaves");
}

void model_read_skb(const struct sk_buff *skb, struct model_packet *packet, bool came_wrong)
{
	u8 protocol = 0, pf = packet->ipv6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
	int protoff = model_transport_offset(skb, pf, &protocol);
	__sum16 check = 0;
	u32 length;

	check_lengths(skb);
	packet->length = min(skb->len, (unsigned int)MODEL_PACKET_MAX);
	skb_copy_bits(skb, 0, packet->bytes, (int)packet->length);
	packet->shape.checksum = (enum model_checksum)skb->ip_summed;
	packet->shape.gso_size = skb_shinfo(skb)->gso_size;
	check_ip(packet, skb);
	if (skb->ip_summed == CHECKSUM_COMPLETE &&
	    csum_fold(csum_add(skb->csum, ~skb_checksum(skb, 0, (int)skb->len, 0))) != 0 &&
	    csum_fold(csum_add(skb->csum, ~skb_checksum(skb, 0, (int)skb->len, 0))) != 0xffff)
		model_report("a packet leaves with a wrong sum of all its bytes");
	if (!is_known(protoff, protocol))
		return;

	length = skb->len - (u32)protoff;
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		finish_checksum(skb, packet, protoff, protocol);
	if (protocol == IPPROTO_UDP && length >= sizeof(struct udphdr))
		memcpy(&check, packet->bytes + protoff + check_offset(protocol), sizeof(check));
	if (protocol == IPPROTO_TCP)
		check_gso(skb, protoff);
	if (came_wrong || (protocol == IPPROTO_UDP && !check))
		return;
	if (pseudo_sum(skb, packet->ipv6, length, protocol, csum_partial(packet->bytes + protoff, (int)length, 0)))
		model_report("a packet leaves with a wrong checksum");
}
