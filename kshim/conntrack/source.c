// SPDX-License-Identifier: GPL-2.0-only
/* Who may send media: the module's parameter media_source.
 *
 * Conntrack hashes an expectation by its destination alone, so its source may change in place.
 * A reservation covers all sources that it may admit later: then no other expectation can clash
 * with it.  The parameter may change in between, so a narrow reservation is never widened.
 */

#include <linux/string.h>
#include <net/netfilter/nf_conntrack.h>

#include "params.h"
#include "source.h"

bool rtsp_source_is_any(const struct nf_conntrack_expect *exp)
{
	return !memchr_inv(&exp->mask.src.u3, 0, sizeof(exp->mask.src.u3));
}

void rtsp_source_set(struct nf_conntrack_expect *exp, const union nf_inet_addr *addr)
{
	size_t len = exp->tuple.src.l3num == NFPROTO_IPV4 ? 4 : 16;

	exp->tuple.src.u3 = *addr;
	memset(&exp->mask.src.u3, 0, sizeof(exp->mask.src.u3));
	memset(&exp->mask.src.u3, 0xff, len);
}

void rtsp_source_reserve(struct nf_conntrack_expect *exp)
{
	if (rtsp_param(media_source) == RTSP_SOURCE_PEER)
		return;
	memset(&exp->tuple.src.u3, 0, sizeof(exp->tuple.src.u3));
	memset(&exp->mask.src.u3, 0, sizeof(exp->mask.src.u3));
}

/* Returns false if the reply names no address, or one of the peer's two. */
static bool rtsp_source_named(union nf_inet_addr *addr,
			      const struct nf_conn *ct,
			      const struct rtspnat_mapping *asked)
{
	const struct rtspnat_address *source = &asked->media_source;
	u8 family = nf_ct_l3num(ct) == NFPROTO_IPV4 ? 4 : 6;
	const struct nf_conntrack_tuple_hash *hash = ct->tuplehash;

	if (rtsp_param(media_source) == RTSP_SOURCE_PEER || source->family != family)
		return false;
	memset(addr, 0, sizeof(*addr));
	memcpy(addr, source->bytes, family == 4 ? 4 : 16);
	return !nf_inet_addr_cmp(addr, &hash[IP_CT_DIR_ORIGINAL].tuple.dst.u3) &&
	       !nf_inet_addr_cmp(addr, &hash[IP_CT_DIR_REPLY].tuple.src.u3);
}

void rtsp_source_admit(struct nf_conntrack_expect *exp,
		       const struct rtspnat_mapping *asked, bool any)
{
	const struct nf_conn *ct = exp->master;
	union nf_inet_addr addr;

	/* At a second reply the source that was latched or narrowed to stays: another source may
	 * belong to an expectation of somebody else by now.
	 */
	if (any && (!rtsp_source_is_any(exp) ||
		    rtsp_param(media_source) == RTSP_SOURCE_ANY_LATCH))
		return;
	if (!any || !rtsp_source_named(&addr, ct, asked))
		addr = ct->tuplehash[IP_CT_DIR_REPLY].tuple.src.u3;
	rtsp_source_set(exp, &addr);
}

void rtsp_source_return(union nf_inet_addr *addr, const struct nf_conn *ct,
			const struct rtspnat_mapping *asked)
{
	if (!rtsp_source_named(addr, ct, asked))
		*addr = ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.dst.u3;
}
