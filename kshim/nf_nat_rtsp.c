// SPDX-License-Identifier: GPL-2.0-only
/* RTSP NAT helper: makes media that nf_conntrack_rtsp expects follow the control
 * connection, and tells it which ports the router itself has taken.
 */

#include <linux/module.h>
#include <net/netfilter/nf_conntrack_expect.h>
#include <net/netfilter/nf_conntrack_helper.h>
#include <net/netfilter/nf_nat.h>
#include <net/netfilter/nf_nat_helper.h>
#include <net/sock.h>
#include <net/udp.h>

#include "nf_conntrack_rtsp_nat.h"

#define NAT_HELPER_NAME "rtsp"

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The rtspnat authors");
MODULE_DESCRIPTION("RTSP NAT helper");
MODULE_ALIAS_NF_NAT_HELPER(NAT_HELPER_NAME);

/* The kernel exports the lookups only for these users. */
#if IS_ENABLED(CONFIG_NF_TPROXY_IPV4) || IS_ENABLED(CONFIG_NF_SOCKET_IPV4)
#define RTSP_LOOKUP_IPV4
#endif
/* A modular IPv6 is not worth depending on. */
#if IS_BUILTIN(CONFIG_IPV6) && \
	(IS_ENABLED(CONFIG_NF_TPROXY_IPV6) || IS_ENABLED(CONFIG_NF_SOCKET_IPV6))
#define RTSP_LOOKUP_IPV6
#endif

/* Expected media would be taken away from a socket of the router itself, such as
 * a VPN's.  Only an address that SNAT has put there can be the router's.
 */
static bool nf_nat_rtsp_port_taken(const struct nf_conntrack_expect *exp,
				   int ifindex)
{
	const struct nf_conntrack_tuple *t = &exp->tuple;
	struct net *net = nf_ct_net(exp->master);
	struct sock *sk = NULL;

	if (!test_bit(IPS_SRC_NAT_BIT, &exp->master->status))
		return false;

	switch (t->src.l3num) {
#ifdef RTSP_LOOKUP_IPV4
	case NFPROTO_IPV4:
		sk = udp4_lib_lookup(net, t->src.u3.ip, 0, t->dst.u3.ip,
				     t->dst.u.udp.port, ifindex);
		break;
#endif
#ifdef RTSP_LOOKUP_IPV6
	case NFPROTO_IPV6:
		sk = udp6_lib_lookup(net, &t->src.u3.in6, 0, &t->dst.u3.in6,
				     t->dst.u.udp.port, ifindex);
		break;
#endif
	}
	if (sk)
		sock_put(sk);
	return sk;
}

/* A function of its own, so that unload can tell our expectations. */
static void nf_nat_rtsp_inbound_expected(struct nf_conn *ct,
					 struct nf_conntrack_expect *exp)
{
	nf_nat_follow_master(ct, exp);
}

/* The other way nf_nat_follow_master() would leave the port to chance. */
static void nf_nat_rtsp_outbound_expected(struct nf_conn *ct,
					  struct nf_conntrack_expect *exp)
{
	const struct nf_conntrack_tuple *reply =
		&ct->master->tuplehash[IP_CT_DIR_REPLY].tuple;
	struct nf_nat_range2 range = {
		.flags = NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED,
	};

	range.min_addr = reply->dst.u3;
	range.max_addr = reply->dst.u3;
	range.min_proto = exp->saved_proto;
	range.max_proto = exp->saved_proto;
	nf_nat_setup_info(ct, &range, NF_NAT_MANIP_SRC);

	/* Where the server is known by another address, as with DNAT. */
	range.min_addr = reply->src.u3;
	range.max_addr = reply->src.u3;
	range.min_proto.all = exp->tuple.dst.u.all;
	range.max_proto.all = exp->tuple.dst.u.all;
	nf_nat_setup_info(ct, &range, NF_NAT_MANIP_DST);
}

static void nf_nat_rtsp_inbound(struct nf_conntrack_expect *exp, __be16 inside)
{
	exp->saved_addr =
		exp->master->tuplehash[IP_CT_DIR_ORIGINAL].tuple.src.u3;
	exp->saved_proto.udp.port = inside;
	exp->dir = IP_CT_DIR_REPLY;
	exp->expectfn = nf_nat_rtsp_inbound_expected;
}

static void nf_nat_rtsp_outbound(struct nf_conntrack_expect *exp,
				 __be16 outside)
{
	exp->saved_addr = exp->master->tuplehash[IP_CT_DIR_REPLY].tuple.dst.u3;
	exp->saved_proto.udp.port = outside;
	exp->dir = IP_CT_DIR_ORIGINAL;
	exp->expectfn = nf_nat_rtsp_outbound_expected;
}

static const struct nf_nat_rtsp_hooks rtsp_hooks = {
	.port_taken	= nf_nat_rtsp_port_taken,
	.inbound	= nf_nat_rtsp_inbound,
	.outbound	= nf_nat_rtsp_outbound,
};

static struct nf_conntrack_nat_helper nat_helper_rtsp =
	NF_CT_NAT_HELPER_INIT(NAT_HELPER_NAME);

/* conntrackd knows the functions by these names. */
static struct nf_ct_helper_expectfn rtsp_inbound = {
	.name		= "rtsp-inbound",
	.expectfn	= nf_nat_rtsp_inbound_expected,
};

static struct nf_ct_helper_expectfn rtsp_outbound = {
	.name		= "rtsp-outbound",
	.expectfn	= nf_nat_rtsp_outbound_expected,
};

static bool nf_nat_rtsp_is_ours(struct nf_conntrack_expect *exp, void *data)
{
	return exp->expectfn == nf_nat_rtsp_inbound_expected ||
	       exp->expectfn == nf_nat_rtsp_outbound_expected;
}

static int __init nf_nat_rtsp_init(void)
{
	nf_nat_helper_register(&nat_helper_rtsp);
	nf_ct_helper_expectfn_register(&rtsp_inbound);
	nf_ct_helper_expectfn_register(&rtsp_outbound);
	RCU_INIT_POINTER(nf_nat_rtsp_hooks, &rtsp_hooks);
	return 0;
}

/* First nobody makes expectations that point here, then they are taken away,
 * then whoever had already found one is waited for.
 */
static void __exit nf_nat_rtsp_exit(void)
{
	RCU_INIT_POINTER(nf_nat_rtsp_hooks, NULL);
	nf_nat_helper_unregister(&nat_helper_rtsp);
	nf_ct_helper_expectfn_unregister(&rtsp_inbound);
	nf_ct_helper_expectfn_unregister(&rtsp_outbound);
	synchronize_rcu();
	nf_ct_expect_iterate_destroy(nf_nat_rtsp_is_ours, NULL);
	synchronize_rcu();
}

module_init(nf_nat_rtsp_init);
module_exit(nf_nat_rtsp_exit);
