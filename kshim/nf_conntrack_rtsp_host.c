// SPDX-License-Identifier: GPL-2.0-only
/* What one host may have: limits on its connections, mappings and expectations.
 *
 * A table of all hosts that are followed or had mappings in the last two seconds, whose
 * size is bounded, and so is each chain.  Nobody is evicted for another: what
 * does not fit is refused.
 *
 * Locks: that of a bucket nests inside conn->lock.  Inside the lock of one connection
 * that of another is only ever tried for.
 */

#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/moduleparam.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack_zones.h>

#include "nf_conntrack_rtsp_host.h"

#define RTSP_HOST_BUCKETS	256
#define RTSP_HOST_CHAIN		32
#define RTSP_HOSTS		4096
/* The bucket of tokens holds as many as come in this time. */
#define RTSP_HOST_BURST		(2 * HZ)
/* Lingering connections of one host that are looked at for a port. */
#define RTSP_HOST_LOOK		32

static unsigned int max_mappings_per_host __read_mostly = 256;
module_param(max_mappings_per_host, uint, 0644);
MODULE_PARM_DESC(max_mappings_per_host,
		 "Media mappings that one host may have, 0 for any number (default 256)");

static unsigned int mappings_per_second __read_mostly = 64;
module_param(mappings_per_second, uint, 0644);
MODULE_PARM_DESC(mappings_per_second,
		 "New media mappings a second of one host, twice as many at once, 0 for any number (default 64)");

static unsigned int expectations __read_mostly;
module_param(expectations, uint, 0644);
MODULE_PARM_DESC(expectations,
		 "Places in the kernel's expectation table, nf_conntrack_expect_max; 0 for what it is unless it was set (default 0)");

struct rtsp_host_key {
	union nf_inet_addr addr;
	u64 net;
	u16 zone;
	u16 l3num;
	u32 unused;
} __aligned(SIPHASH_ALIGNMENT);

struct rtsp_bucket {
	spinlock_t lock;	/* of all that is in it */
	struct hlist_head hosts;
};

/* All under the lock of the bucket. */
struct rtsp_host {
	struct hlist_node node;
	struct rtsp_bucket *bucket;
	struct rtsp_host_key key;
	const struct net *net;
	bool listed;
	unsigned int connections;
	unsigned int mappings;
	unsigned int expectations;
	u64 tokens;			/* HZ for each */
	unsigned long filled;		/* tokens are as of then */
	struct list_head lingering;	/* connections */
};

static struct rtsp_bucket rtsp_buckets[RTSP_HOST_BUCKETS];
static siphash_key_t rtsp_host_seed __read_mostly;
static atomic_t rtsp_hosts = ATOMIC_INIT(0);

static void rtsp_host_key(struct rtsp_host_key *key, const struct nf_conn *ct)
{
	memset(key, 0, sizeof(*key));
	key->addr = ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.src.u3;
	key->net = (unsigned long)nf_ct_net(ct);
	key->zone = nf_ct_zone(ct)->id;
	key->l3num = nf_ct_l3num(ct);
}

static void rtsp_host_unlist(struct rtsp_host *host)
{
	hlist_del(&host->node);
	host->listed = false;
	atomic_dec(&rtsp_hosts);
	if (!host->connections)
		kfree(host);
}

static struct rtsp_host *rtsp_host_new(struct rtsp_bucket *bucket,
				       const struct rtsp_host_key *key,
				       const struct nf_conn *ct)
{
	struct rtsp_host *host;

	/* Without a lock on the number, so it may be exceeded by one for each CPU. */
	if (atomic_read(&rtsp_hosts) >= RTSP_HOSTS)
		return NULL;
	host = kzalloc(sizeof(*host), GFP_ATOMIC | __GFP_NOWARN);
	if (!host)
		return NULL;
	host->bucket = bucket;
	host->key = *key;
	host->net = nf_ct_net(ct);
	host->filled = jiffies - RTSP_HOST_BURST;
	host->listed = true;
	INIT_LIST_HEAD(&host->lingering);
	hlist_add_head(&host->node, &bucket->hosts);
	atomic_inc(&rtsp_hosts);
	return host;
}

static bool rtsp_host_may_enter(const struct rtsp_host *host, unsigned int all,
				unsigned int most)
{
	unsigned int share = DIV_ROUND_UP(most, 4);

	return host->connections < share || most - all > most / 2;
}

enum rtsp_counter rtsp_host_enter(struct rtsp_conn *conn, unsigned int all,
				  unsigned int most)
{
	enum rtsp_counter why = RTSP_COUNTERS;
	struct rtsp_host_key key;
	struct rtsp_bucket *bucket;
	struct rtsp_host *host;
	unsigned int length = 0;
	bool found = false;

	rtsp_host_key(&key, conn->ct);
	bucket = &rtsp_buckets[siphash(&key, sizeof(key), &rtsp_host_seed) %
			       RTSP_HOST_BUCKETS];

	spin_lock_bh(&bucket->lock);
	hlist_for_each_entry(host, &bucket->hosts, node) {
		found = !memcmp(&host->key, &key, sizeof(key));
		if (found)
			break;
		length++;
	}
	if (!found)
		host = length < RTSP_HOST_CHAIN ?
			       rtsp_host_new(bucket, &key, conn->ct) : NULL;
	if (!host) {
		why = RTSP_TOO_MANY_HOSTS;
	} else if (!rtsp_host_may_enter(host, all, most)) {
		why = RTSP_TOO_MANY_OF_HOST;
	} else {
		host->connections++;
		conn->host = host;
	}
	spin_unlock_bh(&bucket->lock);
	return why;
}

static void rtsp_host_fill(struct rtsp_host *host, unsigned int rate)
{
	unsigned long elapsed = jiffies - host->filled;
	u64 most = (u64)rate * RTSP_HOST_BURST;

	host->filled = jiffies;
	if (elapsed < RTSP_HOST_BURST)
		host->tokens += (u64)rate * elapsed;
	if (elapsed >= RTSP_HOST_BURST || host->tokens > most)
		host->tokens = most;
}

static enum rtsp_counter rtsp_host_charge(struct rtsp_host *host)
{
	unsigned int most = READ_ONCE(max_mappings_per_host);
	unsigned int rate = READ_ONCE(mappings_per_second);

	if (most && host->mappings >= most)
		return RTSP_TOO_MANY_MAPPINGS;
	if (rate) {
		rtsp_host_fill(host, rate);
		if (host->tokens < HZ)
			return RTSP_TOO_FAST;
		host->tokens -= HZ;
	}
	host->mappings++;
	return RTSP_COUNTERS;
}

/* The kernel does not say how many: this is what it begins with. */
static unsigned int rtsp_expectations_max(const struct net *net)
{
	unsigned int most = READ_ONCE(expectations);

	if (!most)
		most = max(nf_conntrack_htable_size / 256, 1u) * 4;
	return min(most, rtsp_expectation_limit(net));
}

static unsigned int rtsp_host_expectations(const struct rtsp_conn *conn)
{
	return READ_ONCE(conn->host->expectations);
}

bool rtsp_host_may_expect(const struct rtsp_conn *conn, unsigned int count)
{
	const struct net *net = nf_ct_net(conn->ct);
	unsigned int most = rtsp_expectations_max(net);
	unsigned int all = rtsp_expectations(net) + count;

	if (all > most - most / 4)
		return false;
	return rtsp_host_expectations(conn) + count <= most / 4 ||
	       all <= most / 2;
}

bool rtsp_host_may_spare(const struct rtsp_conn *conn)
{
	const struct net *net = nf_ct_net(conn->ct);
	unsigned int most = rtsp_expectations_max(net);

	return rtsp_host_may_expect(conn, 1) &&
	       (rtsp_expectations(net) < most / 2 ||
		rtsp_host_expectations(conn) < most / 8);
}

void rtsp_host_expect(const struct rtsp_conn *conn, int change)
{
	struct rtsp_host *host = conn->host;

	spin_lock_bh(&host->bucket->lock);
	WRITE_ONCE(host->expectations, host->expectations + change);
	spin_unlock_bh(&host->bucket->lock);
	rtsp_count_expectations(nf_ct_net(conn->ct), change);
}

void rtsp_host_table_full(const struct rtsp_conn *conn)
{
	rtsp_limit_expectations(nf_ct_net(conn->ct));
}

enum rtsp_counter rtsp_host_take(struct rtsp_conn *conn)
{
	enum rtsp_counter why;

	spin_lock_bh(&conn->host->bucket->lock);
	why = rtsp_host_charge(conn->host);
	spin_unlock_bh(&conn->host->bucket->lock);
	return why;
}

void rtsp_host_give_back(struct rtsp_conn *conn)
{
	struct rtsp_host *host = conn->host;

	spin_lock_bh(&host->bucket->lock);
	host->mappings--;
	host->tokens += HZ;
	spin_unlock_bh(&host->bucket->lock);
}

void rtsp_host_put(struct rtsp_conn *conn)
{
	struct rtsp_host *host = conn->host;

	spin_lock_bh(&host->bucket->lock);
	host->mappings--;
	spin_unlock_bh(&host->bucket->lock);
}

void rtsp_host_begin_linger(struct rtsp_conn *conn)
{
	struct rtsp_host *host = conn->host;

	spin_lock_bh(&host->bucket->lock);
	list_add(&conn->host_node, &host->lingering);
	spin_unlock_bh(&host->bucket->lock);
}

void rtsp_host_end_linger(struct rtsp_conn *conn)
{
	struct rtsp_host *host = conn->host;

	spin_lock_bh(&host->bucket->lock);
	list_del(&conn->host_node);
	spin_unlock_bh(&host->bucket->lock);
}

/* Those that lingered last.  They are freed after a grace period only. */
static unsigned int rtsp_host_lingering(const struct rtsp_conn *conn,
					struct rtsp_conn **others)
{
	struct rtsp_host *host = conn->host;
	struct rtsp_conn *other;
	unsigned int count = 0;

	spin_lock_bh(&host->bucket->lock);
	list_for_each_entry(other, &host->lingering, host_node) {
		if (other != conn)
			others[count++] = other;
		if (count == RTSP_HOST_LOOK)
			break;
	}
	spin_unlock_bh(&host->bucket->lock);
	return count;
}

/* Two connections that try for each other both fail, and neither waits. */
static bool rtsp_host_try(struct rtsp_conn *other, const struct rtsp_ask *ask)
{
	int number;

	if (!spin_trylock_bh(&other->lock))
		return false;
	number = rtsp_is_in_way(other, ask);
	if (number >= 0)
		rtsp_release(other, number);
	spin_unlock_bh(&other->lock);
	return number >= 0;
}

bool rtsp_host_reclaim(const struct rtsp_ask *ask)
{
	struct rtsp_conn *others[RTSP_HOST_LOOK];
	unsigned int i, count = rtsp_host_lingering(ask->conn, others);

	for (i = 0; i < count; i++) {
		if (rtsp_host_try(others[i], ask))
			return true;
	}
	return false;
}

void rtsp_host_leave(struct rtsp_conn *conn)
{
	struct rtsp_host *host = conn->host;
	struct rtsp_bucket *bucket;

	if (!host)
		return;
	conn->host = NULL;
	bucket = host->bucket;
	spin_lock_bh(&bucket->lock);
	host->connections--;
	if (!host->connections && !host->listed)
		kfree(host);
	spin_unlock_bh(&bucket->lock);
}

static bool rtsp_host_is_idle(const struct rtsp_host *host)
{
	return !host->connections && jiffies - host->filled >= RTSP_HOST_BURST;
}

bool rtsp_host_reap(const struct net *net)
{
	unsigned int i;

	for (i = 0; i < RTSP_HOST_BUCKETS; i++) {
		struct rtsp_bucket *bucket = &rtsp_buckets[i];
		struct rtsp_host *host;
		struct hlist_node *next;

		spin_lock_bh(&bucket->lock);
		hlist_for_each_entry_safe(host, next, &bucket->hosts, node) {
			if (net ? net_eq(host->net, net) :
				  rtsp_host_is_idle(host))
				rtsp_host_unlist(host);
		}
		spin_unlock_bh(&bucket->lock);
	}
	return atomic_read(&rtsp_hosts);
}

void rtsp_host_init(void)
{
	unsigned int i;

	get_random_bytes(&rtsp_host_seed, sizeof(rtsp_host_seed));
	for (i = 0; i < RTSP_HOST_BUCKETS; i++) {
		spin_lock_init(&rtsp_buckets[i].lock);
		INIT_HLIST_HEAD(&rtsp_buckets[i].hosts);
	}
}

void rtsp_host_exit(void)
{
	unsigned int i;

	for (i = 0; i < RTSP_HOST_BUCKETS; i++) {
		struct rtsp_host *host;
		struct hlist_node *next;

		hlist_for_each_entry_safe(host, next, &rtsp_buckets[i].hosts,
					  node)
			rtsp_host_unlist(host);
	}
}
