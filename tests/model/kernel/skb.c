// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Packet buffers: reading them, wherever the bytes are, and moving their ends. */
#include <stdlib.h>

#include <linux/skbuff.h>
#include <linux/string.h>
#include <net/checksum.h>
#include <net/netfilter/nf_conntrack.h>

#include "skb.h"

static long buffers;

struct model_page *model_page_alloc(unsigned int size)
{
	struct model_page *page = malloc(sizeof(*page) + size);

	if (!page)
		abort();
	refcount_set(&page->users, 1);
	buffers++;
	return page;
}

static void page_put(struct model_page *page)
{
	if (!refcount_dec_and_test(&page->users))
		return;
	buffers--;
	free(page);
}

struct model_head *model_head_alloc(unsigned int size)
{
	struct model_head *head = calloc(1, sizeof(*head));

	if (!head)
		abort();
	head->bytes = malloc(size ?: 1);
	refcount_set(&head->users, 1);
	buffers++;
	return head;
}

void model_head_put(struct model_head *head)
{
	struct sk_buff *skb, *next;
	unsigned int i;

	if (!refcount_dec_and_test(&head->users))
		return;
	for (i = 0; i < head->info.nr_frags; i++)
		page_put(head->info.frags[i].page);
	for (skb = head->info.frag_list; skb; skb = next) {
		next = skb->next;
		kfree_skb(skb);
	}
	buffers--;
	free(head->bytes);
	free(head);
}

void model_skb_attach(struct sk_buff *skb, struct model_head *head, unsigned int size)
{
	skb->shared = head;
	skb->head = head->bytes;
	skb->end = size;
}

struct sk_buff *alloc_skb(unsigned int size, gfp_t gfp)
{
	struct sk_buff *skb = calloc(1, sizeof(*skb));

	(void)gfp;
	if (!skb)
		abort();
	buffers++;
	model_skb_attach(skb, model_head_alloc(size), size);
	skb->data = skb->head;
	return skb;
}

struct sk_buff *skb_clone(struct sk_buff *skb, gfp_t gfp)
{
	struct sk_buff *clone = malloc(sizeof(*clone));

	(void)gfp;
	if (!clone)
		abort();
	buffers++;
	*clone = *skb;
	clone->next = NULL;
	refcount_inc(&skb->shared->users);
	skb->cloned = clone->cloned = 1;
	if (skb_nfct(skb))
		nf_conntrack_get(skb_nfct(skb));
	return clone;
}

void kfree_skb(struct sk_buff *skb)
{
	if (!skb)
		return;
	nf_conntrack_put(skb_nfct(skb));
	model_head_put(skb->shared);
	buffers--;
	free(skb);
}

long model_buffers(void)
{
	return buffers;
}

struct skb_shared_info *skb_shinfo(const struct sk_buff *skb)
{
	return &skb->shared->info;
}

int skb_cloned(const struct sk_buff *skb)
{
	return skb->cloned && refcount_read(&skb->shared->users) != 1;
}

/* Calls @visit for each stretch of bytes from @offset on. */
void model_skb_walk(const struct sk_buff *skb, int offset, int len, model_visit_fn *visit, void *data)
{
	const struct skb_shared_info *info = skb_shinfo(skb);
	const struct sk_buff *part;
	int size = (int)skb_headlen(skb);
	unsigned int i;

	for (i = 0;; i++) {
		unsigned char *bytes = i ? info->frags[i - 1].page->bytes + info->frags[i - 1].offset : skb->data;
		int here = clamp_t(int, size - offset, 0, len);

		if (here > 0)
			visit(bytes + offset, here, data);
		len -= here;
		offset = max(offset - size, 0);
		if (!len || i == info->nr_frags)
			break;
		size = (int)info->frags[i].size;
	}
	for (part = info->frag_list; part && len > 0; part = part->next) {
		int here = clamp_t(int, (int)part->len - offset, 0, len);

		if (here > 0)
			model_skb_walk(part, offset, here, visit, data);
		len -= here;
		offset = max(offset - (int)part->len, 0);
	}
}

static void copy_out(unsigned char *bytes, int len, void *data)
{
	unsigned char **to = data;

	memcpy(*to, bytes, (size_t)len);
	*to += len;
}

int skb_copy_bits(const struct sk_buff *skb, int offset, void *to, int len)
{
	if (offset < 0 || len < 0 || offset > (int)skb->len - len)
		return -EFAULT;
	model_skb_walk(skb, offset, len, copy_out, &to);
	return 0;
}

void skb_prepare_seq_read(struct sk_buff *skb, unsigned int from, unsigned int to, struct skb_seq_state *state)
{
	*state = (struct skb_seq_state){ .skb = skb, .lower = from, .upper = to };
}

struct first_run { const u8 *bytes; unsigned int len; };

static void take_first(unsigned char *bytes, int len, void *data)
{
	struct first_run *run = data;

	if (!run->bytes)
		*run = (struct first_run){ .bytes = bytes, .len = (unsigned int)len };
}

unsigned int skb_seq_read(unsigned int consumed, const u8 **data, struct skb_seq_state *state)
{
	unsigned int from = state->lower + consumed;
	struct first_run run = { 0 };

	if (from >= state->upper)
		return 0;
	model_skb_walk(state->skb, (int)from, (int)(state->upper - from), take_first, &run);
	*data = run.bytes;
	return run.len;
}

static void copy_in(unsigned char *bytes, int len, void *data)
{
	const unsigned char **from = data;

	memcpy(bytes, *from, (size_t)len);
	*from += len;
}

int skb_store_bits(struct sk_buff *skb, int offset, const void *from, int len)
{
	if (offset < 0 || len < 0 || offset > (int)skb->len - len)
		return -EFAULT;
	model_skb_walk(skb, offset, len, copy_in, &from);
	return 0;
}

struct checksum_walk { __wsum sum; int done; };

static void add_up(unsigned char *bytes, int len, void *data)
{
	struct checksum_walk *walk = data;

	walk->sum = csum_block_add(walk->sum, csum_partial(bytes, len, 0), walk->done);
	walk->done += len;
}

__wsum skb_checksum(const struct sk_buff *skb, int offset, int len, __wsum sum)
{
	struct checksum_walk walk = { .sum = sum };

	model_skb_walk(skb, offset, len, add_up, &walk);
	return walk.sum;
}

/* Beyond the ends of the memory the kernel panics. */
void *skb_put(struct sk_buff *skb, unsigned int len)
{
	unsigned char *at = skb_tail_pointer(skb);

	SKB_LINEAR_ASSERT(skb);
	skb->tail += len;
	skb->len += len;
	BUG_ON(skb->tail > skb->end);
	return at;
}

void *skb_push(struct sk_buff *skb, unsigned int len)
{
	skb->data -= len;
	skb->len += len;
	BUG_ON(skb->data < skb->head);
	return skb->data;
}

void *skb_pull(struct sk_buff *skb, unsigned int len)
{
	if (len > skb->len)
		return NULL;
	skb->len -= len;
	BUG_ON(skb->len < skb->data_len);
	return skb->data += len;
}

void __skb_trim(struct sk_buff *skb, unsigned int len)
{
	if (WARN_ON(skb_is_nonlinear(skb)))
		return;
	skb->len = len;
	skb->tail = (unsigned int)skb_headroom(skb) + len;
}
