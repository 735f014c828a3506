// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The path of a packet through a router, hook by hook. */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <net/netfilter/nf_conntrack_helper.h>
#include <net/netfilter/nf_conntrack_seqadj.h>

#include "conntrack.h"
#include "helper.h"
#include "lock.h"
#include "namespace.h"
#include "nat.h"
#include "shape.h"

#define RTSP_PORT	554
#define TFTP_PORT	69

static struct net_device inside = { .ifindex = 2 }, outside = { .ifindex = 3 };
static const struct net_device *came_in;	/* where the packet came in, */
static struct net *came_to;			/* and the namespace of that */
static struct model_rules rules;

void model_set_rules(const struct model_rules *new_rules)
{
	rules = *new_rules;
}

static bool is_address(const struct sk_buff *skb, bool ipv6, bool source, const unsigned char *address4,
		       const unsigned char *address6, unsigned int length4, unsigned int length6)
{
	if (ipv6)
		return !memcmp(source ? &ipv6_hdr(skb)->saddr : &ipv6_hdr(skb)->daddr, address6, length6);
	return !memcmp(source ? &ip_hdr(skb)->saddr : &ip_hdr(skb)->daddr, address4, length4);
}

static union nf_inet_addr address(bool ipv6, const unsigned char *address4, const unsigned char *address6)
{
	union nf_inet_addr to = {};

	memcpy(&to, ipv6 ? address6 : address4, ipv6 ? 16 : 4);
	return to;
}

static bool is_new(enum ip_conntrack_info ctinfo)
{
	return ctinfo == IP_CT_NEW || ctinfo == IP_CT_RELATED;
}

static void set_up_helper(const struct sk_buff *skb)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);

	if (rules.helper && ct && ctinfo == IP_CT_NEW && nf_ct_protonum(ct) == IPPROTO_TCP &&
	    ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.dst.u.tcp.port == htons(RTSP_PORT))
		model_attach_helper(ct, "rtsp");
	/* If there is one: the probe is. */
	if (ct && ctinfo == IP_CT_NEW && nf_ct_protonum(ct) == IPPROTO_UDP &&
	    ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.dst.u.udp.port == htons(TFTP_PORT))
		model_attach_helper(ct, "tftp");
}

/* What a port forwarding is for; not for media. */
static bool is_for_service(const struct nf_conn *ct)
{
	return rules.forward_port && nf_ct_protonum(ct) == IPPROTO_TCP &&
	       ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.dst.u.tcp.port == htons(RTSP_PORT);
}

static bool is_forwarded(const struct nf_conn *ct)
{
	return is_for_service(ct) && test_bit(IPS_DST_NAT_BIT, &ct->status);
}

static unsigned int nat(struct sk_buff *skb, bool ipv6, enum nf_nat_manip_type type, const struct net_device *out)
{
	struct nf_nat_range2 range = { .flags = NF_NAT_RANGE_MAP_IPS };
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);
	unsigned int verdict = NF_ACCEPT;

	if (!ct || !nf_nat_hook)
		return NF_ACCEPT;
	if (is_new(ctinfo) && !nf_nat_initialized(ct, type)) {
		if (type == NF_NAT_MANIP_DST && is_for_service(ct) &&
		    is_address(skb, ipv6, false, rules.service4, rules.service6, 4, 16)) {
			range.min_addr = range.max_addr = address(ipv6, rules.server4, rules.server6);
			verdict = nf_nat_setup_info(ct, &range, type);
		} else if (type == NF_NAT_MANIP_SRC && rules.masquerade && out == &outside) {
			range.min_addr = range.max_addr = address(ipv6, rules.outside4, rules.outside6);
			verdict = nf_nat_setup_info(ct, &range, type);
		} else if (type == NF_NAT_MANIP_SRC && rules.hairpin && is_forwarded(ct) && out == came_in) {
			range.min_addr = range.max_addr = address(ipv6, rules.gateway4, rules.gateway6);
			verdict = nf_nat_setup_info(ct, &range, type);
		} else {
			verdict = nf_nat_alloc_null_binding(ct, type);
		}
	}
	return verdict == NF_ACCEPT ? nf_nat_packet(ct, ctinfo, type, skb) : verdict;
}

/* A firewall that admits connections to RTSP servers, and what belongs to them. */
static bool is_admitted(const struct sk_buff *skb, const struct net_device *in)
{
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *ct = nf_ct_get(skb, &ctinfo);

	if (!ct)
		return false;
	if (ctinfo != IP_CT_NEW)
		return true;
	if (nf_ct_protonum(ct) == IPPROTO_UDP)
		return in == &inside && rules.admit_new_udp;
	return (in == &inside || is_forwarded(ct)) && ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.dst.u.tcp.port == htons(RTSP_PORT);
}

static bool comes_back;

bool nf_is_loopback_packet(const struct sk_buff *skb)
{
	(void)skb;
	return comes_back;
}

/* The helper, then sequence adjustment, then into the table. */
static unsigned int confirm(struct sk_buff *skb, bool ipv6)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);
	const struct nf_conn_help *help;
	const struct nf_conntrack_helper *helper;
	bool adjust;
	u8 protocol;
	int protoff;

	if (!ct)
		return NF_ACCEPT;
	protoff = model_transport_offset(skb, ipv6 ? NFPROTO_IPV6 : NFPROTO_IPV4, &protocol);
	if (protoff < 0)
		return nf_conntrack_confirm(skb);
	adjust = test_bit(IPS_SEQ_ADJUST_BIT, &ct->status);
	help = nfct_help(ct);
	helper = help ? rcu_dereference(help->helper) : NULL;
	if (helper) {
		unsigned int verdict = (unsigned int)helper->help(skb, (unsigned int)protoff, ct, ctinfo);

		if (rules.loopback && verdict == NF_ACCEPT) {
			comes_back = true;
			verdict = (unsigned int)helper->help(skb, (unsigned int)protoff, ct, ctinfo);
			comes_back = false;
		}
		model_check_no_lock_held("the helper");
		if (verdict != NF_ACCEPT)
			return verdict;
	}
	if (!rules.seqadj_sampled_early)
		adjust = test_bit(IPS_SEQ_ADJUST_BIT, &ct->status);
	if (adjust && !nf_ct_seq_adjust(skb, ct, ctinfo, (unsigned int)protoff))
		return NF_DROP;
	return nf_conntrack_confirm(skb);
}

static unsigned int prerouting(struct sk_buff *skb, bool ipv6, struct net_device *in)
{
	struct nf_hook_state state = {
		.hook = NF_INET_PRE_ROUTING, .pf = ipv6 ? NFPROTO_IPV6 : NFPROTO_IPV4, .in = in, .net = came_to,
	};
	unsigned int verdict = nf_conntrack_in(skb, &state);

	if (verdict != NF_ACCEPT)
		return verdict;
	if (rules.helper_before_nat)
		set_up_helper(skb);
	verdict = nat(skb, ipv6, NF_NAT_MANIP_DST, NULL);
	if (!rules.helper_before_nat)
		set_up_helper(skb);
	return verdict;
}

static enum model_verdict route(struct sk_buff *skb, bool ipv6, struct net_device *in)
{
	struct net_device *out = &outside;

	skb->dev = in;
	came_in = in;
	if (prerouting(skb, ipv6, in) != NF_ACCEPT)
		return MODEL_DROPPED;
	if (is_address(skb, ipv6, false, rules.inside4, rules.inside6, 3, 8))
		out = &inside;
	else if (is_address(skb, ipv6, false, rules.outside4, rules.outside6, 4, 16))
		out = NULL;

	if (!out)
		return confirm(skb, ipv6) == NF_ACCEPT ? MODEL_DELIVERED : MODEL_DROPPED;
	if (!rules.keep_checksum && skb->ip_summed == CHECKSUM_COMPLETE)
		skb->ip_summed = CHECKSUM_NONE;
	if ((out == in && !rules.hairpin) || !is_admitted(skb, in))
		return MODEL_DROPPED;
	skb->dev = out;
	if (nat(skb, ipv6, NF_NAT_MANIP_SRC, out) != NF_ACCEPT || confirm(skb, ipv6) != NF_ACCEPT)
		return MODEL_DROPPED;
	return MODEL_FORWARDED;
}

static enum model_state state_of(const struct sk_buff *skb)
{
	enum ip_conntrack_info ctinfo;

	if (!nf_ct_get(skb, &ctinfo))
		return MODEL_INVALID;
	return ctinfo == IP_CT_NEW ? MODEL_NEW : ctinfo == IP_CT_RELATED ? MODEL_RELATED : MODEL_ESTABLISHED;
}

static void check_mtu(const struct sk_buff *skb, const struct model_packet *packet)
{
	unsigned int size = skb->len, headers;

	if (!rules.mtu)
		return;
	headers = packet->ipv6 ? 40 : 20;
	if (skb_is_gso(skb))
		size = headers + 20 + skb_shinfo(skb)->gso_size;
	if (size > rules.mtu)
		model_report("a packet of %u bytes leaves, and the link takes %u", size, rules.mtu);
}

/* No TCP header is shorter than 20 bytes, whatever it says of itself. */
static unsigned int header_length(const struct sk_buff *skb, const struct model_packet *packet)
{
	u8 protocol, data_offset = 0;
	int at = model_transport_offset(skb, packet->ipv6 ? NFPROTO_IPV6 : NFPROTO_IPV4, &protocol);

	if (at < 0)
		at = packet->ipv6 ? 40 : (packet->bytes[0] & 0xf) * 4;
	skb_copy_bits(skb, at + 12, &data_offset, 1);
	return (unsigned int)at + max((data_offset >> 4) * 4u, 20u);
}

/* Whoever has a clone must not see what was done to the packet. */
static void check_clone(struct sk_buff *clone, const struct model_packet *before, unsigned int headers)
{
	static unsigned char bytes[MODEL_PACKET_MAX];
	unsigned int shared = 0;

	if (clone->len != before->length || skb_shinfo(clone)->gso_size != before->shape.gso_size)
		model_report("the length of a clone has changed");
	skb_copy_bits(clone, 0, bytes, (int)clone->len);
	/* The field of the checksum is not as it was in the bytes. */
	if (before->shape.own_headers || before->shape.checksum == MODEL_CHECKSUM_PARTIAL)
		shared = min(headers, clone->len);
	if (memcmp(bytes + shared, before->bytes + shared, clone->len - shared))
		model_report("the bytes of a clone have changed");
	kfree_skb(clone);
}

void model_pass(struct model_packet *packet)
{
	struct sk_buff *skb = model_build_skb(packet), *clone = NULL;
	struct net_device *in = packet->from_outside ? &outside : &inside;
	bool came_wrong = model_has_wrong_checksum(skb, packet->ipv6);
	unsigned int headers = header_length(skb, packet);

	if (packet->shape.cloned)
		clone = skb_clone(skb, GFP_ATOMIC);
	if (packet->shape.cloned && packet->shape.own_headers)
		skb->hdr_len = (u16)((unsigned int)skb_headroom(skb) + headers);
	model_softirq_enter();
	rcu_read_lock();
	came_to = model_namespace(packet->namespace_number);
	packet->verdict = route(skb, packet->ipv6, in);
	rcu_read_unlock();
	model_softirq_leave();
	model_check_nothing_held("the packet path");

	if (clone)
		check_clone(clone, packet, headers);
	packet->state = state_of(skb);
	packet->to_outside = skb->dev == &outside;
	if (packet->verdict != MODEL_DROPPED) {
		check_mtu(skb, packet);
		model_read_skb(skb, packet, came_wrong);
	}
	kfree_skb(skb);
}
