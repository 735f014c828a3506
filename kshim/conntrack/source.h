/* SPDX-License-Identifier: GPL-2.0-only */
/* Who may send media: the module parameter media_source. */
#ifndef _RTSP_SOURCE_H
#define _RTSP_SOURCE_H

#include <net/netfilter/nf_conntrack_expect.h>
#include <rtspnat.h>

void rtsp_source_init(void);
void rtsp_source_exit(void);

/* Make @exp, which needs no NAT and is not registered yet, tell of the flows that match it. */
void rtsp_source_watch(struct nf_conntrack_expect *exp);

/* Does it admit every address? */
bool rtsp_source_is_any(const struct nf_conntrack_expect *exp);

/* Make @exp, which is not registered yet, keep its port from every source that it
 * may come to admit; at first it admits the peer.  Returns whether that is more
 * than the peer.
 */
bool rtsp_source_reserve(struct nf_conntrack_expect *exp);

/* Settle on what @exp admits; @any is what rtsp_source_reserve() returned.  The
 * caller holds nf_conntrack_expect_lock.
 */
void rtsp_source_admit(struct nf_conntrack_expect *exp,
		       const struct rtspnat_step *step, bool any);

/* Fill in the address to which the opener sends its own: the peer as it knows it
 * unless media come from another one that is believed.
 */
void rtsp_source_return(union nf_inet_addr *addr, const struct nf_conn *ct,
			const struct rtspnat_step *step);

/* @ct is the first packet of a flow that matched @exp.  If @exp is open to any
 * address, it is this one's alone from now on.  False if another one was faster:
 * @ct is dropped then.  For expectfn.
 */
bool rtsp_source_latch(struct nf_conn *ct, struct nf_conntrack_expect *exp);

#endif /* _RTSP_SOURCE_H */
