// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The TCP tracker: is a packet in window (after van Rooij's paper on IP Filter)? */
#include <asm/unaligned.h>
#include <net/checksum.h>
#include <net/netfilter/nf_conntrack_seqadj.h>
#include <net/tcp.h>

#include "conntrack.h"
#include "tcp_state.h"

static const unsigned int seconds[TCP_CONNTRACK_MAX] = {
	[TCP_CONNTRACK_SYN_SENT] = 120,
	[TCP_CONNTRACK_SYN_RECV] = 60,
	[TCP_CONNTRACK_ESTABLISHED] = 5 * 24 * 3600,
	[TCP_CONNTRACK_FIN_WAIT] = 120,
	[TCP_CONNTRACK_CLOSE_WAIT] = 60,
	[TCP_CONNTRACK_LAST_ACK] = 30,
	[TCP_CONNTRACK_TIME_WAIT] = 120,
	[TCP_CONNTRACK_CLOSE] = 10,
};

/* Calls @visit with the text of each option of @kind. */
static void for_options(const struct sk_buff *skb, unsigned int dataoff, const struct tcphdr *tcp, u8 kind,
			void (*visit)(const u8 *text, unsigned int length, void *data), void *data)
{
	unsigned int length = tcp->doff * 4u - (unsigned int)sizeof(*tcp), at = 0;
	u8 buffer[40];
	const u8 *options = skb_header_pointer(skb, (int)(dataoff + sizeof(*tcp)), (int)length, buffer);

	while (options && at < length && options[at] != TCPOPT_EOL) {
		if (options[at] == TCPOPT_NOP) {
			at++;
			continue;
		}
		if (length - at < 2 || options[at + 1] < 2 || options[at + 1] > length - at)
			return;
		if (options[at] == kind)
			visit(options + at + 2, options[at + 1] - 2u, data);
		at += options[at + 1];
	}
}

static void note_scale(const u8 *text, unsigned int length, void *data)
{
	struct ip_ct_tcp_state *side = data;

	if (length != 1)
		return;
	side->td_scale = (u8)min_t(unsigned int, text[0], TCP_MAX_WSCALE);
	side->flags |= IP_CT_TCP_FLAG_WINDOW_SCALE;
}

static void note_sack_permitted(const u8 *text, unsigned int length, void *data)
{
	struct ip_ct_tcp_state *side = data;

	(void)text;
	if (!length)
		side->flags |= IP_CT_TCP_FLAG_SACK_PERM;
}

static void note_highest_block(const u8 *text, unsigned int length, void *data)
{
	u32 *highest = data;

	for (; length >= TCPOLEN_SACK_PERBLOCK; text += TCPOLEN_SACK_PERBLOCK, length -= TCPOLEN_SACK_PERBLOCK) {
		if (after(get_unaligned_be32(text + 4), *highest))
			*highest = get_unaligned_be32(text + 4);
	}
}

static u32 end_of(const struct sk_buff *skb, unsigned int dataoff, const struct tcphdr *tcp)
{
	return ntohl(tcp->seq) + skb->len - dataoff - tcp->doff * 4u + tcp->syn + tcp->fin;
}

static void start_side(struct ip_ct_tcp_state *side, const struct sk_buff *skb, unsigned int dataoff,
		       const struct tcphdr *tcp)
{
	side->td_end = side->td_maxend = end_of(skb, dataoff, tcp);
	side->td_maxwin = ntohs(tcp->window) ?: 1;
	side->td_scale = 0;
	side->flags &= IP_CT_TCP_FLAG_BE_LIBERAL;
	for_options(skb, dataoff, tcp, TCPOPT_WINDOW, note_scale, side);
	for_options(skb, dataoff, tcp, TCPOPT_SACK_PERM, note_sack_permitted, side);
}

/* Anything but a SYN: the connection is older than the tracker. */
static bool start(struct nf_conn *ct, const struct sk_buff *skb, unsigned int dataoff, const struct tcphdr *tcp)
{
	struct ip_ct_tcp *state = &ct->proto.tcp;
	unsigned int first = model_tcp_next_state(IP_CT_DIR_ORIGINAL, model_tcp_kind(tcp), TCP_CONNTRACK_NONE);

	if (first == TCP_CONNTRACK_MAX)
		return false;
	*state = (struct ip_ct_tcp){ .last_index = OTHER };
	if (first == TCP_CONNTRACK_SYN_SENT) {
		start_side(&state->seen[0], skb, dataoff, tcp);
		return true;
	}
	state->seen[0].td_end = end_of(skb, dataoff, tcp);
	state->seen[0].td_maxwin = ntohs(tcp->window) ?: 1;
	state->seen[0].td_maxend = state->seen[0].td_end + state->seen[0].td_maxwin;
	state->seen[0].flags = state->seen[1].flags = IP_CT_TCP_FLAG_SACK_PERM | IP_CT_TCP_FLAG_BE_LIBERAL;
	return true;
}

struct view { u32 seq, end, ack, sack, win; };

static void meet_side(struct ip_ct_tcp *state, enum ip_conntrack_dir dir, const struct sk_buff *skb,
		      unsigned int dataoff, const struct tcphdr *tcp, const struct view *view)
{
	struct ip_ct_tcp_state *sender = &state->seen[dir], *receiver = &state->seen[!dir];

	if (tcp->syn) {
		start_side(sender, skb, dataoff, tcp);
		/* Scaling needs both. */
		if (dir == IP_CT_DIR_REPLY && !(sender->flags & receiver->flags & IP_CT_TCP_FLAG_WINDOW_SCALE))
			sender->td_scale = receiver->td_scale = 0;
		return;
	}
	sender->td_end = view->end;
	sender->td_maxwin = (view->win << sender->td_scale) ?: 1;
	sender->td_maxend = view->end + sender->td_maxwin;
	if (!receiver->td_maxwin)
		receiver->td_end = receiver->td_maxend = view->sack;
	else if (view->sack == receiver->td_end + 1)
		receiver->td_end++;
}

static void take_in(struct ip_ct_tcp_state *sender, struct ip_ct_tcp_state *receiver, const struct tcphdr *tcp,
		    const struct view *view)
{
	u32 win = tcp->syn ? view->win : view->win << sender->td_scale;

	sender->td_maxwin = max(sender->td_maxwin, win + (view->sack - view->ack));
	if (after(view->end, sender->td_end))
		sender->td_end = view->end;
	if (tcp->ack && (!(sender->flags & IP_CT_TCP_FLAG_MAXACK_SET) || after(view->ack, sender->td_maxack))) {
		sender->td_maxack = view->ack;
		sender->flags |= IP_CT_TCP_FLAG_MAXACK_SET;
	}
	if (receiver->td_maxwin && after(view->end, sender->td_maxend))
		receiver->td_maxwin += view->end - sender->td_maxend;
	if (after(view->sack + win, receiver->td_maxend - 1))
		receiver->td_maxend = view->sack + (win ?: 1);
}

/* TOLERATED: by a connection that is to be taken liberally; nothing is learnt of it. */
enum window { OUTSIDE, IGNORED, TOLERATED, INSIDE };

static enum window check_bounds(struct ip_ct_tcp_state *sender, const struct ip_ct_tcp_state *receiver,
				const struct view *view)
{
	u32 ack_window = max(sender->td_maxwin, 66000u);
	bool liberal = sender->flags & IP_CT_TCP_FLAG_BE_LIBERAL;
	bool ack_recent = after(view->sack, receiver->td_end - ack_window - 1);
	bool ack_seen = before(view->sack, receiver->td_end + 1);
	bool recent = !receiver->td_maxwin || after(view->end, sender->td_end - receiver->td_maxwin - 1);

	if (!before(view->seq, sender->td_maxend + 1)) {
		u32 overshot = view->end - sender->td_maxend + 1;

		if (!receiver->td_maxwin || !recent || !ack_recent || !ack_seen || overshot > receiver->td_maxwin)
			return liberal ? TOLERATED : OUTSIDE;
		/* More than the window allows, but nothing else is wrong. */
		sender->td_end = view->end;
		return liberal ? TOLERATED : IGNORED;
	}
	if (!ack_seen)
		return liberal ? TOLERATED : OUTSIDE;
	if (!recent || !ack_recent)
		return liberal ? TOLERATED : IGNORED;
	return INSIDE;
}

static enum window check_window(struct nf_conn *ct, enum ip_conntrack_dir dir, const struct sk_buff *skb,
				unsigned int dataoff, const struct tcphdr *tcp)
{
	struct ip_ct_tcp *state = &ct->proto.tcp;
	struct ip_ct_tcp_state *sender = &state->seen[dir], *receiver = &state->seen[!dir];
	struct view view = {
		.seq = ntohl(tcp->seq), .end = end_of(skb, dataoff, tcp), .win = ntohs(tcp->window),
		.ack = ntohl(tcp->ack_seq), .sack = ntohl(tcp->ack_seq),
	};
	enum window window;
	u32 moved;

	if (receiver->flags & IP_CT_TCP_FLAG_SACK_PERM)
		for_options(skb, dataoff, tcp, TCPOPT_SACK, note_highest_block, &view.sack);
	moved = (u32)nf_ct_seq_offset(ct, !dir, view.ack - 1);
	view.ack -= moved;
	view.sack -= moved;

	if (!sender->td_maxwin || (tcp->syn && after(view.end, sender->td_end) && state->state <= TCP_CONNTRACK_SYN_RECV))
		meet_side(state, dir, skb, dataoff, tcp, &view);
	if (!tcp->ack || (tcp->rst && !tcp->ack_seq))
		view.ack = view.sack = receiver->td_end;
	if (tcp->rst && !view.seq && state->state == TCP_CONNTRACK_SYN_SENT)
		view.seq = view.end = sender->td_end;

	window = check_bounds(sender, receiver, &view);
	if (window == INSIDE)
		take_in(sender, receiver, tcp, &view);
	return window;
}

static bool is_valid(const struct tcphdr *tcp, const struct sk_buff *skb, unsigned int dataoff)
{
	unsigned int length = skb->len - dataoff;

	if (tcp->doff * 4u < sizeof(*tcp) || length < tcp->doff * 4u)
		return false;
	if (tcp->rst)
		return !tcp->syn && !tcp->fin && !tcp->urg;
	if (tcp->syn)
		return !tcp->fin && !(tcp->ack && tcp->urg);
	return tcp->ack;
}

static bool is_rst_believable(const struct nf_conn *ct, enum ip_conntrack_dir dir, const struct tcphdr *tcp,
			      unsigned int *state)
{
	const struct ip_ct_tcp *seen = &ct->proto.tcp;
	u32 seq = ntohl(tcp->seq), expected = seen->seen[!dir].td_maxack;
	bool established = seen->state == TCP_CONNTRACK_ESTABLISHED;

	if (!(seen->seen[!dir].flags & IP_CT_TCP_FLAG_MAXACK_SET) || seen->last_index == SYN ||
	    (!seq && !established))
		return true;
	if (before(seq, expected))
		return false;
	if (established && seq != expected &&
	    !(seen->last_index == ACK && seen->last_dir == dir && seq == seen->last_end))
		*state = seen->state;	/* There may be a challenge to it. */
	return true;
}

static bool may_reopen(const struct ip_ct_tcp *seen, enum ip_conntrack_dir dir)
{
	return seen->state >= TCP_CONNTRACK_TIME_WAIT &&
	       ((seen->seen[0].flags | seen->seen[1].flags) & IP_CT_TCP_FLAG_CLOSE_INIT ||
		(seen->last_dir == dir && seen->last_index == RST));
}

/* A SYN for an entry that conntrack takes for another connection passes; if it is answered, both ends are in
 * step and conntrack follows.
 */
static void note_ignored(struct ip_ct_tcp *seen, const struct sk_buff *skb, unsigned int dataoff,
			 enum ip_conntrack_dir dir, const struct tcphdr *tcp)
{
	seen->last_index = (u8)model_tcp_kind(tcp);
	seen->last_dir = (u8)dir;
	seen->last_end = end_of(skb, dataoff, tcp);
	if (model_tcp_kind(tcp) != SYN || dir != IP_CT_DIR_ORIGINAL)
		return;
	seen->model_ignored = (struct ip_ct_tcp_state){};
	start_side(&seen->model_ignored, skb, dataoff, tcp);
}

static bool is_in_step_again(const struct ip_ct_tcp *seen, enum ip_conntrack_dir dir, const struct tcphdr *tcp)
{
	return model_tcp_kind(tcp) == SYN_ACK && seen->last_index == SYN && seen->last_dir != dir &&
	       ntohl(tcp->ack_seq) == seen->last_end;
}

static void get_in_step(struct ip_ct_tcp *seen, enum ip_conntrack_dir dir)
{
	seen->seen[!dir] = seen->model_ignored;
	seen->seen[dir] = (struct ip_ct_tcp_state){ .flags = seen->seen[dir].flags & IP_CT_TCP_FLAG_BE_LIBERAL };
	seen->state = TCP_CONNTRACK_SYN_SENT;
}

/* The caller holds ct->lock.  Returns what the function below does. */
static int track(struct nf_conn *ct, struct sk_buff *skb, unsigned int dataoff, enum ip_conntrack_dir dir,
		 const struct tcphdr *tcp)
{
	struct ip_ct_tcp *seen = &ct->proto.tcp;
	unsigned int old = seen->state, state = model_tcp_next_state(dir, model_tcp_kind(tcp), old);
	bool closing = old >= TCP_CONNTRACK_FIN_WAIT && old <= TCP_CONNTRACK_CLOSE;

	if (state == TCP_CONNTRACK_MAX)
		return -NF_ACCEPT;
	if (state == TCP_CONNTRACK_SYN_SENT && old >= TCP_CONNTRACK_TIME_WAIT && may_reopen(seen, dir))
		return -NF_REPEAT;
	if (state == TCP_CONNTRACK_IGNORE || (state == TCP_CONNTRACK_SYN_SENT && old >= TCP_CONNTRACK_TIME_WAIT)) {
		if (!is_in_step_again(seen, dir, tcp)) {
			note_ignored(seen, skb, dataoff, dir, tcp);
			return NF_ACCEPT;
		}
		get_in_step(seen, dir);
		old = TCP_CONNTRACK_SYN_SENT;
		state = TCP_CONNTRACK_SYN_RECV;
		closing = false;
	}
	if (tcp->rst && !closing && !is_rst_believable(ct, dir, tcp, &state))
		return -NF_ACCEPT;
	if (!(tcp->rst && closing)) {
		switch (check_window(ct, dir, skb, dataoff, tcp)) {
		case OUTSIDE:
			return -NF_ACCEPT;
		case IGNORED:
			return NF_ACCEPT;
		case TOLERATED:
		case INSIDE:
			break;
		}
	}
	seen->last_index = (u8)model_tcp_kind(tcp);
	seen->last_dir = (u8)dir;
	seen->last_end = end_of(skb, dataoff, tcp);
	seen->state = (u8)state;
	if (old != state && state == TCP_CONNTRACK_FIN_WAIT)
		seen->seen[dir].flags |= IP_CT_TCP_FLAG_CLOSE_INIT;
	return NF_ACCEPT + 1;	/* In window: more is to be done. */
}

/* NF_ACCEPT; -NF_ACCEPT for a packet that belongs to nothing; -NF_REPEAT to look it up
 * once more.
 */
int nf_conntrack_tcp_packet(struct nf_conn *ct, struct sk_buff *skb, unsigned int dataoff,
			    enum ip_conntrack_info ctinfo, const struct nf_hook_state *state)
{
	enum ip_conntrack_dir dir = CTINFO2DIR(ctinfo);
	struct tcphdr buffer;
	const struct tcphdr *tcp = skb_header_pointer(skb, (int)dataoff, sizeof(buffer), &buffer);
	unsigned int timeout;
	int verdict;

	(void)state;
	if (!tcp || !is_valid(tcp, skb, dataoff))
		return -NF_ACCEPT;
	if (!nf_ct_is_confirmed(ct) && !start(ct, skb, dataoff, tcp))
		return -NF_ACCEPT;

	spin_lock_bh(&ct->lock);
	verdict = track(ct, skb, dataoff, dir, tcp);
	timeout = tcp->rst ? 10 : seconds[ct->proto.tcp.state];
	spin_unlock_bh(&ct->lock);
	if (verdict == -NF_REPEAT)
		return nf_ct_kill(ct) ? -NF_REPEAT : -NF_DROP;
	if (verdict <= NF_ACCEPT)
		return verdict;

	if (ct->proto.tcp.state == TCP_CONNTRACK_ESTABLISHED && test_bit(IPS_SEEN_REPLY_BIT, &ct->status))
		set_bit(IPS_ASSURED_BIT, &ct->status);
	else if (tcp->rst && !test_bit(IPS_SEEN_REPLY_BIT, &ct->status) && nf_ct_is_confirmed(ct)) {
		nf_ct_kill(ct);
		return NF_ACCEPT;
	}
	nf_ct_refresh(ct, timeout * HZ);
	return NF_ACCEPT;
}
