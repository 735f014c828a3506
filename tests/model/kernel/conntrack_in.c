// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* PREROUTING: from a packet to its connection. */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "conntrack.h"

#define NEXTHDR_HOP		0
#define NEXTHDR_ROUTING		43
#define NEXTHDR_FRAGMENT	44
#define NEXTHDR_DEST		60

int ipv6_skip_exthdr(const struct sk_buff *skb, int start, u8 *nexthdr, __be16 *frag_off)
{
	*frag_off = 0;
	while (*nexthdr == NEXTHDR_HOP || *nexthdr == NEXTHDR_ROUTING || *nexthdr == NEXTHDR_DEST ||
	       *nexthdr == NEXTHDR_FRAGMENT) {
		u8 header[4];

		if (skb_copy_bits(skb, start, header, sizeof(header)))
			return -1;
		if (*nexthdr == NEXTHDR_FRAGMENT) {
			*frag_off = htons((u16)(header[2] << 8 | header[3]));
			start += 8;
			if (*frag_off & htons(0xfff8))
				break;
		} else {
			start += (header[1] + 1) * 8;
		}
		*nexthdr = header[0];
	}
	return start;
}

int model_transport_offset(const struct sk_buff *skb, u8 pf, u8 *protocol)
{
	int offset = skb_network_offset(skb), at;
	__be16 fragment;
	struct ipv6hdr ipv6;
	struct iphdr ip;

	if (pf == NFPROTO_IPV4) {
		if (skb_copy_bits(skb, offset, &ip, sizeof(ip)) || ip.frag_off & htons(IP_OFFSET) || ip.ihl < 5)
			return -1;
		*protocol = ip.protocol;
		at = offset + ip.ihl * 4;
		return at > (int)skb->len ? -1 : at;
	}
	if (skb_copy_bits(skb, offset, &ipv6, sizeof(ipv6)))
		return -1;
	*protocol = ipv6.nexthdr;
	at = ipv6_skip_exthdr(skb, offset + (int)sizeof(ipv6), protocol, &fragment);
	return at < 0 || fragment & htons(0xfff8) ? -1 : at;
}

static bool get_tuple(const struct sk_buff *skb, int dataoff, u8 pf, u8 protocol, struct nf_conntrack_tuple *tuple)
{
	__be16 ports[2];

	*tuple = (struct nf_conntrack_tuple){ .src.l3num = pf, .dst.protonum = protocol };
	if (skb_copy_bits(skb, dataoff, ports, sizeof(ports)))
		return false;
	if (pf == NFPROTO_IPV4) {
		tuple->src.u3.ip = ip_hdr(skb)->saddr;
		tuple->dst.u3.ip = ip_hdr(skb)->daddr;
	} else {
		tuple->src.u3.in6 = ipv6_hdr(skb)->saddr;
		tuple->dst.u3.in6 = ipv6_hdr(skb)->daddr;
	}
	tuple->src.u.all = ports[0];
	tuple->dst.u.all = ports[1];
	return true;
}

/* Whose expectation it is may say which helper gets what comes. */
static void watch_too(struct nf_conn *ct, const struct nf_conntrack_expect *exp)
{
#ifdef HAVE_ASSIGN_HELPER
	struct nf_conntrack_helper *helper = rcu_dereference(exp->assign_helper);
#else
	struct nf_conntrack_helper *helper = exp->helper;
#endif
	struct nf_conn_help *help;

	if (!helper)
		return;
	help = nf_ct_helper_ext_add(ct, GFP_ATOMIC);
	if (help)
		rcu_assign_pointer(help->helper, helper);
}

static void expect_or_not(struct nf_conn *ct, struct net *net, const struct nf_conntrack_tuple *tuple)
{
	struct nf_conntrack_expect *exp = NULL;

	if (net->expect_count) {
		spin_lock_bh(&nf_conntrack_expect_lock);
		exp = nf_ct_find_expectation(net, tuple);
		if (exp) {
			set_bit(IPS_EXPECTED_BIT, &ct->status);
			model_set_master(ct, exp->master);
			ct->mark = exp->master->mark;
			watch_too(ct, exp);
		}
		spin_unlock_bh(&nf_conntrack_expect_lock);
	}
	refcount_set(&ct->ct_general.use, 1);
	if (!exp)
		return;
	if (exp->expectfn)
		exp->expectfn(ct, exp);
	nf_ct_expect_put(exp);
}

static struct nf_conn *resolve(struct net *net, const struct nf_conntrack_tuple *tuple, enum ip_conntrack_info *ctinfo)
{
	struct nf_conntrack_tuple_hash *hash = nf_conntrack_find_get(net, NULL, tuple);
	struct nf_conntrack_tuple reply;
	struct nf_conn *ct;

	if (hash) {
		ct = nf_ct_tuplehash_to_ctrack(hash);
		if (NF_CT_DIRECTION(hash) == IP_CT_DIR_REPLY) {
			*ctinfo = IP_CT_ESTABLISHED_REPLY;
			return ct;
		}
	} else {
		nf_ct_invert_tuple(&reply, tuple);
		ct = model_conntrack_alloc(net, tuple, &reply);
		if (!ct)
			return NULL;
		expect_or_not(ct, net, tuple);
	}
	if (test_bit(IPS_SEEN_REPLY_BIT, &ct->status))
		*ctinfo = IP_CT_ESTABLISHED;
	else
		*ctinfo = test_bit(IPS_EXPECTED_BIT, &ct->status) ? IP_CT_RELATED : IP_CT_NEW;
	return ct;
}

/* What is right has been summed up, and is known for what it is from then on. */
static bool is_checksum_right(struct sk_buff *skb, int dataoff, u8 pf, u8 protocol)
{
	u32 length = skb->len - (u32)dataoff;
	__wsum sum = skb_checksum(skb, dataoff, (int)length, 0);
	__sum16 rest, check;

	if (skb->ip_summed == CHECKSUM_PARTIAL || skb->ip_summed == CHECKSUM_UNNECESSARY)
		return true;
	if (protocol == IPPROTO_UDP && !skb_copy_bits(skb, dataoff + 6, &check, 2) && !check)
		return true;
	if (pf == NFPROTO_IPV4)
		rest = csum_tcpudp_magic(ip_hdr(skb)->saddr, ip_hdr(skb)->daddr, length, protocol, sum);
	else
		rest = csum_ipv6_magic(&ipv6_hdr(skb)->saddr, &ipv6_hdr(skb)->daddr, length, protocol, sum);
	return !rest;
}

static int udp_packet(struct nf_conn *ct, const struct sk_buff *skb, int dataoff, enum ip_conntrack_info ctinfo)
{
	struct udphdr udp;

	if (skb_copy_bits(skb, dataoff, &udp, sizeof(udp)) || ntohs(udp.len) < sizeof(udp) ||
	    ntohs(udp.len) > skb->len - (u32)dataoff)
		return -NF_ACCEPT;
	(void)ctinfo;
	nf_ct_refresh(ct, (test_bit(IPS_SEEN_REPLY_BIT, &ct->status) ? 120 : 30) * HZ);
	return NF_ACCEPT;
}

unsigned int nf_conntrack_in(struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct nf_conntrack_tuple tuple;
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct;
	u8 protocol;
	int dataoff = model_transport_offset(skb, state->pf, &protocol), verdict;

	if (dataoff < 0 || (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP))
		return NF_ACCEPT;
	do {
		if (!get_tuple(skb, dataoff, state->pf, protocol, &tuple))
			return NF_ACCEPT;
		ct = resolve(state->net, &tuple, &ctinfo);
		if (!ct)
			return NF_DROP;
		nf_ct_set(skb, ct, ctinfo);

		verdict = -NF_ACCEPT;
		if (!is_checksum_right(skb, dataoff, state->pf, protocol))
			;
		else if (protocol == IPPROTO_TCP)
			verdict = nf_conntrack_tcp_packet(ct, skb, (unsigned int)dataoff, ctinfo, state);
		else
			verdict = udp_packet(ct, skb, dataoff, ctinfo);
		if (verdict <= 0) {
			skb->_nfct = 0;
			nf_ct_put(ct);
		}
	} while (verdict == -NF_REPEAT);

	if (verdict <= 0)
		return (unsigned int)-verdict;
	ct->model_used = true;
	if (ctinfo == IP_CT_ESTABLISHED_REPLY)
		set_bit(IPS_SEEN_REPLY_BIT, &ct->status);
	return NF_ACCEPT;
}
