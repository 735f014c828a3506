// SPDX-License-Identifier: GPL-2.0-only
/* Connections that another router followed, which is gone.
 *
 * conntrackd has made them and their media flows anew, with their NAT.  Media play on by
 * themselves; this is about the control connection, and about who gets their ports.
 */

#include <linux/string.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "adopted.h"
#include "carried.h"
#include "proc.h"
#include "state.h"

/* Whether it has media takes a look at the whole table, for which anybody may ask.  So there
 * is one at a time, and one a second: with a reference, or NULL.
 */
static struct nf_conn *rtsp_doubtful;

struct rtsp_look {
	const struct nf_conn *master;
	bool found;
};

/* 0: it is not to end. */
static int rtsp_look_at(struct nf_conn *ct, void *data)
{
	struct rtsp_look *look = data;

	if (READ_ONCE(ct->master) == look->master) {
		look->found = true;
		rtsp_adopt(ct);
	}
	return 0;
}

static bool rtsp_has_media(struct nf_conn *ct)
{
	struct rtsp_look look = { .master = ct };
#ifdef HAVE_ITER_DATA
	struct nf_ct_iter_data data = { .net = nf_ct_net(ct), .data = &look };

	nf_ct_iterate_cleanup_net(rtsp_look_at, &data);
#else
	nf_ct_iterate_cleanup_net(nf_ct_net(ct), rtsp_look_at, &look, 0, 0);
#endif
	return look.found;
}

static void rtsp_carried_know(struct rtsp_helper *helper, bool carried)
{
	assign_bit(RTSP_CARRIED, &helper->flags, carried);
	smp_mb__before_atomic();	/* pairs with rtsp_is_carried() */
	set_bit(RTSP_LOOKED, &helper->flags);
}

void rtsp_carried_look(void)
{
	struct nf_conn *ct = xchg(&rtsp_doubtful, NULL);
	struct rtsp_helper *helper = ct ? rtsp_helper(ct) : NULL;

	if (helper)
		rtsp_carried_know(helper, rtsp_has_media(ct));
	if (ct)
		nf_ct_put(ct);
}

void rtsp_carried_forget(const struct net *net)
{
	struct nf_conn *ct = READ_ONCE(rtsp_doubtful);

	if (ct && (!net || net_eq(nf_ct_net(ct), net)) &&
	    cmpxchg(&rtsp_doubtful, ct, NULL) == ct)
		nf_ct_put(ct);
}

static void rtsp_carried_ask(const struct rtsp_packet *pkt)
{
	struct nf_conn *ct = pkt->ct;

	if (!hlist_empty(&nfct_help(ct)->expectations)) {
		rtsp_carried_know(pkt->helper, true);
		return;
	}
	if (READ_ONCE(rtsp_doubtful))
		return;
	nf_conntrack_get(&ct->ct_general);
	if (cmpxchg(&rtsp_doubtful, NULL, ct))
		nf_ct_put(ct);
	else
		rtsp_sweep_later();
}

/* Has another router let in media for it? */
static bool rtsp_is_carried(const struct rtsp_helper *helper)
{
	if (!test_bit(RTSP_LOOKED, &helper->flags))
		return false;
	smp_rmb();	/* pairs with rtsp_carried_know() */
	return test_bit(RTSP_CARRIED, &helper->flags);
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
		in_step = rtsp_is_carried(helper) &&
			  test_bit(RTSP_SEQ_REPLY, &helper->flags) &&
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
			  const struct tcphdr *th)
{
	if (!test_bit(RTSP_LOOKED, &pkt->helper->flags))
		rtsp_carried_ask(pkt);
	else if (!rtsp_is_carried(pkt->helper))
		return false;
	if (!rtsp_is_in_step(pkt, th))
		return false;
	rtsp_count(nf_ct_net(pkt->ct), RTSP_PICKED_UP);
	return true;
}
