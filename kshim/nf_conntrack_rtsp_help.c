// SPDX-License-Identifier: GPL-2.0-only
/* What happens to a packet of a connection that has the helper.
 *
 * It comes here behind NAT, in either direction, before sequence adjustment:
 * th->seq is still what the sender wrote.  Whatever goes wrong, the packet
 * passes as it is and is counted.
 */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/tcp.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_helper.h>
#include <net/netfilter/nf_conntrack_seqadj.h>

#include "nf_conntrack_rtsp_expect.h"
#include "nf_conntrack_rtsp_help.h"
#include "nf_conntrack_rtsp_nat.h"
#include "nf_conntrack_rtsp_proc.h"
#include "nf_conntrack_rtsp_state.h"

/* One packet on its way through this file. */
struct rtsp_packet {
	struct sk_buff *skb;
	struct nf_conn *ct;
	enum ip_conntrack_info ctinfo;
	unsigned int protoff;	/* TCP header */
	unsigned int dataoff;	/* payload */
	unsigned int end;	/* of the payload; there may be padding behind */
	const struct nf_nat_rtsp_hooks *nat;	/* NULL: not NATed, or not there */
	bool retire;		/* the state is of no more use */
};

static bool rtsp_is_natted(const struct nf_conn *ct)
{
	return ct->status & IPS_NAT_MASK;
}

static void rtsp_pass_for_good(const struct rtsp_packet *pkt,
			       enum rtsp_counter why)
{
	struct rtsp_helper *helper = rtsp_helper(pkt->ct);

	if (!test_and_set_bit(RTSP_TRANSPARENT, &helper->flags))
		rtsp_count(nf_ct_net(pkt->ct), why);
}

/* A length of 0 in the header means more than it can hold. */
static unsigned int rtsp_packet_end(const struct sk_buff *skb,
				    const struct nf_conn *ct)
{
	unsigned int len;

	if (nf_ct_l3num(ct) == NFPROTO_IPV4)
		len = ntohs(ip_hdr(skb)->tot_len);
	else
		len = ntohs(ipv6_hdr(skb)->payload_len);
	if (!len)
		return skb->len;

	if (nf_ct_l3num(ct) == NFPROTO_IPV6)
		len += sizeof(struct ipv6hdr);
	return min(skb_network_offset(skb) + len, skb->len);
}

/* Learn where the streams begin.  An opener that gives up and tries another
 * number is believed until there was an answer, an answer if it fits.
 */
static void rtsp_help_syn(const struct rtsp_packet *pkt,
			  const struct tcphdr *th)
{
	struct rtsp_helper *helper = rtsp_helper(pkt->ct);
	u32 *first_seq = helper->first_seq;
	u32 seq = ntohl(th->seq) + 1;

	if (pkt->end > pkt->dataoff) {
		rtsp_pass_for_good(pkt, RTSP_FAST_OPEN);
		return;
	}

	if (CTINFO2DIR(pkt->ctinfo) == IP_CT_DIR_ORIGINAL) {
		if (th->ack || test_bit(IPS_SEEN_REPLY_BIT, &pkt->ct->status))
			return;
		WRITE_ONCE(first_seq[IP_CT_DIR_ORIGINAL], seq);
		set_bit(RTSP_SEQ_ORIGINAL, &helper->flags);
	} else if (th->ack && test_bit(RTSP_SEQ_ORIGINAL, &helper->flags) &&
		   ntohl(th->ack_seq) == first_seq[IP_CT_DIR_ORIGINAL]) {
		WRITE_ONCE(first_seq[IP_CT_DIR_REPLY], seq);
		set_bit(RTSP_SEQ_REPLY, &helper->flags);
	}
}

/* This is the last chance for an extension, before the conntrack is confirmed. */
static void rtsp_prepare_nat(const struct rtsp_packet *pkt)
{
	if (!rtsp_is_natted(pkt->ct) || nf_ct_is_confirmed(pkt->ct))
		return;
	if (!nfct_seqadj(pkt->ct))
		nfct_seqadj_ext_add(pkt->ct);
	if (!pkt->nat)
		rtsp_nat_want();
}

static struct rtsp_conn *rtsp_conn_get(const struct rtsp_packet *pkt)
{
	struct rtsp_helper *helper = rtsp_helper(pkt->ct);
	struct rtsp_conn *conn = rcu_dereference(helper->conn);

	if (conn)
		return conn;
	/* A close without a word needs no state. */
	if (pkt->end == pkt->dataoff)
		return NULL;

	if (!test_bit(RTSP_SEQ_ORIGINAL, &helper->flags) ||
	    !test_bit(RTSP_SEQ_REPLY, &helper->flags)) {
		rtsp_pass_for_good(pkt, RTSP_MIDSTREAM);
		return NULL;
	}
	conn = rtsp_conn_create(pkt->ct);
	/* What it has missed it cannot understand later. */
	if (!conn)
		set_bit(RTSP_TRANSPARENT, &helper->flags);
	return conn;
}

static void rtsp_fill_segment(struct rtspnat_segment *segment,
			      const struct rtsp_packet *pkt,
			      const struct tcphdr *th)
{
	*segment = (struct rtspnat_segment) {
		.length		= pkt->end - pkt->dataoff,
		.seq		= ntohl(th->seq),
		.ack		= ntohl(th->ack_seq),
		.direction	= CTINFO2DIR(pkt->ctinfo),
		.flags		= (th->fin ? RTSPNAT_FIN : 0) |
				  (th->rst ? RTSPNAT_RST : 0) |
				  (th->ack ? RTSPNAT_ACK : 0),
	};
}

/* Answer what the core asks until it is done with the segment. */
static void rtsp_dialogue(struct rtsp_conn *conn,
			  const struct rtsp_packet *pkt,
			  struct rtspnat_step *step)
{
	int ifindex = pkt->skb->dev ? pkt->skb->dev->ifindex : 0;
	enum rtspnat_reply reply;

	for (;;) {
		switch (rtspnat_next(conn->core, step)) {
		case RTSPNAT_RESERVE:
			reply = rtsp_reserve(conn, step, pkt->nat, ifindex);
			rtspnat_answer(conn->core, reply, step->outside[0]);
			break;
		case RTSPNAT_EXPECT:
			reply = rtsp_expect(conn, step, pkt->nat);
			rtspnat_answer(conn->core, reply, 0);
			break;
		case RTSPNAT_RELEASE:
			rtsp_release(conn, step->mapping);
			break;
		case RTSPNAT_DONE:
			return;
		}
	}
}

static bool rtsp_apply(struct rtsp_conn *conn, const struct rtsp_packet *pkt,
		       const struct rtspnat_step *step)
{
	struct rtspnat_edit edit;
	unsigned int i;

	/* The mangler would take padding for payload. */
	if (!pkt->nat || pskb_trim_rcsum(pkt->skb, pkt->end))
		return false;

	for (i = 0; i < step->edits; i++) {
		if (!rtspnat_get_edit(conn->core, i, &edit) ||
		    !pkt->nat->edit(pkt->skb, pkt->protoff, pkt->ct,
				    pkt->ctinfo, edit.offset, edit.length,
				    edit.text))
			return false;
	}
	return true;
}

/* nf_nat_rtsp may still be on its way when the first words are said, and is not
 * needed before a port is.  But once it has gone, what it did cannot be kept up.
 */
static bool rtsp_is_abandoned(const struct rtsp_conn *conn,
			      const struct rtsp_packet *pkt)
{
	return conn->natted && !pkt->nat &&
	       (conn->edited || rtsp_holds_any(conn));
}

/* The caller holds conn->lock. */
static unsigned int rtsp_segment(struct rtsp_conn *conn,
				 struct rtsp_packet *pkt,
				 struct rtspnat_segment *segment)
{
	struct net *net = nf_ct_net(pkt->ct);
	struct rtspnat_step step = {};

	if (conn->dead)
		return NF_ACCEPT;
	if (rtsp_is_abandoned(conn, pkt)) {
		rtsp_count(net, RTSP_NO_NAT_MODULE);
		pkt->retire = true;
		return NF_ACCEPT;
	}
	if (rtspnat_skip(conn->core, segment))
		return NF_ACCEPT;

	/* A byte that was not read leaves the core behind for good; what it has
	 * opened stays open as long as the connection.
	 */
	if (skb_linearize(pkt->skb)) {
		rtsp_pass_for_good(pkt, RTSP_NOT_LINEAR);
		return NF_ACCEPT;
	}
	segment->payload = pkt->skb->data + pkt->dataoff;

	rtspnat_begin(conn->core, segment);
	rtsp_dialogue(conn, pkt, &step);
	rtsp_count_notes(net, step.notes);

	if (step.verdict == RTSPNAT_DROP) {
		rtsp_count(net, RTSP_DROPPED);
		return NF_DROP;
	}
	if (step.edits) {
		conn->edited = true;
		if (!rtsp_apply(conn, pkt, &step))
			rtsp_count(net, RTSP_EDIT_FAILED);
	}
	pkt->retire = step.transparent && !conn->edited &&
		      !rtsp_holds_any(conn);
	return NF_ACCEPT;
}

static unsigned int rtsp_help_data(struct rtsp_packet *pkt,
				   const struct tcphdr *th)
{
	struct rtspnat_segment segment;
	struct rtsp_conn *conn;
	unsigned int verdict;

	conn = rtsp_conn_get(pkt);
	if (!conn)
		return NF_ACCEPT;

	rtsp_fill_segment(&segment, pkt, th);
	spin_lock_bh(&conn->lock);
	verdict = rtsp_segment(conn, pkt, &segment);
	spin_unlock_bh(&conn->lock);

	if (pkt->retire)
		rtsp_conn_kill(conn);
	return verdict;
}

int rtsp_help(struct sk_buff *skb, unsigned int protoff, struct nf_conn *ct,
	      enum ip_conntrack_info ctinfo)
{
	struct rtsp_packet pkt = {
		.skb = skb, .ct = ct, .ctinfo = ctinfo, .protoff = protoff,
	};
	const struct rtsp_helper *helper = rtsp_helper(ct);
	const struct tcphdr *th;
	struct tcphdr _th;

	/* A failover may attach the helper to the media. */
	if (!helper || nf_ct_protonum(ct) != IPPROTO_TCP ||
	    test_bit(RTSP_TRANSPARENT, &helper->flags))
		return NF_ACCEPT;

	th = skb_header_pointer(skb, protoff, sizeof(_th), &_th);
	if (!th)
		return NF_ACCEPT;
	pkt.end = rtsp_packet_end(skb, ct);
	pkt.dataoff = min(protoff + th->doff * 4, pkt.end);
	if (rtsp_is_natted(ct))
		pkt.nat = rcu_dereference(nf_nat_rtsp_hooks);

	if (th->syn) {
		rtsp_prepare_nat(&pkt);
		rtsp_help_syn(&pkt, th);
		return NF_ACCEPT;
	}
	if (ctinfo != IP_CT_ESTABLISHED && ctinfo != IP_CT_ESTABLISHED_REPLY)
		return NF_ACCEPT;
	if (pkt.dataoff == pkt.end && !th->fin && !th->rst)
		return NF_ACCEPT;
	return rtsp_help_data(&pkt, th);
}
