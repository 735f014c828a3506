// SPDX-License-Identifier: GPL-2.0-only
/* What happens to a packet of a connection that has the helper.
 *
 * It comes here behind NAT, in either direction, before sequence adjustment: the
 * numbers are still what the sender wrote.  Whatever goes wrong, the packet
 * passes as it is and is counted; but where that would leave a hole in the
 * stream it is dropped, for its sender to send it again.
 */

#include <linux/percpu.h>
#include <linux/tcp.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_ecache.h>
#include <net/netfilter/nf_conntrack_helper.h>
#include <net/netfilter/nf_conntrack_seqadj.h>

#include "carried.h"
#include "help.h"
#include "log.h"
#include "mapping.h"
#include "../nat_hook.h"
#include "opening.h"
#include "packet.h"
#include "proc.h"
#include "room.h"
#include "state.h"
#include "trace.h"

static bool rtsp_is_natted(const struct nf_conn *ct)
{
	return ct->status & IPS_NAT_MASK;
}

/* NULL: not NATed, or not there. */
static const struct nf_nat_rtsp_hooks *rtsp_nat(const struct nf_conn *ct)
{
	return rtsp_is_natted(ct) ? rcu_dereference(nf_nat_rtsp_hooks) : NULL;
}

/* This is the last chance for an extension, before the conntrack is confirmed. */
static void rtsp_prepare_nat(struct rtsp_packet *pkt)
{
	if (!rtsp_is_natted(pkt->ct) || nf_ct_is_confirmed(pkt->ct) ||
	    nfct_seqadj(pkt->ct))
		return;
	nfct_seqadj_ext_add(pkt->ct);
	pkt->helper = rtsp_helper(pkt->ct);
}

/* The state of a connection that has none yet. */
static noinline struct rtsp_conn *
rtsp_conn_begin(const struct rtsp_packet *pkt, struct rtsp_helper *helper,
		const struct tcphdr *th)
{
	/* A close without a word needs no state. */
	if (pkt->end == pkt->dataoff && !th->urg)
		return NULL;

	if (!rtsp_saw_opening(helper)) {
		rtsp_missed_opening(pkt, helper);
		if (!rtsp_carried_segment(pkt, th))
			return NULL;
	} else if (!rtsp_opening_begins(pkt, th)) {
		return NULL;
	}
	return rtsp_conn_create(pkt->ct, helper);
}

/* Answer what the core asks until it is done with the segment. */
static void rtsp_dialogue(struct rtsp_conn *conn,
			  const struct rtsp_packet *pkt,
			  struct rtspnat_step *step)
{
	const struct rtsp_ask ask = {
		.conn = conn,
		.step = step,
		.nat = rtsp_nat(pkt->ct),
		.skb = pkt->skb,
	};
	enum rtspnat_reply reply;

	for (;;) {
		switch (rtspnat_next(conn->core, step)) {
		case RTSPNAT_RESERVE:
			reply = rtsp_reserve(&ask);
			rtspnat_answer(conn->core, reply, step->outside[0]);
			break;
		case RTSPNAT_PUBLISH:
			reply = rtsp_publish(&ask);
			rtspnat_answer(conn->core, reply, step->published[0]);
			break;
		case RTSPNAT_EXPECT:
			reply = rtsp_expect(&ask);
			rtspnat_answer(conn->core, reply, 0);
			break;
		case RTSPNAT_RELEASE:
			rtsp_give_up(&ask);
			break;
		case RTSPNAT_LINGER:
			rtsp_linger(&ask);
			break;
		case RTSPNAT_REDIRECT:
			rtsp_redirect(&ask);
			break;
		case RTSPNAT_DONE:
			return;
		}
	}
}

/* conntrack shifts the edges of SACK by what is right for the plain number.  With a
 * segment lost before the text that became longer, it would find that the other
 * side acknowledges what was never sent, and refuse its packets for good.
 */
static void rtsp_trust_peer(const struct rtsp_packet *pkt)
{
	struct ip_ct_tcp *tcp = &pkt->ct->proto.tcp;

	spin_lock_bh(&pkt->ct->lock);
	tcp->seen[!CTINFO2DIR(pkt->ctinfo)].flags |= IP_CT_TCP_FLAG_BE_LIBERAL;
	spin_unlock_bh(&pkt->ct->lock);
}

/* Once only, whether or not this packet comes through: sent again, it is as long. */
static void rtsp_grow(struct rtsp_conn *conn, const struct rtsp_packet *pkt,
		      const struct rtspnat_step *step)
{
	WRITE_ONCE(conn->grown, true);
	rtsp_trust_peer(pkt);
	nf_ct_seqadj_set(pkt->ct, pkt->ctinfo, htonl(step->growth_at),
			 step->growth);
	nf_conntrack_event_cache(IPCT_SEQADJ, pkt->ct);
}

static unsigned int rtsp_apply(struct rtsp_conn *conn,
			       const struct rtsp_packet *pkt,
			       const struct rtspnat_segment *segment,
			       const struct rtspnat_step *step)
{
	bool keeps_count = rtsp_packet_keeps_count(segment, conn->core, step);

	if (step->growth)
		rtsp_grow(conn, pkt, step);
	if (keeps_count && !step->edits)
		return NF_ACCEPT;
	if (rtsp_packet_rewrite(pkt, conn->core, step))
		return NF_ACCEPT;

	if (keeps_count) {
		rtsp_count(nf_ct_net(pkt->ct), RTSP_EDIT_FAILED);
		return NF_ACCEPT;
	}
	rtsp_count(nf_ct_net(pkt->ct), RTSP_REWRITE_FAILED);
	rtsp_log_dropped(pkt->skb, pkt->ct, RTSP_REWRITE_FAILED);
	return NF_DROP;
}

/* A byte that was not read leaves the core behind for good; what it has opened
 * stays open as long as the connection.  But what it has changed has to stay
 * changed, and a sender that hears nothing sends smaller packets.
 */
static unsigned int rtsp_unreadable(const struct rtsp_conn *conn,
				    const struct rtsp_packet *pkt)
{
	if (conn->natted) {
		rtsp_count(nf_ct_net(pkt->ct), RTSP_NOT_LINEAR);
		rtsp_log_dropped(pkt->skb, pkt->ct, RTSP_NOT_LINEAR);
		return NF_DROP;
	}
	rtsp_pass_for_good(pkt, RTSP_NOT_LINEAR);
	return NF_ACCEPT;
}

/* Heads of frames that are not in the linear part, @offset into the payload on. */
static noinline enum rtspnat_frames
rtsp_skip_paged(struct rtsp_conn *conn, const struct rtsp_packet *pkt,
		const struct rtspnat_segment *segment, u32 offset)
{
	enum rtspnat_frames frames;
	struct skb_seq_state seq;
	unsigned int len;
	const u8 *bytes;
	u8 head[4];

	skb_prepare_seq_read(pkt->skb, pkt->dataoff, pkt->end, &seq);
	do {
		len = skb_seq_read(offset, &bytes, &seq);
		if (len < sizeof(head)) {
			bytes = head;
			len = sizeof(head);
			if (skb_copy_bits(pkt->skb, pkt->dataoff + offset,
					  head, sizeof(head))) {
				frames = RTSPNAT_FRAMES_NO;
				break;
			}
		}
		frames = rtspnat_skip_frames(conn->core, segment, bytes, len,
					     &offset);
	} while (frames == RTSPNAT_FRAMES_HEAD);
	skb_abort_seq_read(&seq);
	return frames;
}

/* Media on the connection: all that has to be read are the heads of frames, which
 * are far apart.
 */
static bool rtsp_skip_frames(struct rtsp_conn *conn,
			     const struct rtsp_packet *pkt,
			     const struct rtspnat_segment *segment)
{
	unsigned int linear = skb_headlen(pkt->skb);
	enum rtspnat_frames frames;
	u32 offset = 0;

	linear = linear > pkt->dataoff ? linear - pkt->dataoff : 0;
	frames = rtspnat_skip_frames(conn->core, segment,
				     pkt->skb->data + pkt->dataoff, linear,
				     &offset);
	if (frames == RTSPNAT_FRAMES_HEAD)
		frames = rtsp_skip_paged(conn, pkt, segment, offset);
	if (frames == RTSPNAT_FRAMES_BEGUN)
		this_cpu_inc(*conn->interleaved);
	return frames >= RTSPNAT_FRAMES_DONE;
}

/* The caller holds conn->lock. */
static noinline unsigned int rtsp_segment(struct rtsp_conn *conn,
					  const struct rtsp_packet *pkt,
					  struct rtspnat_segment *segment,
					  bool *retire)
{
	struct rtsp_helper *helper = pkt->helper;
	struct net *net = nf_ct_net(pkt->ct);
	struct rtspnat_step step = {};

	if (rtspnat_skip(conn->core, segment))
		return NF_ACCEPT;
	if (skb_linearize(pkt->skb))
		return rtsp_unreadable(conn, pkt);
	segment->payload = pkt->skb->data + pkt->dataoff;

	rtspnat_begin(conn->core, segment);
	rtsp_dialogue(conn, pkt, &step);
	rtsp_count_notes(net, step.notes);
	rtsp_trace_notes(pkt->ct, step.notes);

	if (step.holding != test_bit(RTSP_HOLDING, &helper->flags))
		assign_bit(RTSP_HOLDING, &helper->flags, step.holding);
	*retire = step.transparent && !rtsp_holds_any(conn);

	if (step.verdict == RTSPNAT_DROP) {
		rtsp_count(net, RTSP_DROPPED);
		return NF_DROP;
	}
	return rtsp_apply(conn, pkt, segment, &step);
}

/* Times that a state is made which another CPU lets go before it is used. */
#define RTSP_BEGIN_TRIES	3

/* What a segment leaves behind, beside its verdict. */
static void rtsp_help_done(struct rtsp_conn *conn, bool retire)
{
	if (unlikely(retire))
		rtsp_conn_kill(conn);
	else if (unlikely(READ_ONCE(conn->brief) || READ_ONCE(conn->pushes)))
		rtsp_room_settle(conn);
}

/* Returns false if the state is dead. */
static bool rtsp_help_conn(struct rtsp_conn *conn,
			   const struct rtsp_packet *pkt,
			   const struct tcphdr *th, unsigned int *verdict)
{
	struct rtspnat_segment segment;
	bool dead, retire = false;

	rtsp_packet_segment(&segment, pkt, th);
	spin_lock_bh(&conn->lock);
	dead = conn->dead;
	conn->used = jiffies;
	if (!dead && !rtsp_skip_frames(conn, pkt, &segment))
		*verdict = rtsp_segment(conn, pkt, &segment, &retire);
	spin_unlock_bh(&conn->lock);

	if (!dead)
		rtsp_help_done(conn, retire);
	return !dead;
}

static unsigned int rtsp_help_data(const struct rtsp_packet *pkt,
				   struct rtsp_helper *helper,
				   const struct tcphdr *th)
{
	unsigned int verdict = NF_ACCEPT;
	struct rtsp_conn *conn;
	unsigned int i;

	for (i = 0; i < RTSP_BEGIN_TRIES; i++) {
		conn = rcu_dereference(helper->conn);
		if (unlikely(!conn)) {
			conn = rtsp_conn_begin(pkt, helper, th);
			if (!conn)
				return NF_ACCEPT;
		}
		if (likely(rtsp_help_conn(conn, pkt, th, &verdict)) ||
		    test_bit(RTSP_TRANSPARENT, &helper->flags))
			return verdict;
	}
	/* A byte was not read. */
	set_bit(RTSP_TRANSPARENT, &helper->flags);
	return NF_ACCEPT;
}

/* An ICMP error about the connection comes with its conntrack, and its header in the place
 * of TCP's.  That of a connection which is expected is RELATED too.
 */
static bool rtsp_is_error(const struct rtsp_packet *pkt,
			  const struct tcphdr *th)
{
	const struct nf_conntrack_tuple *back =
		&pkt->ct->tuplehash[!CTINFO2DIR(pkt->ctinfo)].tuple;

	return (pkt->ctinfo == IP_CT_RELATED &&
		test_bit(IPS_SEEN_REPLY_BIT, &pkt->ct->status)) ||
	       (rtsp_is_ipv4(pkt) &&
		ip_hdr(pkt->skb)->protocol != IPPROTO_TCP) ||
	       th->source != back->dst.u.tcp.port ||
	       th->dest != back->src.u.tcp.port;
}

/* For as long as it lives.  Behind that, the SYN of another may come. */
static bool rtsp_is_left_alone(const struct rtsp_packet *pkt)
{
	return test_bit(RTSP_TRANSPARENT, &pkt->helper->flags) &&
	       READ_ONCE(pkt->ct->proto.tcp.state) ==
		       TCP_CONNTRACK_ESTABLISHED;
}

int rtsp_help(struct sk_buff *skb, unsigned int protoff, struct nf_conn *ct,
	      enum ip_conntrack_info ctinfo)
{
	struct rtsp_packet pkt = {
		.skb = skb, .ct = ct, .helper = rtsp_helper(ct),
		.ctinfo = ctinfo, .protoff = protoff,
	};
	const struct tcphdr *th;
	struct tcphdr _th;

	/* A failover may attach the helper to the media. */
	if (!pkt.helper || nf_ct_protonum(ct) != IPPROTO_TCP ||
	    rtsp_is_left_alone(&pkt))
		return NF_ACCEPT;
	/* It has been here on its way out. */
	if (unlikely(nf_is_loopback_packet(skb)))
		return NF_ACCEPT;

	th = skb_header_pointer(skb, protoff, sizeof(_th), &_th);
	if (!th)
		return NF_ACCEPT;
	rtsp_packet_init(&pkt, th);

	if (unlikely(th->syn)) {
		if (rtsp_is_error(&pkt, th))
			return NF_ACCEPT;
		rtsp_prepare_nat(&pkt);
		if (pkt.helper && !rtsp_opening_syn(&pkt, th))
			rtsp_pass_for_good(&pkt, RTSP_FAST_OPEN);
		return NF_ACCEPT;
	}
	if (test_bit(RTSP_TRANSPARENT, &pkt.helper->flags))
		return NF_ACCEPT;
	if (ctinfo != IP_CT_ESTABLISHED && ctinfo != IP_CT_ESTABLISHED_REPLY)
		return NF_ACCEPT;
	/* The urgent pointer of an empty segment is that of a byte to come, which
	 * the receiver will take out of the stream.
	 */
	if (pkt.dataoff == pkt.end && !th->fin && !th->rst && !th->urg &&
	    !test_bit(RTSP_HOLDING, &pkt.helper->flags))
		return NF_ACCEPT;
	return rtsp_help_data(&pkt, pkt.helper, th);
}
