// SPDX-License-Identifier: GPL-2.0-only
/* Conntrack expectations of one port of a mapping.
 *
 * A reserved port is an inactive expectation: no other connection can register one that overlaps
 * it, and no packet matches it.  A port has one for media from the peer, and one for what the
 * opener sends first (a hole punch, RTCP), which has to leave from the announced port.
 */

#include <linux/errno.h>
#include <net/netfilter/nf_conntrack_core.h>

#include "../compat.h"
#include "expect.h"
#include "source.h"

/* As long as 32 bits of jiffies carry.  An expectation should end with its master and not before:
 * a stream may be paused for hours, and the port of an expectation that expired would be free for
 * others while the core counts on it.  So the sweep renews expectations once a day.
 */
#define RTSP_EXPECT_TIMEOUT	(20 * 24 * 60 * 60)
static_assert((u64)RTSP_EXPECT_TIMEOUT * HZ < S32_MAX);

/* Both directions of media share a class: one struct rtsp_conn cannot reach its limit, so conntrack
 * never evicts one expectation of it for another.  A control connection has one redirection at a
 * time, which is expected as long as it takes to open a connection.
 */
const struct nf_conntrack_expect_policy
rtsp_expect_policies[RTSP_EXPECT_CLASSES] = {
	[RTSP_EXPECT_MEDIA] = {
		.max_expected	= RTSP_EXPECTATIONS,
		.timeout	= RTSP_EXPECT_TIMEOUT,
		.name		= "rtsp",
	},
	[RTSP_EXPECT_CONTROL] = {
		.max_expected	= 1,
		.timeout	= 60,
		.name		= "rtsp-control",
	},
};

static_assert(RTSP_EXPECTATIONS <= NF_CT_EXPECT_MAX_CNT);

/* From port @from, 0 is any, to port @to.  @dir is that of the packets of the control connection
 * that come from the same side.
 */
static struct nf_conntrack_expect *rtsp_expect_media(const struct rtsp_ask *ask,
						     enum ip_conntrack_dir dir,
						     const union nf_inet_addr *addr,
						     __be16 from, __be16 to)
{
	struct nf_conn *ct = ask->conn->ct;
	struct nf_conntrack_expect *exp = nf_ct_expect_alloc(ct);

	if (!exp)
		return NULL;
	nf_ct_expect_init(exp, RTSP_EXPECT_MEDIA, nf_ct_l3num(ct),
			  &ct->tuplehash[dir].tuple.src.u3, addr, ask->asked->protocol,
			  from ? &from : NULL, &to);
	exp->flags = NF_CT_EXPECT_PERMANENT | NF_CT_EXPECT_INACTIVE;
	return exp;
}

struct nf_conntrack_expect *rtsp_expect_inbound(const struct rtsp_ask *ask,
						unsigned int i)
{
	const struct nf_conntrack_tuple *reply =
		&ask->conn->ct->tuplehash[IP_CT_DIR_REPLY].tuple;
	struct nf_conntrack_expect *exp =
		rtsp_expect_media(ask, IP_CT_DIR_REPLY, &reply->dst.u3, 0,
				  htons(ask->asked->outside[i]));

	if (!exp)
		return NULL;
	rtsp_source_reserve(exp);
	if (ask->nat)
		ask->nat->prepare(exp, IP_CT_DIR_REPLY, htons(ask->asked->inside[i]));
	return exp;
}

struct nf_conntrack_expect *
rtsp_expect_again(const struct rtsp_conn *conn, const struct nf_conntrack_expect *old)
{
	const struct nf_nat_rtsp_hooks *nat = rtsp_nat(conn);
	struct nf_conntrack_expect *exp;

	if (conn->natted && !nat)
		return NULL;
	exp = nf_ct_expect_alloc(conn->ct);
	if (!exp)
		return NULL;
	nf_ct_expect_init(exp, RTSP_EXPECT_MEDIA, nf_ct_l3num(conn->ct),
			  &old->tuple.src.u3, &old->tuple.dst.u3,
			  old->tuple.dst.protonum, &old->tuple.src.u.all,
			  &old->tuple.dst.u.all);
	exp->mask = old->mask;
	exp->flags = READ_ONCE(old->flags) &
		     (NF_CT_EXPECT_PERMANENT | NF_CT_EXPECT_INACTIVE);
	exp->expectfn = old->expectfn;
	if (nat) {
		nat->prepare(exp, IP_CT_DIR_REPLY, old->saved_proto.all);
		nat->peer(exp, (__force __be16)old->saved_addr.all[0]);
	}
	return exp;
}

/* The opener knows a port that is not published as it is. */
static __be16 rtsp_published(const struct rtspnat_mapping *asked, unsigned int i)
{
	return htons(asked->published[i] ?: asked->peer[i]);
}

/* An opener that has announced no port uses any. */
static __be16 rtsp_source_port(const struct rtspnat_mapping *asked, unsigned int i)
{
	return asked->outside[i] ? htons(asked->inside[i]) : 0;
}

struct nf_conntrack_expect *rtsp_expect_outbound(const struct rtsp_ask *ask,
						 unsigned int i)
{
	struct nf_conntrack_expect *exp;
	union nf_inet_addr addr;

	rtsp_source_return(&addr, ask->conn->ct, ask->asked);
	exp = rtsp_expect_media(ask, IP_CT_DIR_ORIGINAL, &addr,
				rtsp_source_port(ask->asked, i), rtsp_published(ask->asked, i));
	if (exp && ask->nat) {
		ask->nat->prepare(exp, IP_CT_DIR_ORIGINAL, htons(ask->asked->outside[i]));
		ask->nat->peer(exp, htons(ask->asked->peer[i]));
	}
	return exp;
}

bool rtsp_expect_is_outbound(const struct rtsp_ask *ask,
			     const struct nf_conntrack_expect *exp,
			     unsigned int i)
{
	union nf_inet_addr addr;

	rtsp_source_return(&addr, ask->conn->ct, ask->asked);
	return exp->tuple.dst.protonum == ask->asked->protocol &&
	       exp->tuple.dst.u.all == rtsp_published(ask->asked, i) &&
	       exp->tuple.src.u.all == rtsp_source_port(ask->asked, i) &&
	       nf_inet_addr_cmp(&exp->tuple.dst.u3, &addr);
}

int rtsp_expect_check_port(const struct rtsp_ask *ask,
			   const struct nf_conntrack_expect *exp)
{
	const struct net_device *dev = ask->skb->dev;

	return ask->nat && ask->nat->port_taken(exp, dev ? dev->ifindex : 0) ?
		       -EBUSY : 0;
}

int rtsp_expect_register(struct nf_conntrack_expect **exp)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < RTSPNAT_PORTS; i++) {
		ret = exp[i] ? nf_ct_expect_related(exp[i], 0) : 0;
		if (ret)
			break;
	}
	while (ret && i-- > 0) {
		if (exp[i])
			rtsp_compat_unexpect(exp[i]);
	}
	return ret;
}

/* Userspace, or the end of nf_nat_rtsp, may have taken away an expectation that is held here. */
bool rtsp_expect_is_registered(const struct nf_conntrack_expect *exp)
{
	return rtsp_compat_is_listed(exp) && !rtsp_compat_is_dead(exp);
}

bool rtsp_expect_is_open(const struct nf_conntrack_expect *exp)
{
	return !(READ_ONCE(exp->flags) & NF_CT_EXPECT_INACTIVE);
}

static void rtsp_set_open(struct nf_conntrack_expect *exp, bool open)
{
	WRITE_ONCE(exp->flags, open ? exp->flags & ~NF_CT_EXPECT_INACTIVE :
				      exp->flags | NF_CT_EXPECT_INACTIVE);
}

/* Conntrack tells userspace of an expectation that comes or goes, and not of one that changes in
 * place: conntrackd would carry the old one to its peer.  So a change is announced as an end and a
 * beginning.  An expectation that was released meanwhile has been announced already.
 */
void rtsp_expect_narrow(struct nf_conntrack_expect *exp, const union nf_inet_addr *addr)
{
	bool listed = rtsp_expect_is_registered(exp);

	if (listed)
		rtsp_compat_tell(exp, IPEXP_DESTROY);
	rtsp_source_set(exp, addr);
	if (listed)
		rtsp_compat_tell(exp, IPEXP_NEW);
}

/* The source port may change in place, because the hash is over the destination alone; and no
 * other expectation clashes, because the reservation was for every source port.
 */
void rtsp_expect_admit_in(const struct rtsp_ask *ask, unsigned int i)
{
	struct nf_conntrack_expect *exp = ask->mapping->media[i].in;
	__be16 port = htons(ask->asked->peer[i]);

	rtsp_compat_tell(exp, IPEXP_DESTROY);
	rtsp_source_admit(exp, ask->asked, ask->mapping->any_source);
	exp->tuple.src.u.all = port;
	exp->mask.src.u.all = port ? htons(0xffff) : 0;
	if (ask->nat)
		ask->nat->peer(exp, htons(ask->asked->published[i]));
	rtsp_set_open(exp, ask->asked->open & BIT(i));
	rtsp_compat_tell(exp, IPEXP_NEW);
}

void rtsp_expect_admit_out(const struct rtsp_ask *ask, unsigned int i, bool open)
{
	struct nf_conntrack_expect *exp = ask->mapping->media[i].out;

	rtsp_compat_tell(exp, IPEXP_DESTROY);
	if (ask->nat)
		ask->nat->peer(exp, htons(ask->asked->peer[i]));
	rtsp_set_open(exp, open);
	rtsp_compat_tell(exp, IPEXP_NEW);
}

void rtsp_expect_renew(struct nf_conntrack_expect *exp)
{
	if (!exp)
		return;
	spin_lock_bh(&nf_conntrack_expect_lock);
	rtsp_compat_renew(exp, RTSP_EXPECT_TIMEOUT * HZ);
	spin_unlock_bh(&nf_conntrack_expect_lock);
}

void rtsp_expect_drop(struct nf_conntrack_expect **slot)
{
	if (!*slot)
		return;
	rtsp_compat_unexpect(*slot);
	nf_ct_expect_put(*slot);
	*slot = NULL;
}

void rtsp_expect_put(struct nf_conntrack_expect **exp)
{
	unsigned int i;

	for (i = 0; i < RTSPNAT_PORTS; i++) {
		if (exp[i])
			nf_ct_expect_put(exp[i]);
		exp[i] = NULL;
	}
}
