// SPDX-License-Identifier: GPL-2.0-only
/* Connections that another router followed, which is gone.
 *
 * conntrackd has made them and their expectations anew, through
 * libnetfilter_conntrack, which leaves out of an expectation what NAT is to be done.
 * The addresses are those of the control connection.  The ports are in the
 * expectation of the other direction: both have the same port at the end that is
 * not translated.  Where that names none, or several, nothing is done.
 */

#include <linux/errno.h>
#include <linux/string.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "nf_conntrack_rtsp_carried.h"
#include "nf_conntrack_rtsp_expect.h"
#include "nf_conntrack_rtsp_proc.h"
#include "nf_conntrack_rtsp_state.h"

/* One port of a mapping: from the peer, and from the opener. */
struct rtsp_pair {
	struct nf_conntrack_expect *in;
	struct nf_conntrack_expect *out;
};

/* That are looked for at a time. */
#define RTSP_PAIRS	16

/* Without a name for what to do, and so without NAT. */
static bool rtsp_is_bare(const struct nf_conntrack_expect *exp)
{
	return exp->class == RTSP_EXPECT_MEDIA && !exp->expectfn &&
	       !rtsp_expect_is_dead(exp);
}

static bool rtsp_hides_opener(const struct nf_conn *ct)
{
	return test_bit(IPS_SRC_NAT_BIT, &ct->status);
}

static bool rtsp_hides_peer(const struct nf_conn *ct)
{
	return !nf_inet_addr_cmp(&ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.dst.u3,
				 &ct->tuplehash[IP_CT_DIR_REPLY].tuple.src.u3);
}

static bool rtsp_is_pair(const struct nf_conntrack_expect *in,
			 const struct nf_conntrack_expect *out)
{
	const struct nf_conn *ct = in->master;
	const struct nf_conntrack_tuple *original =
		&ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	const struct nf_conntrack_tuple *reply =
		&ct->tuplehash[IP_CT_DIR_REPLY].tuple;

	if (in == out || !rtsp_is_bare(in) || !rtsp_is_bare(out) ||
	    in->tuple.dst.protonum != out->tuple.dst.protonum ||
	    !nf_inet_addr_cmp(&in->tuple.dst.u3, &reply->dst.u3) ||
	    !nf_inet_addr_cmp(&out->tuple.src.u3, &original->src.u3) ||
	    !in->tuple.src.u.all || !out->tuple.src.u.all)
		return false;
	if (!rtsp_hides_peer(ct))
		return in->tuple.src.u.all == out->tuple.dst.u.all;
	return !rtsp_hides_opener(ct) &&
	       in->tuple.dst.u.all == out->tuple.src.u.all;
}

/* The one that makes a pair with the one that is given; NULL if there are more. */
static struct nf_conntrack_expect *
rtsp_other_of_pair(struct nf_conntrack_expect *in,
		   struct nf_conntrack_expect *out)
{
	const struct nf_conn_help *help = nfct_help((in ?: out)->master);
	struct nf_conntrack_expect *i, *found = NULL;

	hlist_for_each_entry(i, &help->expectations, lnode) {
		if (!rtsp_is_pair(in ?: i, out ?: i))
			continue;
		if (found)
			return NULL;
		found = i;
	}
	return found;
}

/* Several at once, as each search is in the square of all there are.  With a reference to
 * each; returns how many, 0 if there is none any more.
 */
static unsigned int rtsp_find_pairs(const struct nf_conn *ct,
				    struct rtsp_pair *pairs)
{
	const struct nf_conn_help *help = nfct_help(ct);
	struct nf_conntrack_expect *in, *out;
	unsigned int count = 0;

	spin_lock_bh(&nf_conntrack_expect_lock);
	hlist_for_each_entry(in, &help->expectations, lnode) {
		out = rtsp_is_bare(in) ? rtsp_other_of_pair(in, NULL) : NULL;
		if (!out || rtsp_other_of_pair(NULL, out) != in)
			continue;
		refcount_inc(&in->use);
		refcount_inc(&out->use);
		pairs[count++] = (struct rtsp_pair) { .in = in, .out = out };
		if (count == RTSP_PAIRS)
			break;
	}
	spin_unlock_bh(&nf_conntrack_expect_lock);
	return count;
}

static struct nf_conntrack_expect *
rtsp_expect_copy(const struct nf_conntrack_expect *old)
{
	const struct nf_conntrack_tuple *tuple = &old->tuple;
	struct nf_conntrack_expect *exp = nf_ct_expect_alloc(old->master);

	if (!exp)
		return NULL;
	nf_ct_expect_init(exp, old->class, tuple->src.l3num, &tuple->src.u3,
			  &tuple->dst.u3, tuple->dst.protonum,
			  &tuple->src.u.all, &tuple->dst.u.all);
	exp->mask = old->mask;
	exp->flags = READ_ONCE(old->flags) &
		     (NF_CT_EXPECT_PERMANENT | NF_CT_EXPECT_INACTIVE);
	return exp;
}

/* In its place rather than changed: whoever has found the old one would see it half
 * changed.  What has come by that one went astray, and begins anew.
 */
static int rtsp_expect_replace(struct nf_conntrack_expect *old,
			       struct nf_conntrack_expect *exp)
{
	int err;

	nf_ct_unexpect_related(old);
	err = nf_ct_expect_related(exp, 0);
	if (!err)
		rtsp_expect_end_flow(exp);
	return err;
}

static int rtsp_adopt_pair(const struct rtsp_pair *old,
			   const struct nf_nat_rtsp_hooks *nat)
{
	struct nf_conntrack_expect *in = rtsp_expect_copy(old->in);
	struct nf_conntrack_expect *out = rtsp_expect_copy(old->out);
	int err = -ENOMEM;

	if (in && out) {
		nat->inbound(in, out->tuple.src.u.all);
		nat->outbound(out, in->tuple.dst.u.all);
		if (rtsp_hides_peer(in->master)) {
			nat->peer(in, out->tuple.dst.u.all);
			nat->peer(out, in->tuple.src.u.all);
		}
		err = rtsp_expect_replace(old->in, in) ?:
		      rtsp_expect_replace(old->out, out);
	}
	if (in)
		nf_ct_expect_put(in);
	if (out)
		nf_ct_expect_put(out);
	return err;
}

static int rtsp_adopt_one(const struct nf_conn *ct,
			  const struct rtsp_pair *pair,
			  const struct nf_nat_rtsp_hooks *nat)
{
	int err = rtsp_adopt_pair(pair, nat);

	rtsp_count(nf_ct_net(ct), !err		 ? RTSP_ADOPTED :
				  err == -ENOMEM ? RTSP_NO_MEMORY :
						   RTSP_RESERVE_FAILED);
	return err;
}

/* Ends at the first that fails, which would be found again. */
static void rtsp_adopt(const struct nf_conn *ct,
		       const struct nf_nat_rtsp_hooks *nat)
{
	struct rtsp_pair pairs[RTSP_PAIRS];
	unsigned int i, count;
	int err = 0;

	do {
		count = rtsp_find_pairs(ct, pairs);
		for (i = 0; i < count; i++) {
			if (!err)
				err = rtsp_adopt_one(ct, &pairs[i], nat);
			nf_ct_expect_put(pairs[i].in);
			nf_ct_expect_put(pairs[i].out);
		}
	} while (count && !err);
}

static bool rtsp_begins_reply(const struct rtsp_packet *pkt)
{
	static const char version[] = "RTSP/";
	char copy[sizeof(version) - 1];
	const char *text;

	if (pkt->end - pkt->dataoff < sizeof(copy))
		return false;
	text = skb_header_pointer(pkt->skb, pkt->dataoff, sizeof(copy), copy);
	return text && !memcmp(text, version, sizeof(copy));
}

/* What answers a request acknowledges it; what acknowledges the answer and nothing
 * else follows it.  Where the numbers are not those of the sender, because the text
 * became longer on the other router, these never fit.
 */
static bool rtsp_is_in_step(const struct rtsp_packet *pkt,
			    const struct tcphdr *th)
{
	struct rtsp_helper *helper = pkt->helper;
	u32 *first_seq = helper->first_seq;
	u32 seq = ntohl(th->seq), ack = ntohl(th->ack_seq);
	bool in_step = false;

	spin_lock_bh(&pkt->ct->lock);
	if (CTINFO2DIR(pkt->ctinfo) == IP_CT_DIR_ORIGINAL) {
		in_step = test_bit(RTSP_SEQ_REPLY, &helper->flags) &&
			  seq == first_seq[IP_CT_DIR_ORIGINAL] &&
			  ack == first_seq[IP_CT_DIR_REPLY];
		if (in_step) {
			smp_mb__before_atomic();	/* pairs with rtsp_saw_opening() */
			set_bit(RTSP_SEQ_ORIGINAL, &helper->flags);
		}
	} else if (!test_bit(RTSP_SEQ_ORIGINAL, &helper->flags)) {
		assign_bit(RTSP_SEQ_REPLY, &helper->flags,
			   rtsp_begins_reply(pkt));
		WRITE_ONCE(first_seq[IP_CT_DIR_ORIGINAL], ack);
		WRITE_ONCE(first_seq[IP_CT_DIR_REPLY],
			   seq + pkt->end - pkt->dataoff);
	}
	spin_unlock_bh(&pkt->ct->lock);
	return in_step;
}

bool rtsp_carried_segment(const struct rtsp_packet *pkt,
			  const struct tcphdr *th,
			  const struct nf_nat_rtsp_hooks *nat)
{
	struct rtsp_helper *helper = pkt->helper;

	if (hlist_empty(&nfct_help(pkt->ct)->expectations))
		return false;
	if (nat && !test_and_set_bit(RTSP_ADOPTS, &helper->flags))
		rtsp_adopt(pkt->ct, nat);
	if (!rtsp_is_in_step(pkt, th))
		return false;
	rtsp_count(nf_ct_net(pkt->ct), RTSP_PICKED_UP);
	return true;
}
