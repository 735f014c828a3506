// SPDX-License-Identifier: GPL-2.0-only
/* Who may send media: the module parameter media_source.
 *
 * An expectation is hashed by its destination alone, so its source may change in
 * place.  What is reserved is as wide as what may be admitted later: then
 * there is nobody to clash with.  The parameter may change in between, so
 * a narrow reservation is never widened.
 */

#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_ecache.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "arrival.h"
#include "expect.h"
#include "source.h"

enum rtsp_media_source {
	RTSP_SOURCE_PEER,
	RTSP_SOURCE_ANNOUNCED,
	RTSP_SOURCE_ANY_LATCH,
};

static const char *const rtsp_media_source_name[] = {
	[RTSP_SOURCE_PEER]	= "peer",
	[RTSP_SOURCE_ANNOUNCED]	= "announced",
	[RTSP_SOURCE_ANY_LATCH]	= "any-latch",
};

static int rtsp_media_source __read_mostly = RTSP_SOURCE_PEER;

static int rtsp_media_source_set(const char *val, const struct kernel_param *kp)
{
	int source = sysfs_match_string(rtsp_media_source_name, val);

	if (source < 0)
		return source;
	WRITE_ONCE(rtsp_media_source, source);
	return 0;
}

static int rtsp_media_source_get(char *buffer, const struct kernel_param *kp)
{
	return scnprintf(buffer, PAGE_SIZE, "%s\n",
			 rtsp_media_source_name[READ_ONCE(rtsp_media_source)]);
}

static const struct kernel_param_ops rtsp_media_source_ops = {
	.set	= rtsp_media_source_set,
	.get	= rtsp_media_source_get,
};

module_param_cb(media_source, &rtsp_media_source_ops, NULL, 0644);
MODULE_PARM_DESC(media_source,
		 "Who may send media: peer (default), announced (source= or src_addr of the reply, else the peer) or any-latch (anybody until the first packet, then that address)");

/* Where there is no NAT; with NAT there is another that does more. */
static void rtsp_source_expected(struct nf_conn *ct,
				 struct nf_conntrack_expect *exp)
{
	rtsp_source_latch(ct, exp);
}

/* conntrackd knows the function by this name. */
static struct nf_ct_helper_expectfn rtsp_source_expectfn = {
	.name		= "rtsp-source",
	.expectfn	= rtsp_source_expected,
};

static bool rtsp_source_is_ours(struct nf_conntrack_expect *exp, void *data)
{
	return exp->expectfn == rtsp_source_expected;
}

void rtsp_source_init(void)
{
	nf_ct_helper_expectfn_register(&rtsp_source_expectfn);
}

/* Like nf_nat_rtsp_exit(): userspace may have made some of its own. */
void rtsp_source_exit(void)
{
	nf_ct_helper_expectfn_unregister(&rtsp_source_expectfn);
	synchronize_rcu();
	nf_ct_expect_iterate_destroy(rtsp_source_is_ours, NULL);
	synchronize_rcu();
}

bool rtsp_source_is_any(const struct nf_conntrack_expect *exp)
{
	return !memchr_inv(&exp->mask.src.u3, 0, sizeof(exp->mask.src.u3));
}

static void rtsp_source_set(struct nf_conntrack_expect *exp,
			    const union nf_inet_addr *addr)
{
	size_t len = exp->tuple.src.l3num == NFPROTO_IPV4 ? 4 : 16;

	memset(&exp->tuple.src.u3, 0, sizeof(exp->tuple.src.u3));
	memcpy(&exp->tuple.src.u3, addr, len);
	memset(&exp->mask.src.u3, 0, sizeof(exp->mask.src.u3));
	memset(&exp->mask.src.u3, 0xff, len);
}

static void rtsp_source_set_any(struct nf_conntrack_expect *exp)
{
	memset(&exp->tuple.src.u3, 0, sizeof(exp->tuple.src.u3));
	memset(&exp->mask.src.u3, 0, sizeof(exp->mask.src.u3));
}

void rtsp_source_watch(struct nf_conntrack_expect *exp)
{
	exp->expectfn = rtsp_source_expected;
}

bool rtsp_source_reserve(struct nf_conntrack_expect *exp)
{
	if (READ_ONCE(rtsp_media_source) == RTSP_SOURCE_PEER)
		return false;
	rtsp_source_set_any(exp);
	return true;
}

/* False if nobody is named, or the peer by either of its addresses. */
static bool rtsp_source_named(union nf_inet_addr *addr,
			      const struct nf_conn *ct,
			      const struct rtspnat_step *step)
{
	const struct rtspnat_address *source = &step->media_source;
	u8 family = nf_ct_l3num(ct) == NFPROTO_IPV4 ? 4 : 6;
	const struct nf_conntrack_tuple_hash *hash = ct->tuplehash;

	if (READ_ONCE(rtsp_media_source) == RTSP_SOURCE_PEER ||
	    source->family != family)
		return false;
	memset(addr, 0, sizeof(*addr));
	memcpy(addr, source->bytes, family == 4 ? 4 : 16);
	return !nf_inet_addr_cmp(addr, &hash[IP_CT_DIR_ORIGINAL].tuple.dst.u3) &&
	       !nf_inet_addr_cmp(addr, &hash[IP_CT_DIR_REPLY].tuple.src.u3);
}

void rtsp_source_admit(struct nf_conntrack_expect *exp,
		       const struct rtspnat_step *step, bool any)
{
	const struct nf_conn *ct = exp->master;
	union nf_inet_addr addr;

	/* Asked for again it stays with the one that it is latched to or was narrowed to:
	 * elsewhere there may be somebody to clash with by now.
	 */
	if (any && (!rtsp_source_is_any(exp) ||
		    READ_ONCE(rtsp_media_source) == RTSP_SOURCE_ANY_LATCH))
		return;
	if (!any || !rtsp_source_named(&addr, ct, step))
		addr = ct->tuplehash[IP_CT_DIR_REPLY].tuple.src.u3;
	rtsp_source_set(exp, &addr);
}

void rtsp_source_return(union nf_inet_addr *addr, const struct nf_conn *ct,
			const struct rtspnat_step *step)
{
	if (!rtsp_source_named(addr, ct, step))
		*addr = ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.dst.u3;
}

static void rtsp_source_narrow(struct nf_conntrack_expect *exp,
			       const union nf_inet_addr *addr)
{
	/* Whoever released it meanwhile has told of that. */
	bool listed = rtsp_expect_is_registered(exp);

	if (listed)
		rtsp_expect_tell(exp, IPEXP_DESTROY);
	rtsp_source_set(exp, addr);
	if (listed)
		rtsp_expect_tell(exp, IPEXP_NEW);
}

/* A matching expectation was found under the lock, but on another CPU it may have
 * been latched or narrowed since.  A dying conntrack is never confirmed, and
 * its packet is dropped where it would have been.
 */
bool rtsp_source_latch(struct nf_conn *ct, struct nf_conntrack_expect *exp)
{
	const struct nf_conntrack_tuple *tuple =
		&ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	bool admitted = true;

	spin_lock_bh(&nf_conntrack_expect_lock);
	if (rtsp_source_is_any(exp))
		rtsp_source_narrow(exp, &tuple->src.u3);
	else
		admitted = nf_ct_tuple_mask_cmp(tuple, &exp->tuple, &exp->mask);
	spin_unlock_bh(&nf_conntrack_expect_lock);

	if (admitted)
		rtsp_arrival(ct, exp);
	else
		set_bit(IPS_DYING_BIT, &ct->status);
	return admitted;
}
EXPORT_SYMBOL_GPL(rtsp_source_latch);
