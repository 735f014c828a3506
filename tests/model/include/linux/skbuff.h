/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/* Packets: a linear part, then pages, then a list of further packets.  Unlike in the
 * kernel there is nothing between the end of the linear part and the end of its memory,
 * so that AddressSanitizer sees what goes beyond it.
 */
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/types.h>

#define CHECKSUM_NONE		0
#define CHECKSUM_UNNECESSARY	1
#define CHECKSUM_COMPLETE	2
#define CHECKSUM_PARTIAL	3

#define MAX_SKB_FRAGS	17
#define SKB_GSO_TCPV4	1
#define SKB_GSO_TCPV6	16

struct net_device { int ifindex; };

struct nf_conntrack { refcount_t use; };

struct model_page { refcount_t users; unsigned char bytes[]; };
typedef struct skb_frag { struct model_page *page; unsigned int offset, size; } skb_frag_t;

struct skb_shared_info {
	u8 nr_frags;
	u16 gso_size, gso_segs;
	unsigned int gso_type;
	struct sk_buff *frag_list;
	skb_frag_t frags[MAX_SKB_FRAGS];
};

struct model_head;	/* the linear part and the shared info, of all clones */

struct sk_buff {
	struct sk_buff *next;		/* in a frag_list */
	struct net_device *dev;
	unsigned long _nfct;		/* conntrack and, in the low bits, ctinfo */
	unsigned int len, data_len;
	u16 network_header, transport_header;
	u8 ip_summed, cloned;
	u16 hdr_len;			/* of a clone: so much from head on is its own */
	__wsum csum;
	u16 csum_start, csum_offset;
	struct model_head *shared;
	unsigned char *head, *data;
	unsigned int tail, end;		/* counted from head */
};

struct sk_buff *alloc_skb(unsigned int size, gfp_t gfp);
struct sk_buff *skb_clone(struct sk_buff *skb, gfp_t gfp);
void kfree_skb(struct sk_buff *skb);
#define consume_skb kfree_skb
struct skb_shared_info *skb_shinfo(const struct sk_buff *skb);
int skb_cloned(const struct sk_buff *skb);
static inline int skb_header_cloned(const struct sk_buff *skb) { return skb_cloned(skb) && !skb->hdr_len; }

/* 0, or -ENOMEM with nothing changed. */
int pskb_expand_head(struct sk_buff *skb, int nhead, int ntail, gfp_t gfp);
void *__pskb_pull_tail(struct sk_buff *skb, int delta);
int skb_linearize(struct sk_buff *skb);
int skb_ensure_writable(struct sk_buff *skb, unsigned int write_len);
int pskb_trim(struct sk_buff *skb, unsigned int len);
int pskb_trim_rcsum(struct sk_buff *skb, unsigned int len);
int skb_copy_bits(const struct sk_buff *skb, int offset, void *to, int len);

/* One run of bytes after the other, between two offsets. */
struct skb_seq_state {
	struct sk_buff *skb;
	unsigned int lower, upper;
};
void skb_prepare_seq_read(struct sk_buff *skb, unsigned int from, unsigned int to, struct skb_seq_state *state);
unsigned int skb_seq_read(unsigned int consumed, const u8 **data, struct skb_seq_state *state);
static inline void skb_abort_seq_read(struct skb_seq_state *state) { state->skb = NULL; }
int skb_store_bits(struct sk_buff *skb, int offset, const void *from, int len);
void *skb_put(struct sk_buff *skb, unsigned int len);
void *skb_push(struct sk_buff *skb, unsigned int len);
void *skb_pull(struct sk_buff *skb, unsigned int len);
void __skb_trim(struct sk_buff *skb, unsigned int len);
__wsum skb_checksum(const struct sk_buff *skb, int offset, int len, __wsum sum);

static inline bool skb_is_nonlinear(const struct sk_buff *skb) { return skb->data_len; }
static inline unsigned int skb_headlen(const struct sk_buff *skb) { return skb->len - skb->data_len; }
static inline unsigned char *skb_tail_pointer(const struct sk_buff *skb) { return skb->head + skb->tail; }
static inline unsigned char *skb_end_pointer(const struct sk_buff *skb) { return skb->head + skb->end; }
static inline int skb_headroom(const struct sk_buff *skb) { return (int)(skb->data - skb->head); }
static inline int skb_tailroom(const struct sk_buff *skb)
{
	return skb_is_nonlinear(skb) ? 0 : (int)(skb->end - skb->tail);
}

static inline void skb_reserve(struct sk_buff *skb, int len)
{
	skb->data += len;
	skb->tail += (unsigned int)len;
}

static inline unsigned char *skb_network_header(const struct sk_buff *skb) { return skb->head + skb->network_header; }
static inline unsigned char *skb_transport_header(const struct sk_buff *skb) { return skb->head + skb->transport_header; }
static inline int skb_network_offset(const struct sk_buff *skb) { return (int)(skb_network_header(skb) - skb->data); }
static inline int skb_transport_offset(const struct sk_buff *skb)
{
	return (int)(skb_transport_header(skb) - skb->data);
}
static inline void skb_reset_network_header(struct sk_buff *skb) { skb->network_header = (u16)(skb->data - skb->head); }
static inline void skb_set_transport_header(struct sk_buff *skb, int offset)
{
	skb->transport_header = (u16)(skb->data - skb->head + offset);
}
static inline int skb_checksum_start_offset(const struct sk_buff *skb)
{
	return skb->csum_start - skb_headroom(skb);
}

static inline int pskb_may_pull(struct sk_buff *skb, unsigned int len)
{
	if (len <= skb_headlen(skb))
		return 1;
	return len <= skb->len && __pskb_pull_tail(skb, (int)(len - skb_headlen(skb))) != NULL;
}

static inline void *skb_header_pointer(const struct sk_buff *skb, int offset, int len, void *buffer)
{
	if ((int)skb_headlen(skb) - offset >= len)
		return skb->data + offset;
	return skb_copy_bits(skb, offset, buffer, len) ? NULL : buffer;
}

static inline int skb_clone_writable(const struct sk_buff *skb, unsigned int len)
{
	return !skb_header_cloned(skb) && (unsigned int)skb_headroom(skb) + len <= skb->hdr_len;
}

static inline int skb_unclone(struct sk_buff *skb, gfp_t gfp)
{
	return skb_cloned(skb) ? pskb_expand_head(skb, 0, 0, gfp) : 0;
}
#define skb_cow(skb, headroom) skb_unclone(skb, GFP_ATOMIC)

static inline void skb_trim(struct sk_buff *skb, unsigned int len)
{
	if (skb->len > len)
		__skb_trim(skb, len);
}

static inline bool skb_is_gso(const struct sk_buff *skb) { return skb_shinfo(skb)->gso_size; }
static inline void skb_gso_reset(struct sk_buff *skb)
{
	skb_shinfo(skb)->gso_size = 0;
	skb_shinfo(skb)->gso_segs = 0;
	skb_shinfo(skb)->gso_type = 0;
}

static inline struct nf_conntrack *skb_nfct(const struct sk_buff *skb)
{
	return (struct nf_conntrack *)(skb->_nfct & ~7UL);
}
#define SKB_LINEAR_ASSERT(skb) BUG_ON(skb_is_nonlinear(skb))
