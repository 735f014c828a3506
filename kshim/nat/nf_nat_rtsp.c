// SPDX-License-Identifier: GPL-2.0-only
/* RTSP NAT helper: makes media that nf_conntrack_rtsp expects follow the control connection, and
 * tells it which ports the router itself uses.
 *
 * The control connection has four addresses: the opener's own and the address that the peer sees
 * (SNAT), the peer's own and the address that the opener knows (DNAT).  This module translates
 * media at both ends, whichever side sends first, and whether one router does both (hairpin) or
 * each side has its own.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <net/netfilter/nf_conntrack_expect.h>
#include <net/netfilter/nf_conntrack_helper.h>
#include <net/netfilter/nf_nat.h>
#include <net/netfilter/nf_nat_helper.h>
#include <net/sock.h>
#include <net/udp.h>

#include "../compat.h"
#include "../nat_hook.h"

#define NAT_HELPER_NAME "rtsp"

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The rtspnat authors");
MODULE_DESCRIPTION("RTSP NAT helper");
MODULE_ALIAS_NF_NAT_HELPER(NAT_HELPER_NAME);

/* The kernel exports the lookups of sockets only for these users. */
#if IS_ENABLED(CONFIG_NF_TPROXY_IPV4) || IS_ENABLED(CONFIG_NF_SOCKET_IPV4)
#define RTSP_LOOKUP_IPV4
#endif
/* With a modular IPv6 the lookup would make this module depend on it. */
#if IS_BUILTIN(CONFIG_IPV6) && \
	(IS_ENABLED(CONFIG_NF_TPROXY_IPV6) || IS_ENABLED(CONFIG_NF_SOCKET_IPV6))
#define RTSP_LOOKUP_IPV6
#endif

/* Does a UDP socket, or with @tcp a listener, of the router use the destination of @t? */
static bool nf_nat_rtsp_has_socket(struct net *net, const struct nf_conntrack_tuple *t,
				   int ifindex, bool tcp)
{
	struct sock *sk = NULL;

	switch (t->src.l3num) {
#ifdef RTSP_LOOKUP_IPV4
	case NFPROTO_IPV4:
		if (tcp)
			return rtsp_compat_listens4(net, t, ifindex);
		sk = udp4_lib_lookup(net, t->src.u3.ip, 0, t->dst.u3.ip, t->dst.u.udp.port,
				     ifindex);
		break;
#endif
#ifdef RTSP_LOOKUP_IPV6
	case NFPROTO_IPV6:
		if (tcp)
			return rtsp_compat_listens6(net, t, ifindex);
		sk = udp6_lib_lookup(net, &t->src.u3.in6, 0, &t->dst.u3.in6, t->dst.u.udp.port,
				     ifindex);
		break;
#endif
	}
	if (sk)
		sock_put(sk);
	return sk;
}

/* An expectation would take packets away from a socket of the router itself, such as a VPN's.  Only
 * an address that NAT has put there can be the router's.
 */
static bool nf_nat_rtsp_port_taken(const struct nf_conntrack_expect *exp, int ifindex)
{
	int nat = exp->dir == IP_CT_DIR_REPLY ? IPS_SRC_NAT_BIT :
						IPS_DST_NAT_BIT;
	struct net *net = nf_ct_net(exp->master);

	if (!test_bit(nat, &exp->master->status))
		return false;
	return nf_nat_rtsp_has_socket(net, &exp->tuple, ifindex,
				      exp->tuple.dst.protonum == IPPROTO_TCP);
}

static void nf_nat_rtsp_map(struct nf_conn *ct, enum nf_nat_manip_type type,
			    const union nf_inet_addr *addr, __be16 port)
{
	struct nf_nat_range2 range = {
		.flags = NF_NAT_RANGE_MAP_IPS,
		.min_addr = *addr,
		.max_addr = *addr,
	};

	if (port) {
		range.flags |= NF_NAT_RANGE_PROTO_SPECIFIED;
		range.min_proto.all = port;
		range.max_proto.all = port;
	}
	nf_nat_setup_info(ct, &range, type);
}

/* nf_nat_rtsp_peer() may write it on another CPU. */
static __be16 nf_nat_rtsp_peer_port(const struct nf_conntrack_expect *exp)
{
	return (__force __be16)READ_ONCE(exp->saved_addr.all[0]);
}

/* Media from the peer go to the opener's own address, and seem to come from where the opener knows
 * the peer.  NAT of the control connection says nothing about a third party that media_source=
 * admits: the rules translate its address, or not.
 */
static void nf_nat_rtsp_follow(struct nf_conn *ct, const struct nf_conntrack_expect *exp)
{
	const struct nf_conntrack_tuple *original =
		&ct->master->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	const struct nf_conntrack_tuple *reply =
		&ct->master->tuplehash[IP_CT_DIR_REPLY].tuple;
	const union nf_inet_addr *source =
		&ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.src.u3;
	bool from_peer = nf_inet_addr_cmp(source, &reply->src.u3);

	nf_nat_rtsp_map(ct, NF_NAT_MANIP_DST, &original->src.u3, exp->saved_proto.all);
	if (from_peer)
		nf_nat_rtsp_map(ct, NF_NAT_MANIP_SRC, &original->dst.u3,
				nf_nat_rtsp_peer_port(exp));
}

static void nf_nat_rtsp_inbound_expected(struct nf_conn *ct,
					 struct nf_conntrack_expect *exp)
{
	if (nf_conntrack_rtsp_arrive(ct, exp))
		nf_nat_rtsp_follow(ct, exp);
}

/* Media from the opener.  The destination is set first: whether a source port is free depends on
 * it.
 */
static void nf_nat_rtsp_outbound_expected(struct nf_conn *ct,
					  struct nf_conntrack_expect *exp)
{
	const struct nf_conntrack_tuple *original =
		&ct->master->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	const struct nf_conntrack_tuple *reply =
		&ct->master->tuplehash[IP_CT_DIR_REPLY].tuple;

	if (nf_inet_addr_cmp(&exp->tuple.dst.u3, &original->dst.u3))
		nf_nat_rtsp_map(ct, NF_NAT_MANIP_DST, &reply->src.u3,
				nf_nat_rtsp_peer_port(exp));
	nf_nat_rtsp_map(ct, NF_NAT_MANIP_SRC, &reply->dst.u3, exp->saved_proto.all);
}

static void nf_nat_rtsp_prepare(struct nf_conntrack_expect *exp, enum ip_conntrack_dir dir,
				__be16 port)
{
	exp->saved_proto.all = port;
	exp->dir = dir;
	exp->expectfn = dir == IP_CT_DIR_REPLY ? nf_nat_rtsp_inbound_expected :
						 nf_nat_rtsp_outbound_expected;
}

/* All addresses are the master's, so saved_addr is free for the port, for which an expectation has
 * no other room; conntrackd takes it along.
 */
static void nf_nat_rtsp_peer(struct nf_conntrack_expect *exp, __be16 port)
{
	WRITE_ONCE(exp->saved_addr.all[0], (__force u32)port);
}

static const struct nf_nat_rtsp_hooks rtsp_hooks = {
	.port_taken	= nf_nat_rtsp_port_taken,
	.prepare	= nf_nat_rtsp_prepare,
	.peer		= nf_nat_rtsp_peer,
	.follow		= nf_nat_rtsp_follow,
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
	return exp->expectfn == rtsp_inbound.expectfn ||
	       exp->expectfn == rtsp_outbound.expectfn;
}

static int __init nf_nat_rtsp_init(void)
{
#ifndef RTSP_LOOKUP_IPV4
	pr_warn("no tproxy or socket match in this kernel: ports in use by the router itself are not seen\n");
#endif
	nf_nat_helper_register(&nat_helper_rtsp);
	nf_ct_helper_expectfn_register(&rtsp_inbound);
	nf_ct_helper_expectfn_register(&rtsp_outbound);
	RCU_INIT_POINTER(nf_nat_rtsp_hooks, &rtsp_hooks);
	return 0;
}

/* First nobody makes expectations any more that point here; then those that are there go; then the
 * module waits for packets that had found one already.
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
