// SPDX-License-Identifier: GPL-2.0-only
/* A mapping of the core, made of conntrack expectations.
 *
 * A reserved port is an inactive expectation of media from the server: nobody else
 * can register one that overlaps it, and no packet matches it.  It comes alive
 * when the core says so, and is then joined by an expectation of what the
 * client sends first (a hole punch, RTCP), which has to leave from that port.
 */

#include <linux/errno.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "nf_conntrack_rtsp_expect.h"
#include "nf_conntrack_rtsp_proc.h"

/* As long as 32 bits of jiffies carry.  Expectations die with their master, and
 * that is the only end they should have: a stream may be paused for hours, and
 * one that expired would be free for others while the core counts on it.
 */
#define RTSP_EXPECT_TIMEOUT	(20 * 24 * 60 * 60)
static_assert((u64)RTSP_EXPECT_TIMEOUT * HZ < S32_MAX);

/* No class of our own for each direction: the limit cannot be reached by what
 * one struct rtsp_conn can hold, so nothing of it is ever evicted for the rest.
 */
const struct nf_conntrack_expect_policy rtsp_expect_policy = {
	.max_expected	= RTSP_EXPECTATIONS,
	.timeout	= RTSP_EXPECT_TIMEOUT,
	.name		= "rtsp",
};

/* Both ports or none.  The slots are filled if it succeeds. */
static int rtsp_register(struct nf_conntrack_expect **exp, unsigned int count)
{
	int ret;

#ifdef HAVE_RELATED_PAIR
	if (count == 2)
		return nf_ct_expect_related_pair(exp, 0);
#endif
	ret = nf_ct_expect_related(exp[0], 0);
	if (ret < 0 || count == 1)
		return ret;

	ret = nf_ct_expect_related(exp[1], 0);
	if (ret < 0)
		nf_ct_unexpect_related(exp[0]);
	return ret;
}

/* Media of the server, from any port, to @outside of the address that the server
 * sees.  With NAT they go on to the opener's own address and port @inside.
 */
static struct nf_conntrack_expect *
rtsp_inbound(const struct rtsp_conn *conn, u16 inside, u16 outside,
	     const struct nf_nat_rtsp_hooks *nat)
{
	const struct nf_conntrack_tuple *reply =
		&conn->ct->tuplehash[IP_CT_DIR_REPLY].tuple;
	struct nf_conntrack_expect *exp = nf_ct_expect_alloc(conn->ct);
	__be16 port = htons(outside);

	if (!exp)
		return NULL;

	nf_ct_expect_init(exp, NF_CT_EXPECT_CLASS_DEFAULT,
			  nf_ct_l3num(conn->ct), &reply->src.u3,
			  &reply->dst.u3, IPPROTO_UDP, NULL, &port);
	exp->flags = NF_CT_EXPECT_PERMANENT | NF_CT_EXPECT_INACTIVE;
	if (nat)
		nat->inbound(exp, htons(inside));
	return exp;
}

/* Media of the opener from @inside to @peer of the address that it knows the
 * server by.  With NAT they leave from @outside.
 */
static struct nf_conntrack_expect *
rtsp_outbound(const struct rtsp_conn *conn, u16 inside, u16 outside, u16 peer,
	      const struct nf_nat_rtsp_hooks *nat)
{
	const struct nf_conntrack_tuple *original =
		&conn->ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	struct nf_conntrack_expect *exp = nf_ct_expect_alloc(conn->ct);
	__be16 from = htons(inside), to = htons(peer);

	if (!exp)
		return NULL;

	nf_ct_expect_init(exp, NF_CT_EXPECT_CLASS_DEFAULT,
			  nf_ct_l3num(conn->ct), &original->src.u3,
			  &original->dst.u3, IPPROTO_UDP, &from, &to);
	exp->flags = NF_CT_EXPECT_PERMANENT;
	if (nat)
		nat->outbound(exp, htons(outside));
	return exp;
}

static void rtsp_drop(struct nf_conntrack_expect **slot)
{
	if (!*slot)
		return;
	nf_ct_unexpect_related(*slot);
	nf_ct_expect_put(*slot);
	*slot = NULL;
}

static void rtsp_put(struct nf_conntrack_expect **exp)
{
	unsigned int i;

	for (i = 0; i < RTSPNAT_PORTS; i++) {
		if (exp[i])
			nf_ct_expect_put(exp[i]);
		exp[i] = NULL;
	}
}

static enum rtspnat_reply rtsp_refuse(const struct rtsp_conn *conn, int err)
{
	enum rtsp_counter why = err == -EBUSY  ? RTSP_PORT_BUSY :
				err == -ENOMEM ? RTSP_NO_MEMORY :
						 RTSP_RESERVE_FAILED;

	rtsp_count(nf_ct_net(conn->ct), why);
	return err == -EBUSY ? RTSPNAT_BUSY : RTSPNAT_NO;
}

/* nf_nat_rtsp may still be on its way when the first words are said, or have gone
 * and taken the expectations with it.
 */
static bool rtsp_lacks_nat(const struct rtsp_conn *conn,
			   const struct nf_nat_rtsp_hooks *nat)
{
	if (!conn->natted || nat)
		return false;
	rtsp_count(nf_ct_net(conn->ct), RTSP_NO_NAT_MODULE);
	rtsp_nat_want();
	return true;
}

enum rtspnat_reply rtsp_reserve(struct rtsp_conn *conn,
				const struct rtspnat_step *step,
				const struct nf_nat_rtsp_hooks *nat,
				int ifindex)
{
	struct nf_conntrack_expect *exp[RTSPNAT_PORTS] = {};
	unsigned int i;
	int err = 0;

	if (rtsp_lacks_nat(conn, nat))
		return RTSPNAT_NO;

	for (i = 0; i < step->count && !err; i++) {
		exp[i] = rtsp_inbound(conn, step->inside[i], step->outside[i],
				      nat);
		if (!exp[i])
			err = -ENOMEM;
		else if (nat && nat->port_taken(exp[i], ifindex))
			err = -EBUSY;
	}
	if (!err)
		err = rtsp_register(exp, step->count);
	if (err < 0) {
		rtsp_put(exp);
		return rtsp_refuse(conn, err);
	}

	rtsp_release(conn, step->mapping);
	memcpy(conn->mapping[step->mapping].in, exp, sizeof(exp));
	return RTSPNAT_YES;
}

/* Userspace, or the end of nf_nat_rtsp, may have taken it away. */
static bool rtsp_is_registered(const struct nf_conntrack_expect *exp)
{
	const struct nf_conn_help *help = nfct_help(exp->master);
	const struct nf_conntrack_expect *i;

	hlist_for_each_entry(i, &help->expectations, lnode) {
		if (i == exp)
			return true;
	}
	return false;
}

/* The hash is over the destination alone, so a source may change in place; and
 * as it was reserved for any source port, there is nobody to clash with.
 */
static void rtsp_admit(struct nf_conntrack_expect *exp, bool open, u16 peer)
{
	unsigned int flags = exp->flags;

	exp->tuple.src.u.udp.port = htons(peer);
	exp->mask.src.u.udp.port = peer ? htons(0xffff) : 0;

	if (open)
		flags &= ~NF_CT_EXPECT_INACTIVE;
	else
		flags |= NF_CT_EXPECT_INACTIVE;
	WRITE_ONCE(exp->flags, flags);
}

static bool rtsp_admit_all(const struct rtsp_mapping *mapping,
			   const struct rtspnat_step *step)
{
	bool there = true;
	unsigned int i;

	spin_lock_bh(&nf_conntrack_expect_lock);
	for (i = 0; i < step->count; i++)
		there &= mapping->in[i] && rtsp_is_registered(mapping->in[i]);
	for (i = 0; i < step->count && there; i++)
		rtsp_admit(mapping->in[i], step->open & BIT(i), step->peer[i]);
	spin_unlock_bh(&nf_conntrack_expect_lock);
	return there;
}

static bool rtsp_is_other_media(const struct nf_conn *ct,
				const struct nf_conn *master)
{
	const struct nf_conn_help *theirs, *ours;

	if (!ct->master || ct->master == master)
		return false;
	theirs = nfct_help(ct->master);
	ours = nfct_help(master);
	return theirs && ours && rcu_access_pointer(theirs->helper) ==
				 rcu_access_pointer(ours->helper);
}

/* A flow that is older than the expectation never meets it: its first packet went
 * where the rules of that time sent it, and so do all others.  If nobody ever
 * answered, or it is media of another RTSP connection, which must have given up
 * the port, then it is in the way.  Its next packet begins anew.
 */
static void rtsp_clear_way(const struct rtsp_conn *conn,
			   const struct nf_conntrack_tuple *tuple)
{
	struct nf_conntrack_tuple_hash *hash;
	struct nf_conn *ct;

	hash = nf_conntrack_find_get(nf_ct_net(conn->ct), nf_ct_zone(conn->ct),
				     tuple);
	if (!hash)
		return;

	ct = nf_ct_tuplehash_to_ctrack(hash);
	if (rtsp_is_other_media(ct, conn->ct) ||
	    (!ct->master && !test_bit(IPS_SEEN_REPLY_BIT, &ct->status)))
		nf_ct_kill(ct);
	nf_ct_put(ct);
}

/* Not being able to is no reason to keep media out: most servers send first. */
static void rtsp_lead_out(struct rtsp_conn *conn,
			  const struct rtspnat_step *step, unsigned int i,
			  const struct nf_nat_rtsp_hooks *nat)
{
	struct nf_conntrack_expect **out = &conn->mapping[step->mapping].out[i];

	*out = rtsp_outbound(conn, step->inside[i], step->outside[i],
			     step->peer[i], nat);
	if (*out && !nf_ct_expect_related(*out, 0)) {
		rtsp_clear_way(conn, &(*out)->tuple);
		return;
	}

	rtsp_count(nf_ct_net(conn->ct), RTSP_OUTBOUND_FAILED);
	if (*out)
		nf_ct_expect_put(*out);
	*out = NULL;
}

enum rtspnat_reply rtsp_expect(struct rtsp_conn *conn,
			       const struct rtspnat_step *step,
			       const struct nf_nat_rtsp_hooks *nat)
{
	struct rtsp_mapping *mapping = &conn->mapping[step->mapping];
	unsigned int i;

	if (rtsp_lacks_nat(conn, nat) || !rtsp_admit_all(mapping, step))
		return RTSPNAT_NO;

	for (i = 0; i < step->count; i++) {
		rtsp_drop(&mapping->out[i]);
		if (!(step->open & BIT(i)) || !step->peer[i])
			continue;
		rtsp_clear_way(conn, &mapping->in[i]->tuple);
		rtsp_lead_out(conn, step, i, nat);
	}
	return RTSPNAT_YES;
}

void rtsp_release(struct rtsp_conn *conn, unsigned int number)
{
	struct rtsp_mapping *mapping = &conn->mapping[number];
	unsigned int i;

	for (i = 0; i < RTSPNAT_PORTS; i++) {
		rtsp_drop(&mapping->in[i]);
		rtsp_drop(&mapping->out[i]);
	}
}

void rtsp_release_all(struct rtsp_conn *conn)
{
	unsigned int i;

	for (i = 0; i < RTSP_MAPPINGS; i++)
		rtsp_release(conn, i);
}

bool rtsp_holds_any(const struct rtsp_conn *conn)
{
	return memchr_inv(conn->mapping, 0, sizeof(conn->mapping));
}
