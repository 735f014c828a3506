/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <linux/bitops.h>
#include <linux/jiffies.h>
#include <linux/netfilter.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <net/netfilter/nf_conntrack_tuple.h>

enum ip_conntrack_info {
	IP_CT_ESTABLISHED,
	IP_CT_RELATED,
	IP_CT_NEW,
	IP_CT_IS_REPLY,
	IP_CT_ESTABLISHED_REPLY = IP_CT_ESTABLISHED + IP_CT_IS_REPLY,
	IP_CT_RELATED_REPLY = IP_CT_RELATED + IP_CT_IS_REPLY,
	IP_CT_NUMBER,
	IP_CT_UNTRACKED = 7,
};
#define CTINFO2DIR(ctinfo) ((ctinfo) >= IP_CT_IS_REPLY ? IP_CT_DIR_REPLY : IP_CT_DIR_ORIGINAL)

enum ip_conntrack_status {
	IPS_EXPECTED_BIT = 0,
	IPS_SEEN_REPLY_BIT = 1,
	IPS_ASSURED_BIT = 2,
	IPS_CONFIRMED_BIT = 3,
	IPS_SRC_NAT_BIT = 4,
	IPS_DST_NAT_BIT = 5,
	IPS_SEQ_ADJUST_BIT = 6,
	IPS_SRC_NAT_DONE_BIT = 7,
	IPS_DST_NAT_DONE_BIT = 8,
	IPS_DYING_BIT = 9,
	IPS_FIXED_TIMEOUT_BIT = 10,
	IPS_HELPER_BIT = 13,

	IPS_EXPECTED = 1 << IPS_EXPECTED_BIT,
	IPS_SEEN_REPLY = 1 << IPS_SEEN_REPLY_BIT,
	IPS_ASSURED = 1 << IPS_ASSURED_BIT,
	IPS_CONFIRMED = 1 << IPS_CONFIRMED_BIT,
	IPS_SRC_NAT = 1 << IPS_SRC_NAT_BIT,
	IPS_DST_NAT = 1 << IPS_DST_NAT_BIT,
	IPS_NAT_MASK = IPS_SRC_NAT | IPS_DST_NAT,
	IPS_SEQ_ADJUST = 1 << IPS_SEQ_ADJUST_BIT,
	IPS_SRC_NAT_DONE = 1 << IPS_SRC_NAT_DONE_BIT,
	IPS_DST_NAT_DONE = 1 << IPS_DST_NAT_DONE_BIT,
	IPS_NAT_DONE_MASK = IPS_SRC_NAT_DONE | IPS_DST_NAT_DONE,
	IPS_DYING = 1 << IPS_DYING_BIT,
	IPS_HELPER = 1 << IPS_HELPER_BIT,
};

enum ip_conntrack_events { IPCT_NEW, IPCT_RELATED, IPCT_DESTROY, IPCT_REPLY, IPCT_ASSURED, IPCT_PROTOINFO, IPCT_HELPER,
			   IPCT_MARK, IPCT_SEQADJ };

struct nf_conntrack_zone { u16 id; };

enum nf_ct_ext_id { NF_CT_EXT_HELPER, NF_CT_EXT_NAT, NF_CT_EXT_SEQADJ, NF_CT_EXT_NUM };

/* All extensions in one piece of memory, which moves when one is added. */
struct nf_ct_ext {
	u16 offset[NF_CT_EXT_NUM];
	u16 len;
	char data[] __aligned(8);
};

struct nf_conn {
	struct nf_conntrack ct_general;
	spinlock_t lock;
	u32 timeout;
	struct nf_conntrack_zone zone;
	struct nf_conntrack_tuple_hash tuplehash[IP_CT_DIR_MAX];
	unsigned long status;
	possible_net_t ct_net;
	struct nf_conn *master;
	u32 mark;
	struct nf_ct_ext *ext;
	union { struct ip_ct_tcp tcp; } proto;
	struct list_head model_list;	/* of all there are */
	bool model_used;		/* a packet has passed */
	unsigned int model_events;	/* bits of enum ip_conntrack_events */
};

extern unsigned int nf_conntrack_htable_size;
#define nfct_time_stamp ((u32)jiffies)

void *nf_ct_ext_add(struct nf_conn *ct, enum nf_ct_ext_id id, gfp_t gfp);
static inline void *nf_ct_ext_find(const struct nf_conn *ct, enum nf_ct_ext_id id)
{
	return ct->ext && ct->ext->offset[id] ? (char *)ct->ext + ct->ext->offset[id] : NULL;
}

static inline struct nf_conn *nf_ct_tuplehash_to_ctrack(const struct nf_conntrack_tuple_hash *hash)
{
	return container_of(hash, struct nf_conn, tuplehash[hash->tuple.dst.dir]);
}
#define NF_CT_DIRECTION(h) ((enum ip_conntrack_dir)(h)->tuple.dst.dir)

static inline u16 nf_ct_l3num(const struct nf_conn *ct) { return ct->tuplehash[0].tuple.src.l3num; }
static inline u8 nf_ct_protonum(const struct nf_conn *ct) { return ct->tuplehash[0].tuple.dst.protonum; }
static inline struct net *nf_ct_net(const struct nf_conn *ct) { return ct->ct_net.net; }
static inline const struct nf_conntrack_zone *nf_ct_zone(const struct nf_conn *ct) { return &ct->zone; }
static inline int nf_ct_is_confirmed(const struct nf_conn *ct) { return test_bit(IPS_CONFIRMED_BIT, &ct->status); }
static inline int nf_ct_is_dying(const struct nf_conn *ct) { return test_bit(IPS_DYING_BIT, &ct->status); }
static inline bool nf_ct_is_expired(const struct nf_conn *ct) { return (s32)(ct->timeout - nfct_time_stamp) <= 0; }

static inline struct nf_conn *nf_ct_get(const struct sk_buff *skb, enum ip_conntrack_info *ctinfo)
{
	*ctinfo = (enum ip_conntrack_info)(skb->_nfct & 7);
	return (struct nf_conn *)skb_nfct(skb);
}

static inline void nf_ct_set(struct sk_buff *skb, struct nf_conn *ct, enum ip_conntrack_info ctinfo)
{
	skb->_nfct = (unsigned long)ct | ctinfo;
}

/* On the way back in, where it has been seen on the way out. */
bool nf_is_loopback_packet(const struct sk_buff *skb);
void nf_ct_destroy(struct nf_conntrack *nfct);
static inline void nf_conntrack_get(struct nf_conntrack *nfct) { refcount_inc(&nfct->use); }
static inline void nf_conntrack_put(struct nf_conntrack *nfct)
{
	if (nfct && refcount_dec_and_test(&nfct->use))
		nf_ct_destroy(nfct);
}
static inline void nf_ct_put(struct nf_conn *ct)
{
	if (ct)
		nf_conntrack_put(&ct->ct_general);
}

bool nf_ct_delete(struct nf_conn *ct, u32 portid, int report);
static inline bool nf_ct_kill(struct nf_conn *ct) { return nf_ct_delete(ct, 0, 0); }
