// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include <linux/ip.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <linux/workqueue.h>
#include <net/checksum.h>
#include <net/netfilter/nf_conntrack_helper.h>
#include <net/netfilter/nf_conntrack_seqadj.h>
#include <net/netfilter/nf_nat_helper.h>
#include <net/udp.h>

#include "kernel/conntrack.h"
#include "kernel/lock.h"
#include "kernel/shape.h"
#include "model.h"
#include "probe.h"

struct probe_edit probe_edit;

/* Still known here, so that LeakSanitizer does not count it as lost. */
static struct nf_conn *kept;
static void *leaked;

static void lock_pair(spinlock_t *first, spinlock_t *second)
{
	spin_lock_bh(first);
	spin_lock_bh(second);
	spin_unlock_bh(second);
	spin_unlock_bh(first);
}

static DEFINE_MUTEX(mutex);

static void take_mutex(struct work_struct *work)
{
	(void)work;
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
}

static DECLARE_WORK(work, take_mutex);

/* Of three CPUs none ever goes on, or of two. */
static void misuse_order(enum probe_misuse what)
{
	static DEFINE_SPINLOCK(one);
	static DEFINE_SPINLOCK(two);
	static DEFINE_SPINLOCK(three);
	struct { spinlock_t lock; } a, b;

	switch (what) {
	case PROBE_LOCK_IN_A_CIRCLE:
		lock_pair(&one, &two);
		lock_pair(&two, &three);
		lock_pair(&three, &one);
		break;
	case PROBE_LOCK_TWO_OF_A_KIND:
		a.lock = (spinlock_t){ .name = "kind" };
		b.lock = (spinlock_t){ .name = "kind" };
		lock_pair(&a.lock, &b.lock);
		break;
	default:
		schedule_work(&work);
		model_pass_time(1000);
		mutex_lock(&mutex);
		cancel_work_sync(&work);
		mutex_unlock(&mutex);
	}
}

static void misuse_locks(enum probe_misuse what)
{
	static DEFINE_SPINLOCK(first);
	static DEFINE_SPINLOCK(second);
	spinlock_t raw = {};

	switch (what) {
	case PROBE_LOCK_TWICE:
		spin_lock_bh(&first);
		spin_lock_bh(&first);
		break;
	case PROBE_UNLOCK_WITHOUT_LOCK:
		spin_unlock_bh(&first);
		break;
	case PROBE_LOCK_IN_BOTH_ORDERS:
		lock_pair(&first, &second);
		lock_pair(&second, &first);
		break;
	case PROBE_LOCK_IN_A_CIRCLE:
	case PROBE_LOCK_TWO_OF_A_KIND:
	case PROBE_WAIT_FOR_WORK_THAT_WAITS:
		misuse_order(what);
		break;
	case PROBE_LOCK_UNINITIALISED:
		spin_lock_bh(&raw);
		spin_unlock_bh(&raw);
		break;
	case PROBE_LOCK_WITHOUT_BH:
		spin_lock(&nf_conntrack_expect_lock);
		spin_unlock(&nf_conntrack_expect_lock);
		break;
	case PROBE_LEAVE_WITH_LOCK:
		spin_lock_bh(&first);
		break;
	default:
		spin_lock_bh(&first);
		synchronize_rcu();
		spin_unlock_bh(&first);
	}
}

static void misuse_memory(enum probe_misuse what)
{
	struct kmem_cache *cache;
	refcount_t count = {};
	void *object;

	switch (what) {
	case PROBE_REFCOUNT_FROM_ZERO:
		refcount_inc(&count);
		break;
	case PROBE_REFCOUNT_OVERFLOWS:
		refcount_set(&count, MODEL_REFS_MAX);
		refcount_inc(&count);
		refcount_inc(&count);
		break;
	case PROBE_FREE_CACHE_IN_USE:
		cache = kmem_cache_create("probe", 16, 8, 0, NULL);
		object = kmem_cache_alloc(cache, GFP_KERNEL);
		kmem_cache_destroy(cache);
		/* The host's memory manager knows it by its address alone. */
		__builtin_free(object);
		break;
	case PROBE_LEAK:
		leaked = kmalloc(16, GFP_KERNEL);
		break;
	default:
		(void)udp4_lib_lookup(&init_net, 0, 0, 0, htons(5000), 0);
	}
}

void probe_do(enum probe_misuse what)
{
	static int *pointer;

	switch (what) {
	case PROBE_SLEEP_UNDER_RCU:
		rcu_read_lock();
		kfree(kmalloc(1, GFP_KERNEL));
		rcu_read_unlock();
		break;
	case PROBE_DEREFERENCE_OUTSIDE_RCU:
		(void)rcu_dereference(pointer);
		break;
	case PROBE_REFCOUNT_FROM_ZERO:
	case PROBE_REFCOUNT_OVERFLOWS:
	case PROBE_FREE_CACHE_IN_USE:
	case PROBE_LEAK:
	case PROBE_KEEP_SOCKET:
		misuse_memory(what);
		break;
	default:
		misuse_locks(what);
	}
}

static void misuse_packet(struct sk_buff *skb, struct nf_conn *ct, enum probe_misuse what)
{
	switch (what) {
	case PROBE_KEEP_CONNTRACK:
		nf_conntrack_get(&ct->ct_general);
		kept = ct;
		break;
	case PROBE_BAD_CHECKSUM:
		skb->data[skb->len - 1] ^= 1;
		break;
	case PROBE_BAD_LENGTH:
		pskb_trim(skb, skb->len - 1);
		break;
	case PROBE_WRITE_TO_CLONE:
		skb_shinfo(skb)->gso_size = 7;
		break;
	case PROBE_SMALL_AGGREGATE:
		skb_shinfo(skb)->gso_size = 1400;
		break;
	default:
		probe_do(what);
	}
}

static void change_seq(struct sk_buff *skb, unsigned int protoff, int change)
{
	struct tcphdr *tcp = (void *)(skb->data + protoff);
	__be32 seq = htonl(ntohl(tcp->seq) + (u32)change);

	inet_proto_csum_replace4(&tcp->check, skb, tcp->seq, seq, false);
	tcp->seq = seq;
}

static bool edit(struct sk_buff *skb, unsigned int protoff, struct nf_conn *ct, enum ip_conntrack_info ctinfo,
		 const struct tcphdr *tcp)
{
	const struct probe_edit *e = &probe_edit;
	unsigned int text_length = e->text ? (unsigned int)strlen(e->text) : 0;
	u32 seq = ntohl(tcp->seq);
	unsigned int payload;

	if (skb_linearize(skb))
		return false;
	if ((e->length || text_length) &&
	    !__nf_nat_mangle_tcp_packet(skb, ct, ctinfo, protoff, e->offset, e->length, e->text, text_length,
					e->adjust_by_segment))
		return false;
	if (e->adjust)
		nf_ct_seqadj_set(ct, ctinfo, htonl(seq + e->offset), (s32)(text_length - e->length));
	if (e->cut) {
		payload = skb->len - protoff - ((struct tcphdr *)(void *)(skb->data + protoff))->doff * 4u;
		if (!__nf_nat_mangle_tcp_packet(skb, ct, ctinfo, protoff, payload - e->cut, e->cut, "", 0, false))
			return false;
	}
	if (e->seq_change)
		change_seq(skb, protoff, e->seq_change);
	if (e->gso_reset)
		skb_gso_reset(skb);
	return true;
}

static int probe_help(struct sk_buff *skb, unsigned int protoff, struct nf_conn *ct, enum ip_conntrack_info ctinfo)
{
	struct tcphdr buffer;
	const struct tcphdr *tcp = skb_header_pointer(skb, (int)protoff, sizeof(buffer), &buffer);

	if (!probe_edit.armed || !tcp || skb->len <= protoff + tcp->doff * 4u)
		return NF_ACCEPT;
	probe_edit.armed = false;
	if (probe_edit.misuse)
		misuse_packet(skb, ct, probe_edit.what);
	else
		probe_edit.failed = !edit(skb, protoff, ct, ctinfo, tcp);
	return NF_ACCEPT;
}

void probe_icmp_error(uint16_t id)
{
	static struct model_packet packet;
	struct nf_conn *ct = list_first_entry(&model_conntracks, struct nf_conn, model_list);
	struct sk_buff *skb;

	memset(&packet, 0, sizeof(packet));
	packet.length = 20 + 8 + 40;
	memcpy(packet.bytes, (u8[]){ 0x45, 0, 0, 68, 0, 0, 0, 0, 64, 1 }, 10);
	memcpy(packet.bytes + 20, (u8[]){ 3, 4 }, 2);
	memcpy(packet.bytes + 28, (u8[]){ 0x45, 0, 0, 40, (u8)(id >> 8), (u8)id }, 6);
	packet.shape.headroom = 64;
	skb = model_build_skb(&packet);
	model_softirq_enter();
	rcu_read_lock();
	rcu_dereference(nfct_help(ct)->helper)->help(skb, 20, ct, IP_CT_RELATED);
	rcu_read_unlock();
	model_softirq_leave();
	kfree_skb(skb);
}

static const struct nf_conntrack_expect_policy policy = { .max_expected = 1, .timeout = 300 };

struct helper {
	struct nf_conntrack_helper helper, *registered;
};

static void enlist(struct helper *it, u8 protocol, const char *name, u16 port, model_help_fn *help)
{
#ifdef HAVE_HELPER_PORTS
	nf_ct_helper_init(&it->helper, NFPROTO_UNSPEC, protocol, name, port, port, 0, &policy, 0, help, NULL, NULL);
#else
	(void)port;
	nf_ct_helper_init(&it->helper, NFPROTO_UNSPEC, protocol, name, &policy, 0, help, NULL, NULL);
#endif
#ifdef HAVE_HELPER_PTRS
	nf_conntrack_helper_register(&it->helper, &it->registered);
#else
	it->registered = &it->helper;
	nf_conntrack_helper_register(&it->helper);
#endif
}

static struct helper rtsp, tftp;

void probe_register(void)
{
	enlist(&rtsp, IPPROTO_TCP, "rtsp", 554, probe_help);
}

void probe_unregister(void)
{
	nf_conntrack_helper_unregister(rtsp.registered);
}

/* As the kernel's own does, which drops the packet if its answer cannot be expected. */
static int tftp_help(struct sk_buff *skb, unsigned int protoff, struct nf_conn *ct, enum ip_conntrack_info ctinfo)
{
	const struct nf_conntrack_tuple *reply = &ct->tuplehash[IP_CT_DIR_REPLY].tuple;
	struct nf_conntrack_expect *exp = nf_ct_expect_alloc(ct);
	int err;

	(void)skb, (void)protoff, (void)ctinfo;
	if (!exp)
		return NF_DROP;
	nf_ct_expect_init(exp, NF_CT_EXPECT_CLASS_DEFAULT, nf_ct_l3num(ct), &reply->src.u3, &reply->dst.u3, IPPROTO_UDP,
			  NULL, &reply->dst.u.all);
	err = nf_ct_expect_related(exp, 0);
	nf_ct_expect_put(exp);
	return err ? NF_DROP : NF_ACCEPT;
}

void probe_register_tftp(void)
{
	enlist(&tftp, IPPROTO_UDP, "tftp", 69, tftp_help);
}

void probe_unregister_tftp(void)
{
	nf_conntrack_helper_unregister(tftp.registered);
}
