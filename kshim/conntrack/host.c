// SPDX-License-Identifier: GPL-2.0-only
/* The hosts whose connections the module follows.
 *
 * The table has all hosts that have a connection, or had mappings in the last two seconds.  Its
 * size is bounded, and so is each chain: a host that has nothing makes room for another, and the
 * module refuses a host that does not fit.
 */

#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack_zones.h>

#include "host.h"
#include "stats.h"

#define RTSP_HOST_BUCKETS	256
#define RTSP_HOST_CHAIN		32
#define RTSP_HOSTS		4096
/* Of these, in the first 64 bits of an IPv6 address. */
#define RTSP_HOSTS_OF_SITE	256

DEFINE_SPINLOCK(rtsp_hosts_lock);
static struct hlist_head rtsp_buckets[RTSP_HOST_BUCKETS];
static siphash_key_t rtsp_host_seed __read_mostly;

static bool rtsp_host_is_used(const struct rtsp_host *host)
{
	return host->connections || host->hosts;
}

static void rtsp_host_key(struct rtsp_host_key *key, const struct nf_conn *ct)
{
	memset(key, 0, sizeof(*key));
	key->addr = ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.src.u3;
	key->net = (unsigned long)nf_ct_net(ct);
	key->zone = nf_ct_zone(ct)->id;
	key->l3num = nf_ct_l3num(ct);
}

static struct hlist_head *rtsp_host_bucket(const struct rtsp_host_key *key)
{
	return &rtsp_buckets[siphash(key, sizeof(*key), &rtsp_host_seed) %
			     RTSP_HOST_BUCKETS];
}

static void rtsp_host_free(struct rtsp_host *host)
{
	struct rtsp_host *site = host->site;

	if (host->listed || rtsp_host_is_used(host))
		return;
	kfree(host);
	if (!site)
		return;
	site->hosts--;
	if (!site->listed && !rtsp_host_is_used(site))
		kfree(site);
}

static void rtsp_host_unlist(struct rtsp_host *host)
{
	hlist_del(&host->node);
	host->listed = false;
	rtsp_gauge_add(host->net, RTSP_NOW_HOSTS, -1);
	rtsp_host_free(host);
}

/* Namespaces other than the initial one have half as many together, and each of them a half of
 * that.
 */
static bool rtsp_hosts_are_full(const struct net *net)
{
	unsigned int all = rtsp_gauge_pool(net, RTSP_NOW_HOSTS);

	if (rtsp_is_initial(net))
		return all >= RTSP_HOSTS;
	return all >= RTSP_HOSTS / 2 ||
	       rtsp_gauge(net, RTSP_NOW_HOSTS) >= RTSP_HOSTS / 4;
}

/* A host that has nothing makes room.  What it has used up lately is forgotten with it. */
static bool rtsp_host_make_room(struct hlist_head *bucket, const struct net *net)
{
	struct rtsp_host *host;

	hlist_for_each_entry(host, bucket, node) {
		if (!rtsp_host_is_used(host) && net_eq(host->net, net)) {
			rtsp_host_unlist(host);
			return true;
		}
	}
	return false;
}

static struct rtsp_host *rtsp_host_new(struct hlist_head *bucket,
				       const struct rtsp_host_key *key,
				       const struct net *net,
				       struct rtsp_host *site)
{
	struct rtsp_host *host;

	host = kzalloc(sizeof(*host), GFP_ATOMIC | __GFP_NOWARN);
	if (!host)
		return NULL;
	host->key = *key;
	host->net = net;
	host->filled = jiffies - RTSP_HOST_BURST;
	host->listed = true;
	INIT_LIST_HEAD(&host->lingering);
	hlist_add_head(&host->node, bucket);
	rtsp_gauge_add(net, RTSP_NOW_HOSTS, 1);
	host->site = site;
	if (site)
		site->hosts++;
	return host;
}

static struct rtsp_host *rtsp_host_get(const struct rtsp_host_key *key,
				       const struct net *net,
				       struct rtsp_host *site)
{
	struct hlist_head *bucket = rtsp_host_bucket(key);
	struct rtsp_host *host;
	unsigned int length = 0;

	hlist_for_each_entry(host, bucket, node) {
		if (!memcmp(&host->key, key, sizeof(*key)))
			return host;
		length++;
	}
	/* The caller counts as one of them. */
	if (site && site->hosts > RTSP_HOSTS_OF_SITE)
		return NULL;
	if ((length >= RTSP_HOST_CHAIN || rtsp_hosts_are_full(net)) &&
	    !rtsp_host_make_room(bucket, net))
		return NULL;
	return rtsp_host_new(bucket, key, net, site);
}

/* Hosts beyond those that a site may have share what the site itself may have. */
static struct rtsp_host *rtsp_host_find(const struct nf_conn *ct)
{
	const struct net *net = nf_ct_net(ct);
	struct rtsp_host_key key, site_key;
	struct rtsp_host *site, *host;

	rtsp_host_key(&key, ct);
	if (key.l3num == NFPROTO_IPV4)
		return rtsp_host_get(&key, net, NULL);

	site_key = key;
	site_key.addr.ip6[2] = 0;
	site_key.addr.ip6[3] = 0;
	site_key.is_site = 1;
	site = rtsp_host_get(&site_key, net, NULL);
	if (!site)
		return NULL;
	site->hosts++;	/* so that it does not make room itself */
	host = rtsp_host_get(&key, net, site);
	site->hosts--;
	return host ?: site;
}

static void rtsp_host_connect(struct rtsp_host *host, int change)
{
	for (; host; host = host->site)
		WRITE_ONCE(host->connections, host->connections + change);
}

struct rtsp_host *rtsp_host_enter(const struct nf_conn *ct)
{
	struct rtsp_host *host;

	spin_lock_bh(&rtsp_hosts_lock);
	host = rtsp_host_find(ct);
	rtsp_host_connect(host, 1);
	spin_unlock_bh(&rtsp_hosts_lock);
	return host;
}

void rtsp_host_leave(struct rtsp_host *host)
{
	if (!host)
		return;
	spin_lock_bh(&rtsp_hosts_lock);
	rtsp_host_connect(host, -1);
	rtsp_host_free(host);
	spin_unlock_bh(&rtsp_hosts_lock);
}

bool rtsp_host_shares(const struct rtsp_host *mine, const struct rtsp_host *theirs)
{
	return mine == theirs || mine == theirs->site || mine->site == theirs ||
	       (mine->site && mine->site == theirs->site);
}

static bool rtsp_host_is_idle(const struct rtsp_host *host)
{
	return !rtsp_host_is_used(host) &&
	       jiffies - host->filled >= RTSP_HOST_BURST;
}

static void rtsp_host_reap_bucket(struct hlist_head *bucket, const struct net *net)
{
	struct rtsp_host *host;
	struct hlist_node *next;

	hlist_for_each_entry_safe(host, next, bucket, node) {
		if (net ? net_eq(host->net, net) : rtsp_host_is_idle(host))
			rtsp_host_unlist(host);
	}
}

void rtsp_host_reap(const struct net *net)
{
	unsigned int i;

	for (i = 0; i < RTSP_HOST_BUCKETS; i++) {
		spin_lock_bh(&rtsp_hosts_lock);
		rtsp_host_reap_bucket(&rtsp_buckets[i], net);
		spin_unlock_bh(&rtsp_hosts_lock);
	}
}

void rtsp_host_init(void)
{
	get_random_bytes(&rtsp_host_seed, sizeof(rtsp_host_seed));
}
