// SPDX-License-Identifier: GPL-2.0-only
/* Decides what happens to a packet of a connection that has the helper.
 *
 * Conntrack calls the helper behind NAT and before sequence adjustment, for both directions: the
 * numbers are still what the sender wrote.  If anything fails, the module passes the packet as it
 * is, and counts it.  It drops the packet only if this would leave a hole in the stream; the sender
 * sends it again.
 */

#include <linux/percpu.h>
#include <linux/tcp.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_ecache.h>
#include <net/netfilter/nf_conntrack_seqadj.h>

#include "conn.h"
#include "dialogue.h"
#include "help.h"
#include "mapping.h"
#include "memory.h"
#include "opening.h"
#include "packet.h"
#include "room.h"
#include "stats.h"
#include "trace.h"

/* The extension that sequence adjustment needs can be added until conntrack confirms the conntrack,
 * which happens behind this packet.
 */
static void rtsp_prepare_nat(struct rtsp_packet *pkt)
{
	if (!(pkt->ct->status & IPS_NAT_MASK) || nf_ct_is_confirmed(pkt->ct) ||
	    nfct_seqadj(pkt->ct))
		return;
	nfct_seqadj_ext_add(pkt->ct);
	pkt->helper = rtsp_helper(pkt->ct);
}

/* Conntrack shifts the edges of SACK by what is right for the plain number.  If a segment is lost
 * before the text that became longer, conntrack would conclude that the other side acknowledges
 * what nobody has sent, and refuse its packets for good: so it is told to be liberal.
 *
 * This happens once for a text, whether or not the packet gets through: sent again, the text is as
 * long.
 */
static void rtsp_grow(struct rtsp_conn *conn, const struct rtsp_packet *pkt,
		      const struct rtspnat_done *done)
{
	struct ip_ct_tcp *tcp = &pkt->ct->proto.tcp;

	WRITE_ONCE(conn->grown, true);
	spin_lock_bh(&pkt->ct->lock);
	tcp->seen[!CTINFO2DIR(pkt->ctinfo)].flags |= IP_CT_TCP_FLAG_BE_LIBERAL;
	spin_unlock_bh(&pkt->ct->lock);
	nf_ct_seqadj_set(pkt->ct, pkt->ctinfo, htonl(done->growth_at), done->growth);
	nf_conntrack_event_cache(IPCT_SEQADJ, pkt->ct);
}

static unsigned int rtsp_drop(const struct rtsp_packet *pkt, enum rtsp_counter why)
{
	rtsp_count_and_log(pkt->skb, pkt->ct, "dropping packet", why);
	return NF_DROP;
}

static unsigned int rtsp_apply(struct rtsp_conn *conn,
			       const struct rtsp_packet *pkt,
			       const struct rtspnat_segment *segment,
			       const struct rtspnat_done *done)
{
	bool keeps_count = rtsp_packet_keeps_count(segment, conn->core, done);

	if (done->growth)
		rtsp_grow(conn, pkt, done);
	if (keeps_count && !done->edits)
		return NF_ACCEPT;
	if (rtsp_packet_rewrite(pkt, conn->core, done))
		return NF_ACCEPT;

	if (keeps_count) {
		rtsp_count(nf_ct_net(pkt->ct), RTSP_EDIT_FAILED);
		return NF_ACCEPT;
	}
	return rtsp_drop(pkt, RTSP_REWRITE_FAILED);
}

/* The core cannot go on behind a byte that it has not read.  With NAT, text that it has changed has
 * to stay changed: the module drops the packet, and a sender that hears nothing sends smaller ones.
 * Without NAT the module leaves the connection alone, and its mappings stay.
 */
static unsigned int rtsp_unreadable(const struct rtsp_conn *conn,
				    const struct rtsp_packet *pkt,
				    const struct rtspnat_segment *segment,
				    enum rtsp_counter why)
{
	/* Nothing is lost: the next packet of this side acknowledges as much. */
	if (pkt->dataoff == pkt->end && !(segment->flags & RTSPNAT_FIN)) {
		rtsp_count(nf_ct_net(pkt->ct), why);
		return NF_ACCEPT;
	}
	if (conn->natted)
		return rtsp_drop(pkt, why);
	rtsp_pass_for_good(pkt, why);
	return NF_ACCEPT;
}

/* Read heads of frames that are not in the linear part, from @offset into the payload on. */
static enum rtspnat_frames
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
		frames = rtspnat_skip_frames(conn->core, segment, bytes, len, &offset);
	} while (frames == RTSPNAT_FRAMES_HEAD);
	skb_abort_seq_read(&seq);
	return frames;
}

/* Media on the control connection: the core reads the heads of frames only, which are far apart.
 * Returns whether the segment holds nothing else.
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
static unsigned int rtsp_segment(struct rtsp_conn *conn, const struct rtsp_packet *pkt,
				 struct rtspnat_segment *segment, bool *retire)
{
	struct rtsp_helper *helper = pkt->helper;
	struct net *net = nf_ct_net(pkt->ct);
	struct rtspnat_step step = { .size = sizeof(step) };
	const struct rtspnat_done *done = &step.done;
	unsigned int verdict;
	void *scratch;

	if (rtspnat_skip(conn->core, segment))
		return NF_ACCEPT;
	if (skb_linearize(pkt->skb))
		return rtsp_unreadable(conn, pkt, segment, RTSP_NOT_LINEAR);
	scratch = rtsp_scratch_alloc();
	if (!scratch)
		return rtsp_unreadable(conn, pkt, segment, RTSP_NO_MEMORY);
	segment->payload = pkt->skb->data + pkt->dataoff;
	segment->at_hand = segment->length;

	rtsp_dialogue(conn, pkt->skb, segment, scratch, &step);
	rtsp_count_notes(net, done->notes);
	rtsp_trace_notes(pkt->ct, done->notes);

	if (done->holding != test_bit(RTSP_HOLDING, &helper->flags))
		assign_bit(RTSP_HOLDING, &helper->flags, done->holding);
	*retire = done->transparent && !rtsp_mapping_is_held(conn) && !conn->redirect;

	if (done->verdict == RTSPNAT_DROP) {
		rtsp_count(net, RTSP_DROPPED);
		verdict = NF_DROP;
	} else {
		verdict = rtsp_apply(conn, pkt, segment, done);
	}
	rtsp_scratch_free(scratch);
	return verdict;
}

/* How often a state is made that another CPU lets go before it is used. */
#define RTSP_BEGIN_TRIES	3

/* What follows from a segment beside its verdict, without conn->lock. */
static void rtsp_help_done(struct rtsp_conn *conn, bool retire)
{
	if (unlikely(retire))
		rtsp_conn_kill(conn);
	else if (unlikely(READ_ONCE(conn->brief) || READ_ONCE(conn->pushes)))
		rtsp_room_settle(conn);
}

/* Returns false if @conn is dead: then it has not read the segment. */
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

static unsigned int rtsp_help_data(const struct rtsp_packet *pkt, const struct tcphdr *th)
{
	struct rtsp_helper *helper = pkt->helper;
	unsigned int verdict = NF_ACCEPT;
	struct rtsp_conn *conn;
	unsigned int i;

	for (i = 0; i < RTSP_BEGIN_TRIES; i++) {
		conn = rcu_dereference(helper->conn);
		if (unlikely(!conn)) {
			conn = rtsp_opening_conn(pkt, th);
			if (!conn)
				return NF_ACCEPT;
		}
		if (likely(rtsp_help_conn(conn, pkt, th, &verdict)) ||
		    test_bit(RTSP_TRANSPARENT, &helper->flags))
			return verdict;
	}
	/* The core has not read a byte that passes, and cannot go on behind it. */
	set_bit(RTSP_TRANSPARENT, &helper->flags);
	return NF_ACCEPT;
}

/* Is it an ICMP error?  An error about the connection comes with its conntrack and is RELATED,
 * with the ICMP header in the place of TCP's.  The first packet of an expected connection is
 * RELATED too.
 */
static bool rtsp_is_error(const struct rtsp_packet *pkt, const struct tcphdr *th)
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

/* A connection is left alone as long as it lives.  Behind its end the SYN of another may come. */
static bool rtsp_is_left_alone(const struct rtsp_packet *pkt)
{
	return test_bit(RTSP_TRANSPARENT, &pkt->helper->flags) &&
	       READ_ONCE(pkt->ct->proto.tcp.state) ==
		       TCP_CONNTRACK_ESTABLISHED;
}

/* The urgent pointer of an empty segment points to a byte to come, which the receiver will take out
 * of the stream.
 */
static bool rtsp_only_acknowledges(const struct sk_buff *skb, unsigned int protoff)
{
	const __be32 more = TCP_FLAG_SYN | TCP_FLAG_FIN | TCP_FLAG_RST | TCP_FLAG_URG;
	const struct tcphdr *th = (const struct tcphdr *)(skb->data + protoff);

	return skb_headlen(skb) >= protoff + sizeof(*th) &&
	       skb->len == protoff + th->doff * 4 && !(tcp_flag_word(th) & more);
}

static unsigned int
rtsp_help_packet(struct sk_buff *skb, unsigned int protoff, struct nf_conn *ct,
		 enum ip_conntrack_info ctinfo, struct rtsp_helper *helper)
{
	struct rtsp_packet pkt = {
		.skb = skb, .ct = ct, .helper = helper,
		.ctinfo = ctinfo, .protoff = protoff,
	};
	const struct tcphdr *th;
	struct tcphdr _th;

	/* After a failover conntrackd may have attached the helper to media. */
	if (nf_ct_protonum(ct) != IPPROTO_TCP || rtsp_is_left_alone(&pkt))
		return NF_ACCEPT;
	/* On the loopback it has been here on its way out. */
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
	if (test_bit(RTSP_TRANSPARENT, &helper->flags) ||
	    (ctinfo != IP_CT_ESTABLISHED && ctinfo != IP_CT_ESTABLISHED_REPLY))
		return NF_ACCEPT;
	return rtsp_help_data(&pkt, th);
}

int rtsp_help(struct sk_buff *skb, unsigned int protoff, struct nf_conn *ct,
	      enum ip_conntrack_info ctinfo)
{
	struct rtsp_helper *helper = rtsp_helper(ct);

	/* Half of all packets end here: they matter only while bytes are withheld. */
	if (!helper || (rtsp_only_acknowledges(skb, protoff) &&
			!test_bit(RTSP_HOLDING, &helper->flags)))
		return NF_ACCEPT;
	return rtsp_help_packet(skb, protoff, ct, ctinfo, helper);
}
