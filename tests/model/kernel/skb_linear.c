// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Packet buffers: what needs memory, and so may fail. */
#include <linux/skbuff.h>
#include <linux/string.h>
#include <net/checksum.h>

#include "memory.h"
#include "skb.h"

/* Moves the buffer to memory of its own: the first @linear bytes of it into the linear
 * part, and what lies behind them, up to @total, into a page.  Always another piece of memory, so that
 * a pointer into the old one is found out.
 */
static void move_to(struct sk_buff *skb, int nhead, unsigned int linear, unsigned int total, int ntail)
{
	unsigned int room = (unsigned int)(skb_headroom(skb) + nhead);
	unsigned int size = room + linear + (unsigned int)ntail;
	struct model_head *old = skb->shared, *head = model_head_alloc(size);
	unsigned int headroom = (unsigned int)skb_headroom(skb);
	unsigned int rest = total - linear;

	memcpy(head->bytes + nhead, skb->head, headroom);
	skb_copy_bits(skb, 0, head->bytes + room, (int)linear);
	head->info.gso_size = old->info.gso_size;
	head->info.gso_segs = old->info.gso_segs;
	head->info.gso_type = old->info.gso_type;
	if (rest) {
		head->info.nr_frags = 1;
		head->info.frags[0] = (skb_frag_t){ .page = model_page_alloc(rest), .size = rest };
		skb_copy_bits(skb, (int)linear, head->info.frags[0].page->bytes, (int)rest);
	}

	model_skb_attach(skb, head, size);
	skb->data = skb->head + room;
	skb->tail = room + linear;
	skb->len = total;
	skb->data_len = rest;
	skb->cloned = 0;
	skb->hdr_len = 0;
	skb->network_header = (u16)(skb->network_header + nhead);
	skb->transport_header = (u16)(skb->transport_header + nhead);
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		skb->csum_start = (u16)(skb->csum_start + nhead);
	model_head_put(old);
}

int pskb_expand_head(struct sk_buff *skb, int nhead, int ntail, gfp_t gfp)
{
	int tailroom = skb_tailroom(skb);

	(void)gfp;
	if (model_fault_due(MODEL_FAULT_WRITABLE))
		return -ENOMEM;
	move_to(skb, nhead, skb_headlen(skb), skb->len, tailroom + ntail);
	return 0;
}

void *__pskb_pull_tail(struct sk_buff *skb, int delta)
{
	if (delta > (int)skb->data_len || model_fault_due(MODEL_FAULT_LINEARIZE))
		return NULL;
	move_to(skb, 0, skb_headlen(skb) + (unsigned int)delta, skb->len, 0);
	return skb_tail_pointer(skb);
}

int skb_linearize(struct sk_buff *skb)
{
	return skb_is_nonlinear(skb) && !__pskb_pull_tail(skb, (int)skb->data_len) ? -ENOMEM : 0;
}

/* May fail whether or not there is anything to copy: from outside that cannot be told. */
int skb_ensure_writable(struct sk_buff *skb, unsigned int write_len)
{
	if (!pskb_may_pull(skb, write_len) || model_fault_due(MODEL_FAULT_WRITABLE))
		return -ENOMEM;
	if (skb_cloned(skb) && !skb_clone_writable(skb, write_len))
		move_to(skb, 0, skb_headlen(skb), skb->len, skb_tailroom(skb));
	return 0;
}

/* Cuts within pages too; the kernel lets go of whole pages, which cannot be told from
 * outside.
 */
int pskb_trim(struct sk_buff *skb, unsigned int len)
{
	if (len >= skb->len)
		return 0;
	if (!skb_is_nonlinear(skb)) {
		__skb_trim(skb, len);
		return 0;
	}
	if (skb_cloned(skb) && model_fault_due(MODEL_FAULT_WRITABLE))
		return -ENOMEM;
	move_to(skb, 0, min(len, skb_headlen(skb)), len, 0);
	return 0;
}

int pskb_trim_rcsum(struct sk_buff *skb, unsigned int len)
{
	int rest = (int)skb->len - (int)len;
	__wsum sum;

	if (rest <= 0)
		return 0;
	if (skb->ip_summed == CHECKSUM_COMPLETE) {
		sum = skb_checksum(skb, (int)len, rest, 0);
		skb->csum = csum_block_sub(skb->csum, sum, (int)len);
	} else if (skb->ip_summed == CHECKSUM_PARTIAL &&
		   skb_checksum_start_offset(skb) + skb->csum_offset + 2 > (int)len) {
		return -EINVAL;
	}
	return pskb_trim(skb, len);
}
