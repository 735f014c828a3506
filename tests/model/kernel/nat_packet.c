// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* What NAT does to the bytes: addresses and ports, and the payload of TCP for helpers. */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/netfilter/nf_conntrack_seqadj.h>

#include "conntrack.h"
#include "nat.h"

/* The ports stand at the same place in TCP and UDP, the checksum does not. */
static void translate(struct sk_buff *skb, unsigned int protoff, const struct nf_conntrack_tuple *target,
		      enum nf_nat_manip_type type)
{
	bool source = type == NF_NAT_MANIP_SRC, udp = target->dst.protonum == IPPROTO_UDP;
	const union nf_inet_addr *to = source ? &target->src.u3 : &target->dst.u3;
	struct udphdr *ports = (void *)(skb->data + protoff);
	struct tcphdr *tcp = (void *)(skb->data + protoff);
	__be16 *port = source ? &ports->source : &ports->dest;
	__be16 new_port = source ? target->src.u.all : target->dst.u.all;
	__sum16 *check = udp ? &ports->check : &tcp->check;
	bool has_check = !udp || ports->check || skb->ip_summed == CHECKSUM_PARTIAL;

	if (target->src.l3num == NFPROTO_IPV4) {
		struct iphdr *ip = ip_hdr(skb);
		__be32 *address = source ? &ip->saddr : &ip->daddr;

		if (has_check)
			inet_proto_csum_replace4(check, skb, *address, to->ip, true);
		csum_replace4(&ip->check, *address, to->ip);
		*address = to->ip;
	} else {
		struct in6_addr *address = source ? &ipv6_hdr(skb)->saddr : &ipv6_hdr(skb)->daddr;

		if (has_check)
			inet_proto_csum_replace16(check, skb, address->s6_addr32, to->ip6, true);
		*address = to->in6;
	}
	if (has_check)
		inet_proto_csum_replace2(check, skb, *port, new_port, false);
	*port = new_port;
	if (udp && has_check && !*check)
		*check = CSUM_MANGLED_0;
}

unsigned int nf_nat_packet(struct nf_conn *ct, enum ip_conntrack_info ctinfo, enum nf_nat_manip_type type,
			   struct sk_buff *skb)
{
	enum ip_conntrack_dir dir = CTINFO2DIR(ctinfo);
	unsigned long bit = type == NF_NAT_MANIP_SRC ? IPS_SRC_NAT : IPS_DST_NAT;
	struct nf_conntrack_tuple target;
	unsigned int header;
	u8 protocol;
	int protoff;

	if (dir == IP_CT_DIR_REPLY)
		bit ^= IPS_NAT_MASK;
	if (!(ct->status & bit))
		return NF_ACCEPT;

	nf_ct_invert_tuple(&target, &ct->tuplehash[!dir].tuple);
	protoff = model_transport_offset(skb, (u8)target.src.l3num, &protocol);
	header = protocol == IPPROTO_UDP ? sizeof(struct udphdr) : sizeof(struct tcphdr);
	if (protoff < 0 || skb_ensure_writable(skb, (unsigned int)protoff + header))
		return NF_DROP;
	translate(skb, (unsigned int)protoff, &target, type);
	return NF_ACCEPT;
}

static void fix_ip_length(struct sk_buff *skb, const struct nf_conn *ct)
{
	if (nf_ct_l3num(ct) == NFPROTO_IPV4) {
		ip_hdr(skb)->tot_len = htons((u16)skb->len);
		ip_send_check(ip_hdr(skb));
	} else {
		ipv6_hdr(skb)->payload_len = htons((u16)(skb->len - sizeof(struct ipv6hdr)));
	}
}

/* Leaves the sum to the device, which has to be told where it is and over what. */
static void recalculate(struct sk_buff *skb, const struct nf_conn *ct, unsigned int protoff, u32 old_length)
{
	struct tcphdr *tcp = (void *)(skb->data + protoff);
	u32 length = skb->len - protoff;

	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		inet_proto_csum_replace2(&tcp->check, skb, htons((u16)old_length), htons((u16)length), true);
		return;
	}
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = (u16)(skb_headroom(skb) + (int)protoff);
	skb->csum_offset = offsetof(struct tcphdr, check);
	if (nf_ct_l3num(ct) == NFPROTO_IPV4)
		tcp->check = (__sum16)~csum_tcpudp_magic(ip_hdr(skb)->saddr, ip_hdr(skb)->daddr, length, IPPROTO_TCP, 0);
	else
		tcp->check = (__sum16)~csum_ipv6_magic(&ipv6_hdr(skb)->saddr, &ipv6_hdr(skb)->daddr, length,
						       IPPROTO_TCP, 0);
}

static bool make_room(struct sk_buff *skb, unsigned int extra)
{
	if (extra <= (unsigned int)skb_tailroom(skb))
		return true;
	return skb->len + extra <= 65535 &&
	       !pskb_expand_head(skb, 0, (int)extra - skb_tailroom(skb), GFP_ATOMIC);
}

/* Checks nothing of what it is told, as the kernel's does not: bytes beyond the payload
 * are AddressSanitizer's to find.
 */
bool __nf_nat_mangle_tcp_packet(struct sk_buff *skb, struct nf_conn *ct, enum ip_conntrack_info ctinfo,
				unsigned int protoff, unsigned int match_offset, unsigned int match_len,
				const char *rep_buffer, unsigned int rep_len, bool adjust)
{
	struct tcphdr *tcp;
	unsigned char *at;
	u32 old_length;

	if (skb_ensure_writable(skb, skb->len))
		return false;
	if (rep_len > match_len && !make_room(skb, rep_len - match_len))
		return false;

	SKB_LINEAR_ASSERT(skb);
	tcp = (void *)(skb->data + protoff);
	at = skb->data + protoff + tcp->doff * 4u + match_offset;
	old_length = skb->len - protoff;
	BUG_ON(at + match_len > skb_tail_pointer(skb));
	memmove(at + rep_len, at + match_len, (size_t)(skb_tail_pointer(skb) - at) - match_len);
	memcpy(at, rep_buffer, rep_len);
	if (rep_len > match_len)
		skb_put(skb, rep_len - match_len);
	else
		__skb_trim(skb, skb->len + rep_len - match_len);

	fix_ip_length(skb, ct);
	recalculate(skb, ct, protoff, old_length);
	if (adjust && rep_len != match_len)
		nf_ct_seqadj_set(ct, ctinfo, tcp->seq, (s32)(rep_len - match_len));
	return true;
}
