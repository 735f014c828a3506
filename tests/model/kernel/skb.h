/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/* The parts of a packet buffer. */
#include <linux/skbuff.h>

struct model_head {
	refcount_t users;
	unsigned char *bytes;
	struct skb_shared_info info;
};

struct model_head *model_head_alloc(unsigned int size);
void model_head_put(struct model_head *head);
struct model_page *model_page_alloc(unsigned int size);
void model_skb_attach(struct sk_buff *skb, struct model_head *head, unsigned int size);

typedef void model_visit_fn(unsigned char *bytes, int len, void *data);
void model_skb_walk(const struct sk_buff *skb, int offset, int len, model_visit_fn *visit, void *data);
