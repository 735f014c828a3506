// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Connections: from allocation to the last reference. */
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <net/netfilter/nf_conntrack_helper.h>
#include <net/netfilter/nf_conntrack_seqadj.h>

#include "../model.h"
#include "conntrack.h"
#include "nat.h"

LIST_HEAD(model_conntracks);

static struct kmem_cache *cache;
static HLIST_HEAD(confirmed);
static DEFINE_SPINLOCK(bucket_lock);

/* Expired conntracks are found by whoever looks for them; expectations that are dead or have expired only by those
 * that look at the same chain, or the same master, and else when all of the table has been gone through.
 */
#define COLLECT_INTERVAL	(60ul * HZ)

static unsigned long next_collection;

void model_conntrack_start(void)
{
	INIT_LIST_HEAD(&model_conntracks);
	INIT_HLIST_HEAD(&confirmed);
	next_collection = jiffies + COLLECT_INTERVAL;
	cache = kmem_cache_create("nf_conntrack", sizeof(struct nf_conn), 8, 0, NULL);
}

void model_conntrack_stop(void)
{
	kmem_cache_destroy(cache);
}

static unsigned int most;	/* nf_conntrack_max; 0: any number */

void model_set_conntrack_max(unsigned int count)
{
	most = count;
}

static bool is_full(const struct net *net, unsigned int limit)
{
	const struct nf_conn *ct;
	unsigned int count = 0;

	if (!most)
		return false;
	list_for_each_entry(ct, &model_conntracks, model_list)
		count += nf_ct_net(ct) == net;
	return count >= limit;
}

/* The oldest that nobody has answered, or of which nobody is sure. */
static bool drop_early(const struct net *net)
{
	struct nf_conn *ct, *oldest = NULL;

	list_for_each_entry(ct, &model_conntracks, model_list) {
		if (nf_ct_net(ct) == net && nf_ct_is_confirmed(ct) && !nf_ct_is_dying(ct) &&
		    !test_bit(IPS_ASSURED_BIT, &ct->status))
			oldest = ct;
	}
	return oldest && nf_ct_kill(oldest);
}

/* From 95 per cent on those that are closing are collected before their time. */
static bool can_drop_early(const struct nf_conn *ct)
{
	if (!is_full(nf_ct_net(ct), most - most / 20) || nf_ct_protonum(ct) != IPPROTO_TCP)
		return false;
	return ct->proto.tcp.state == TCP_CONNTRACK_FIN_WAIT || ct->proto.tcp.state == TCP_CONNTRACK_CLOSE_WAIT ||
	       ct->proto.tcp.state == TCP_CONNTRACK_LAST_ACK || ct->proto.tcp.state == TCP_CONNTRACK_TIME_WAIT ||
	       ct->proto.tcp.state == TCP_CONNTRACK_CLOSE;
}

struct nf_conn *model_conntrack_alloc(struct net *net, const struct nf_conntrack_tuple *original,
				      const struct nf_conntrack_tuple *reply)
{
	struct nf_conn *ct;

	if (is_full(net, most) && !drop_early(net))
		return NULL;
	ct = kmem_cache_zalloc(cache, GFP_ATOMIC);
	if (!ct)
		return NULL;
	spin_lock_init(&ct->lock);
	ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple = *original;
	ct->tuplehash[IP_CT_DIR_REPLY].tuple = *reply;
	write_pnet(&ct->ct_net, net);
	list_add(&ct->model_list, &model_conntracks);
	return ct;
}

struct nf_conn *nf_conntrack_alloc(struct net *net, const struct nf_conntrack_zone *zone,
				   const struct nf_conntrack_tuple *original, const struct nf_conntrack_tuple *reply,
				   gfp_t gfp)
{
	struct nf_conn *ct = model_conntrack_alloc(net, original, reply);

	(void)gfp;
	if (!ct)
		return ERR_PTR(-ENOMEM);
	ct->zone = *zone;
	return ct;
}

void nf_conntrack_free(struct nf_conn *ct)
{
	if (refcount_read(&ct->ct_general.use))
		model_report("a conntrack is freed that somebody holds");
	list_del(&ct->model_list);
	kfree(ct->ext);
	kmem_cache_free(cache, ct);
}

void nf_ct_destroy(struct nf_conntrack *nfct)
{
	struct nf_conn *ct = container_of(nfct, struct nf_conn, ct_general);

	nf_ct_remove_expectations(ct);
	if (ct->master)
		nf_ct_put(ct->master);
	nf_conntrack_free(ct);
}

/* A kernel's stack is small, and each master takes its own with it when none of them has anybody else: that may come
 * about whenever there is such a chain, and is not waited for.
 */
#define DEPTH_MAX	8

void model_set_master(struct nf_conn *ct, struct nf_conn *master)
{
	unsigned int depth = 0;

	ct->master = master;
	for (; ct->master; ct = ct->master)
		depth++;
	if (depth == DEPTH_MAX)
		model_report("conntracks make a chain of %u masters or more", DEPTH_MAX);
}

/* Always moves, so that a pointer to another extension is found out. */
void *nf_ct_ext_add(struct nf_conn *ct, enum nf_ct_ext_id id, gfp_t gfp)
{
	static const u16 size[NF_CT_EXT_NUM] = {
		[NF_CT_EXT_HELPER] = sizeof(struct nf_conn_help),
		[NF_CT_EXT_NAT] = 8,
		[NF_CT_EXT_SEQADJ] = sizeof(struct nf_conn_seqadj),
	};
	u16 length = ct->ext ? ct->ext->len : sizeof(struct nf_ct_ext);
	struct nf_ct_ext *ext;

	WARN_ON(nf_ct_is_confirmed(ct));
	if (nf_ct_ext_find(ct, id))
		return NULL;
	length = (u16)((length + 7) & ~7);
	ext = kzalloc((size_t)length + size[id], gfp);
	if (!ext)
		return NULL;
	if (ct->ext)
		memcpy(ext, ct->ext, ct->ext->len);
	kfree(ct->ext);
	ext->offset[id] = length;
	ext->len = (u16)(length + size[id]);
	ct->ext = ext;
	return (char *)ext + length;
}

struct nf_conntrack_tuple_hash *model_conntrack_find(const struct net *net, const struct nf_conntrack_tuple *tuple)
{
	struct nf_conntrack_tuple_hash *hash;

	hlist_for_each_entry(hash, &confirmed, hnode) {
		const struct nf_conn *ct = nf_ct_tuplehash_to_ctrack(hash);

		if (nf_ct_tuple_equal(&hash->tuple, tuple) && nf_ct_net(ct) == net && !nf_ct_is_dying(ct))
			return hash;
	}
	return NULL;
}

struct nf_conntrack_tuple_hash *nf_conntrack_find_get(struct net *net, const struct nf_conntrack_zone *zone,
						      const struct nf_conntrack_tuple *tuple)
{
	struct nf_conntrack_tuple_hash *hash = model_conntrack_find(net, tuple);

	(void)zone;
	if (!hash)
		return NULL;
	if (nf_ct_is_expired(nf_ct_tuplehash_to_ctrack(hash))) {
		nf_ct_kill(nf_ct_tuplehash_to_ctrack(hash));
		return NULL;
	}
	nf_conntrack_get(&nf_ct_tuplehash_to_ctrack(hash)->ct_general);
	return hash;
}

bool nf_conntrack_tuple_taken(const struct nf_conntrack_tuple *tuple, const struct nf_conn *ignored)
{
	const struct nf_conntrack_tuple_hash *hash = model_conntrack_find(nf_ct_net(ignored), tuple);

	return hash && nf_ct_tuplehash_to_ctrack(hash) != ignored;
}

static unsigned int confirm(struct nf_conn *ct)
{
	enum ip_conntrack_dir dir;

	if (nf_ct_is_dying(ct))
		return NF_DROP;
	for (dir = IP_CT_DIR_ORIGINAL; dir < IP_CT_DIR_MAX; dir++) {
		if (model_conntrack_find(nf_ct_net(ct), &ct->tuplehash[dir].tuple))
			return NF_DROP;
	}
	ct->timeout += nfct_time_stamp;
	nf_conntrack_get(&ct->ct_general);
	for (dir = IP_CT_DIR_ORIGINAL; dir < IP_CT_DIR_MAX; dir++)
		hlist_add_head(&ct->tuplehash[dir].hnode, &confirmed);
	set_bit(IPS_CONFIRMED_BIT, &ct->status);
	return NF_ACCEPT;
}

int nf_conntrack_hash_check_insert(struct nf_conn *ct)
{
	enum ip_conntrack_dir dir;
	int err = 0;

	if (!nf_ct_is_confirmed(ct))
		model_report("a conntrack gets into the table that is not confirmed");
	spin_lock_bh(&bucket_lock);
	for (dir = IP_CT_DIR_ORIGINAL; dir < IP_CT_DIR_MAX && !err; dir++) {
		if (model_conntrack_find(nf_ct_net(ct), &ct->tuplehash[dir].tuple))
			err = -EEXIST;
	}
	if (!err) {
		refcount_set(&ct->ct_general.use, 2);
		for (dir = IP_CT_DIR_ORIGINAL; dir < IP_CT_DIR_MAX; dir++)
			hlist_add_head(&ct->tuplehash[dir].hnode, &confirmed);
	}
	spin_unlock_bh(&bucket_lock);
	return err;
}

unsigned int nf_conntrack_confirm(struct sk_buff *skb)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);
	unsigned int verdict;

	if (!ct || nf_ct_is_confirmed(ct) || CTINFO2DIR(ctinfo) != IP_CT_DIR_ORIGINAL)
		return NF_ACCEPT;
	spin_lock_bh(&bucket_lock);
	verdict = confirm(ct);
	spin_unlock_bh(&bucket_lock);
	return verdict;
}

bool nf_ct_delete(struct nf_conn *ct, u32 portid, int report)
{
	(void)portid;
	(void)report;
	if (test_and_set_bit(IPS_DYING_BIT, &ct->status))
		return false;
	spin_lock_bh(&bucket_lock);
	hlist_del(&ct->tuplehash[IP_CT_DIR_ORIGINAL].hnode);
	hlist_del(&ct->tuplehash[IP_CT_DIR_REPLY].hnode);
	nf_ct_remove_expectations(ct);
	spin_unlock_bh(&bucket_lock);
	nf_ct_put(ct);
	return true;
}

void nf_ct_refresh(struct nf_conn *ct, unsigned int jiffies_from_now)
{
	ct->timeout = jiffies_from_now + (nf_ct_is_confirmed(ct) ? nfct_time_stamp : 0);
}

void model_collect_conntracks(void)
{
	bool all = model_expectations_have_timers || time_after_eq(jiffies, next_collection);
	struct nf_conn *ct, *next;

	if (all)
		next_collection = jiffies + COLLECT_INTERVAL;
	list_for_each_entry_safe(ct, next, &model_conntracks, model_list) {
		if (nf_ct_is_confirmed(ct) && !nf_ct_is_dying(ct) &&
		    (nf_ct_is_expired(ct) || can_drop_early(ct))) {
			nf_ct_kill(ct);
			/* Anything may have gone with it. */
			next = list_first_entry(&model_conntracks, struct nf_conn, model_list);
		} else if (all) {
			model_collect_expectations(ct);
		}
	}
}
