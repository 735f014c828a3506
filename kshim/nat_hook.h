/* SPDX-License-Identifier: GPL-2.0-only */
/* What the two modules share.
 *
 * nf_conntrack_rtsp makes expectations and does without NAT.  nf_nat_rtsp fills in the hooks when
 * it is loaded; for a connection that NAT translates, nf_conntrack_rtsp calls them under RCU:
 *
 *	nat = rcu_dereference(nf_nat_rtsp_hooks);
 *	exp = nf_ct_expect_alloc(ct);		(and nf_ct_expect_init())
 *	nat->prepare(exp, IP_CT_DIR_REPLY, inside);	before it is registered
 *	if (nat->port_taken(exp, ifindex)) ...	another port, then
 *	nf_ct_expect_related(exp, 0);
 *	nat->peer(exp, published);		when the peer has named its port
 */
#ifndef _RTSP_NAT_HOOK_H
#define _RTSP_NAT_HOOK_H

#include <linux/netfilter.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_expect.h>

struct nf_nat_rtsp_hooks {
	/* Does a socket of the router itself use the port that @exp would take? */
	bool (*port_taken)(const struct nf_conntrack_expect *exp, int ifindex);

	/* Translate media that match @exp at the opener's end: those that come from the peer
	 * (IP_CT_DIR_REPLY) reach the opener at @port; those that come from the opener leave the
	 * outside address from @port, where 0 is any.
	 */
	void (*prepare)(struct nf_conntrack_expect *exp, enum ip_conntrack_dir dir,
			__be16 port);

	/* Set the port at the peer's end: for media from the peer the port that they seem to
	 * come from, for media to the peer the port that they reach; 0 changes no port.
	 * May be called while packets match.
	 */
	void (*peer)(struct nf_conntrack_expect *exp, __be16 port);

	/* Translate @ct, which is new, as prepare() has said of @exp. */
	void (*follow)(struct nf_conn *ct, const struct nf_conntrack_expect *exp);
};

/* NULL while nf_nat_rtsp is not loaded. */
extern const struct nf_nat_rtsp_hooks __rcu *nf_nat_rtsp_hooks;

/* @ct, which is new, has matched @exp.  Returns false if @exp belongs to another sender by now:
 * then conntrack drops the packet.  For the expectfn of each module.
 */
bool nf_conntrack_rtsp_arrive(struct nf_conn *ct, struct nf_conntrack_expect *exp);

#endif /* _RTSP_NAT_HOOK_H */
