// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Sequence adjustment as the kernel has it: one position of change in each direction,
 * and a second change that comes too early is lost without a word.
 */
#include <asm/unaligned.h>
#include <net/netfilter/nf_conntrack_seqadj.h>
#include <net/tcp.h>

int nf_ct_seqadj_set(struct nf_conn *ct, enum ip_conntrack_info ctinfo, __be32 seq, s32 off)
{
	struct nf_conn_seqadj *seqadj = nfct_seqadj(ct);
	struct nf_ct_seqadj *way;

	if (!off || WARN_ON(!seqadj))
		return 0;
	set_bit(IPS_SEQ_ADJUST_BIT, &ct->status);
	spin_lock_bh(&ct->lock);
	way = &seqadj->seq[CTINFO2DIR(ctinfo)];
	if (way->offset_before == way->offset_after || before(way->correction_pos, ntohl(seq))) {
		way->correction_pos = ntohl(seq);
		way->offset_before = way->offset_after;
		way->offset_after += off;
	}
	spin_unlock_bh(&ct->lock);
	return 0;
}

static s32 offset_at(const struct nf_ct_seqadj *way, u32 seq)
{
	return after(seq, way->correction_pos) ? way->offset_after : way->offset_before;
}

s32 nf_ct_seq_offset(const struct nf_conn *ct, enum ip_conntrack_dir dir, u32 seq)
{
	const struct nf_conn_seqadj *seqadj = nfct_seqadj(ct);

	return seqadj ? offset_at(&seqadj->seq[dir], seq) : 0;
}

/* What the receiver of the changed stream names, in the sender's own numbers. */
static u32 map_back(const struct nf_ct_seqadj *way, u32 number)
{
	return number - (u32)offset_at(way, number - (u32)way->offset_before);
}

static void replace(struct sk_buff *skb, struct tcphdr *tcp, void *at, u32 value)
{
	__be32 old, now = htonl(value);

	/* A SACK option may begin at any byte. */
	memcpy(&old, at, sizeof(old));
	inet_proto_csum_replace4(&tcp->check, skb, old, now, false);
	memcpy(at, &now, sizeof(now));
}

static int adjust_sack(struct sk_buff *skb, unsigned int protoff, const struct nf_ct_seqadj *other)
{
	struct tcphdr *tcp = (void *)(skb->data + protoff);
	unsigned int at = protoff + sizeof(*tcp), end = protoff + tcp->doff * 4u, i;

	if (skb_ensure_writable(skb, end))
		return 0;
	tcp = (void *)(skb->data + protoff);
	while (at < end) {
		unsigned char *option = skb->data + at;

		if (option[0] == TCPOPT_EOL)
			return 1;
		if (option[0] == TCPOPT_NOP) {
			at++;
			continue;
		}
		if (at + 1 == end || option[1] < 2 || at + option[1] > end)
			return 0;
		/* Blocks of two numbers each. */
		if (option[0] == TCPOPT_SACK && option[1] > 2 && (option[1] - 2) % TCPOLEN_SACK_PERBLOCK == 0) {
			for (i = 2; i < option[1]; i += 4)
				replace(skb, tcp, option + i, map_back(other, get_unaligned_be32(option + i)));
		}
		at += option[1];
	}
	return 1;
}

int nf_ct_seq_adjust(struct sk_buff *skb, struct nf_conn *ct, enum ip_conntrack_info ctinfo, unsigned int protoff)
{
	enum ip_conntrack_dir dir = CTINFO2DIR(ctinfo);
	const struct nf_conn_seqadj *seqadj = nfct_seqadj(ct);
	const struct nf_ct_seqadj *way = &seqadj->seq[dir], *other = &seqadj->seq[!dir];
	struct tcphdr *tcp;
	u32 seq;
	int done = 1;

	if (skb_ensure_writable(skb, protoff + sizeof(*tcp)))
		return 0;
	tcp = (void *)(skb->data + protoff);
	spin_lock_bh(&ct->lock);
	seq = ntohl(tcp->seq);
	replace(skb, tcp, &tcp->seq, seq + (u32)offset_at(way, seq));
	if (tcp->ack) {
		replace(skb, tcp, &tcp->ack_seq, map_back(other, ntohl(tcp->ack_seq)));
		done = adjust_sack(skb, protoff, other);
	}
	spin_unlock_bh(&ct->lock);
	return done;
}
