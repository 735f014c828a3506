/* SPDX-License-Identifier: GPL-2.0-only */
/* Who may send media: the module's parameter media_source.
 *
 *	rtsp_source_reserve(exp);		at the request, before exp is registered
 *	rtsp_source_admit(exp, asked, any);	at the reply
 *	rtsp_source_set(exp, addr);		at the first packet, if rtsp_source_is_any(exp)
 */
#ifndef _RTSP_SOURCE_H
#define _RTSP_SOURCE_H

#include <net/netfilter/nf_conntrack_expect.h>
#include <rtspnat.h>

/* Does @exp admit every address? */
bool rtsp_source_is_any(const struct nf_conntrack_expect *exp);
/* Admit @addr alone. */
void rtsp_source_set(struct nf_conntrack_expect *exp, const union nf_inet_addr *addr);

/* Make @exp, which admits the peer and is not registered yet, keep its port from every source that
 * it may admit later: rtsp_source_is_any() says whether these are more than the peer.
 */
void rtsp_source_reserve(struct nf_conntrack_expect *exp);

/* Settle whom @exp admits; @any says whether it was reserved from every source.  The caller holds
 * nf_conntrack_expect_lock.
 */
void rtsp_source_admit(struct nf_conntrack_expect *exp,
		       const struct rtspnat_mapping *asked, bool any);

/* Fill in the address to which the opener of @ct sends media: the peer as the opener knows it,
 * or the address that the reply names, if media_source believes it.
 */
void rtsp_source_return(union nf_inet_addr *addr, const struct nf_conn *ct,
			const struct rtspnat_mapping *asked);

#endif /* _RTSP_SOURCE_H */
