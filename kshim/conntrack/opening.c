// SPDX-License-Identifier: GPL-2.0-only
/* How a connection opens: where the streams of both directions begin, and when it needs a state. */

#include <linux/tcp.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_seqadj.h>

#include "carried.h"
#include "conn.h"
#include "opening.h"
#include "params.h"
#include "room.h"

/* A request begins within this many bytes, behind empty lines, or not at all. */
#define RTSP_OPENING_LOOK	8

static void rtsp_learn(struct rtsp_helper *helper, enum ip_conntrack_dir dir, u32 seq)
{
	WRITE_ONCE(helper->first_seq[dir], seq);
	smp_mb__before_atomic();	/* pairs with rtsp_saw_opening() */
	set_bit((int)dir, &helper->flags);
}

/* Does a new connection begin with the conntrack of an old one?  Conntrack lets a SYN pass there if
 * the server has reset the old connection, or both ends have forgotten it, and goes on with the
 * SYN/ACK that fits.
 */
static bool rtsp_is_another(const struct rtsp_packet *pkt, const struct tcphdr *th)
{
	const struct rtsp_helper *helper = pkt->helper;
	u8 state = READ_ONCE(pkt->ct->proto.tcp.state);

	if (CTINFO2DIR(pkt->ctinfo) == IP_CT_DIR_ORIGINAL)
		return !th->ack && (state == TCP_CONNTRACK_TIME_WAIT ||
				    state == TCP_CONNTRACK_CLOSE);
	return th->ack && state == TCP_CONNTRACK_SYN_RECV &&
	       test_bit(RTSP_SEQ_REPLY, &helper->flags) &&
	       ntohl(th->ack_seq) != helper->first_seq[IP_CT_DIR_ORIGINAL];
}

/* Text of the old connection has become longer; that of the new one has not. */
static void rtsp_forget_growth(struct nf_conn *ct)
{
	struct nf_conn_seqadj *seqadj = nfct_seqadj(ct);

	if (!seqadj || !test_bit(IPS_SEQ_ADJUST_BIT, &ct->status))
		return;
	spin_lock_bh(&ct->lock);
	clear_bit(IPS_SEQ_ADJUST_BIT, &ct->status);
	memset(seqadj->seq, 0, sizeof(seqadj->seq));
	spin_unlock_bh(&ct->lock);
}

static void rtsp_begin_anew(const struct rtsp_packet *pkt, const struct tcphdr *th)
{
	struct rtsp_helper *helper = pkt->helper;
	struct rtsp_conn *conn = rcu_dereference(helper->conn);

	if (conn)
		rtsp_conn_kill(conn);
	rtsp_forget_growth(pkt->ct);
	clear_bit(RTSP_SEQ_REPLY, &helper->flags);
	clear_bit(RTSP_HOLDING, &helper->flags);
	clear_bit(RTSP_MISSED_OPENING, &helper->flags);
	clear_bit(RTSP_GOES_ON, &helper->flags);
	clear_bit(RTSP_TRANSPARENT, &helper->flags);
	helper->answered = 0;
	helper->marks = 0;
	helper->session_seconds = 0;
	if (th->ack)
		rtsp_learn(helper, IP_CT_DIR_ORIGINAL, ntohl(th->ack_seq));
}

/* An opener may give up and try another number: it is believed until there was an answer.  An
 * answer is believed if it fits.
 */
bool rtsp_opening_syn(const struct rtsp_packet *pkt, const struct tcphdr *th)
{
	struct rtsp_helper *helper = pkt->helper;
	u32 seq = ntohl(th->seq) + 1;
	bool another = rtsp_is_another(pkt, th);

	if (another)
		rtsp_begin_anew(pkt, th);
	if (test_bit(RTSP_TRANSPARENT, &helper->flags))
		return true;
	/* A state counts on the positions, and a late SYN must not move them. */
	if (rcu_access_pointer(helper->conn) || test_bit(RTSP_GOES_ON, &helper->flags))
		return true;
	if (pkt->end > pkt->dataoff)
		return false;

	if (CTINFO2DIR(pkt->ctinfo) == IP_CT_DIR_ORIGINAL) {
		if (another || (!th->ack && !test_bit(IPS_SEEN_REPLY_BIT,
						      &pkt->ct->status)))
			rtsp_learn(helper, IP_CT_DIR_ORIGINAL, seq);
	} else if (th->ack && test_bit(RTSP_SEQ_ORIGINAL, &helper->flags) &&
		   ntohl(th->ack_seq) == helper->first_seq[IP_CT_DIR_ORIGINAL]) {
		rtsp_learn(helper, IP_CT_DIR_REPLY, seq);
	}
	return true;
}

void rtsp_pass_for_good(const struct rtsp_packet *pkt, enum rtsp_counter why)
{
	if (!test_and_set_bit(RTSP_TRANSPARENT, &pkt->helper->flags))
		rtsp_count(nf_ct_net(pkt->ct), why);
}

/* Can a request begin with the opener's first bytes that have not come before, @offset into the
 * payload?  Empty lines in front of it are passed by.
 */
static bool rtsp_opener_begins(const struct rtsp_packet *pkt, u32 first,
			       unsigned int offset)
{
	unsigned int left = pkt->end - pkt->dataoff - offset;
	unsigned int length = min_t(unsigned int, left, RTSP_OPENING_LOOK);
	struct rtsp_helper *helper = pkt->helper;
	u8 copy[RTSP_OPENING_LOOK];
	const u8 *bytes;

	bytes = skb_header_pointer(pkt->skb, pkt->dataoff + offset, length, copy);
	if (!bytes)
		return true;
	switch (rtspnat_judge_opening(bytes, length)) {
	case RTSPNAT_OPENS_NOT:
		if (!test_and_set_bit(RTSP_TRANSPARENT, &helper->flags))
			rtsp_count_note(nf_ct_net(pkt->ct), RTSPNAT_NOTE_NOT_RTSP);
		return false;
	case RTSPNAT_OPENS_LATER:
		if (length < left)
			return true;
		cmpxchg(&helper->first_seq[IP_CT_DIR_ORIGINAL], first, first + left);
		return false;
	case RTSPNAT_OPENS:
		break;
	}
	return true;
}

/* Does the segment need a state?  The positions of both streams are known. */
static bool rtsp_opening_begins(const struct rtsp_packet *pkt, const struct tcphdr *th)
{
	enum ip_conntrack_dir dir = CTINFO2DIR(pkt->ctinfo);
	struct rtsp_helper *helper = pkt->helper;
	u32 seq = ntohl(th->seq), first;
	bool goes_on;
	s32 past;

	smp_rmb();	/* pairs with rtsp_helper_keep(), as there is no state */
	goes_on = test_bit(RTSP_GOES_ON, &helper->flags);
	smp_rmb();	/* the same, as there is a position */
	first = READ_ONCE(helper->first_seq[dir]);
	past = (s32)(seq + (pkt->end - pkt->dataoff) - first);
	if (th->urg)
		return true;
	/* The segment has come before, or carries nothing. */
	if (past <= 0 || th->rst)
		return false;
	if (goes_on)
		return true;
	if (dir == IP_CT_DIR_REPLY) {
		rtsp_pass_for_good(pkt, RTSP_SERVER_FIRST);
		return false;
	}
	/* The core drops a segment that lacks bytes in front. */
	return (s32)(seq - first) > 0 ||
	       rtsp_opener_begins(pkt, first, first - seq);
}

/* Each packet of such a connection comes here, as long as it lives: the first test writes nothing.
 */
static void rtsp_missed_opening(const struct rtsp_packet *pkt)
{
	struct rtsp_helper *helper = pkt->helper;

	if (test_bit(RTSP_MISSED_OPENING, &helper->flags))
		return;
	if (!test_and_set_bit(RTSP_MISSED_OPENING, &helper->flags))
		rtsp_count(nf_ct_net(pkt->ct), RTSP_MIDSTREAM);
}

static bool rtsp_saw_opening(const struct rtsp_helper *helper)
{
	if (!test_bit(RTSP_SEQ_ORIGINAL, &helper->flags) ||
	    !test_bit(RTSP_SEQ_REPLY, &helper->flags))
		return false;
	smp_rmb();	/* pairs with what sets them */
	return true;
}

static bool rtsp_needs_conn(const struct rtsp_packet *pkt, const struct tcphdr *th)
{
	/* A connection that closes without a word needs no state. */
	if (pkt->end == pkt->dataoff && !th->urg)
		return false;
	if (rtsp_saw_opening(pkt->helper))
		return rtsp_opening_begins(pkt, th);
	rtsp_missed_opening(pkt);
	return rtsp_carried_segment(pkt, th);
}

/* A connection without a state is left alone for good, because the core does not read this segment
 * and could not follow what comes behind it.
 */
struct rtsp_conn *rtsp_opening_conn(const struct rtsp_packet *pkt,
				    const struct tcphdr *th)
{
	struct rtsp_conn *conn, *winner;

	if (!rtsp_needs_conn(pkt, th))
		return NULL;
	if (!rtsp_param(max_connections)) {
		rtsp_pass_for_good(pkt, RTSP_TOO_MANY);
		return NULL;
	}
	conn = rtsp_conn_alloc(pkt->ct);
	if (!conn) {
		rtsp_pass_for_good(pkt, RTSP_NO_MEMORY);
		return NULL;
	}
	rtsp_room_enter(conn);
	winner = rtsp_conn_publish(conn, pkt->helper);
	if (winner != conn)
		return winner;

	if (!test_bit(RTSP_GOES_ON, &pkt->helper->flags))
		rtsp_count(nf_ct_net(pkt->ct), RTSP_CONNECTIONS);
	rtsp_sweep_later();
	return conn;
}
