/* SPDX-License-Identifier: GPL-2.0-only */
/* What nf_nat_rtsp does for nf_conntrack_rtsp. */
#ifndef _RTSP_NAT_H
#define _RTSP_NAT_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_expect.h>

struct nf_nat_rtsp_hooks {
	/* Is the port that @exp would take in use by the router itself? */
	bool (*port_taken)(const struct nf_conntrack_expect *exp, int ifindex);

	/* Make media that match @exp, which come from the peer, reach the opener
	 * at @inside.
	 */
	void (*inbound)(struct nf_conntrack_expect *exp, __be16 inside);

	/* Make media that match @exp, which come from the opener, leave the outside
	 * address from @outside; 0 is any port.
	 */
	void (*outbound)(struct nf_conntrack_expect *exp, __be16 outside);

	/* The port at the peer's end: of media from the peer the one that they seem
	 * to come from, of media to it the one that they reach.  0: as it is.
	 * May be changed while packets match.
	 */
	void (*peer)(struct nf_conntrack_expect *exp, __be16 port);

	/* Translate @ct, which is new, as inbound() has said of @exp. */
	void (*follow)(struct nf_conn *ct,
		       const struct nf_conntrack_expect *exp);
};

/* NULL while nf_nat_rtsp is not loaded. */
extern const struct nf_nat_rtsp_hooks __rcu *nf_nat_rtsp_hooks;

#endif /* _RTSP_NAT_H */
