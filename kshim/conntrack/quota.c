// SPDX-License-Identifier: GPL-2.0-only
/* What one host may have: limits on its connections, mappings and expectations. */

#include <linux/jiffies.h>
#include <linux/moduleparam.h>
#include <linux/spinlock.h>

#include "host.h"

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

/* A site may have so many times what one host may have. */
static unsigned int rtsp_host_weight(const struct rtsp_host *host)
{
	return host->key.is_site ? 2 : 1;
}

bool rtsp_host_may_stay(const struct rtsp_conn *conn, unsigned int others,
			unsigned int most)
{
	const struct rtsp_host *host;

	for (host = conn->host; host; host = host->site) {
		unsigned int share = rtsp_host_weight(host) *
				     DIV_ROUND_UP(most, 4);

		if (READ_ONCE(host->connections) > share &&
		    most - others <= most / 2)
			return false;
	}
	return true;
}

unsigned int rtsp_host_connections(const struct rtsp_conn *conn)
{
	return conn->host ? READ_ONCE(conn->host->connections) : 0;
}

unsigned int rtsp_host_asking(const struct rtsp_conn *conn)
{
	return conn->host ? READ_ONCE(conn->host->asking) : 0;
}

bool rtsp_host_shares(const struct rtsp_conn *conn,
		      const struct rtsp_conn *other)
{
	const struct rtsp_host *mine = conn->host, *theirs = other->host;

	if (!mine || !theirs)
		return false;
	return mine == theirs || mine == theirs->site || mine->site == theirs ||
	       (mine->site && mine->site == theirs->site);
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

static enum rtsp_counter rtsp_host_charge(struct rtsp_host *first)
{
	unsigned int most = READ_ONCE(max_mappings_per_host);
	unsigned int rate = READ_ONCE(mappings_per_second);
	struct rtsp_host *host;

	for (host = first; host; host = host->site) {
		unsigned int weight = rtsp_host_weight(host);

		if (most && host->mappings / weight >= most)
			return RTSP_TOO_MANY_MAPPINGS;
		if (!rate)
			continue;
		rtsp_host_fill(host, rate * weight);
		if (host->tokens < HZ)
			return RTSP_TOO_FAST;
	}
	for (host = first; host; host = host->site) {
		host->mappings++;
		if (rate)
			host->tokens -= HZ;
	}
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

bool rtsp_host_may_expect(const struct rtsp_conn *conn, unsigned int count)
{
	const struct net *net = nf_ct_net(conn->ct);
	unsigned int most = rtsp_expectations_max(net);
	unsigned int all = rtsp_expectations(net) + count;
	const struct rtsp_host *host;

	if (all > most - most / 4)
		return false;
	for (host = conn->host; host && all > most / 2; host = host->site) {
		if (READ_ONCE(host->expectations) + count >
		    rtsp_host_weight(host) * most / 4)
			return false;
	}
	return true;
}

bool rtsp_host_may_ask(const struct rtsp_conn *conn, unsigned int count)
{
	const struct net *net = nf_ct_net(conn->ct);
	unsigned int most = rtsp_expectations_max(net);
	unsigned int all = rtsp_expectations_asking(net) + count;
	const struct rtsp_host *host;

	if (all > (most - most / 4) / 2)
		return false;
	for (host = conn->host; host && all > most / 4; host = host->site) {
		if (READ_ONCE(host->asking) + count >
		    rtsp_host_weight(host) * most / 8)
			return false;
	}
	return true;
}

bool rtsp_host_may_spare(const struct rtsp_conn *conn)
{
	const struct net *net = nf_ct_net(conn->ct);
	unsigned int most = rtsp_expectations_max(net);

	return rtsp_host_may_expect(conn, 1) &&
	       (rtsp_expectations(net) < most / 2 ||
		READ_ONCE(conn->host->expectations) < most / 8);
}

void rtsp_host_expect(const struct rtsp_conn *conn, int change)
{
	struct rtsp_host *host;

	spin_lock_bh(&rtsp_hosts_lock);
	for (host = conn->host; host; host = host->site)
		WRITE_ONCE(host->expectations, host->expectations + change);
	spin_unlock_bh(&rtsp_hosts_lock);
	rtsp_count_expectations(nf_ct_net(conn->ct), change);
}

void rtsp_host_ask(const struct rtsp_conn *conn, int change)
{
	struct rtsp_host *host;

	spin_lock_bh(&rtsp_hosts_lock);
	for (host = conn->host; host; host = host->site)
		WRITE_ONCE(host->asking, host->asking + change);
	spin_unlock_bh(&rtsp_hosts_lock);
	rtsp_count_asking(nf_ct_net(conn->ct), change);
}

void rtsp_host_table_full(const struct rtsp_conn *conn)
{
	rtsp_limit_expectations(nf_ct_net(conn->ct));
}

enum rtsp_counter rtsp_host_take(struct rtsp_conn *conn)
{
	enum rtsp_counter why;

	spin_lock_bh(&rtsp_hosts_lock);
	why = rtsp_host_charge(conn->host);
	spin_unlock_bh(&rtsp_hosts_lock);
	return why;
}

void rtsp_host_give_back(struct rtsp_conn *conn)
{
	struct rtsp_host *host;

	spin_lock_bh(&rtsp_hosts_lock);
	for (host = conn->host; host; host = host->site) {
		host->mappings--;
		host->tokens += HZ;
	}
	spin_unlock_bh(&rtsp_hosts_lock);
}

void rtsp_host_put(struct rtsp_conn *conn)
{
	struct rtsp_host *host;

	spin_lock_bh(&rtsp_hosts_lock);
	for (host = conn->host; host; host = host->site)
		host->mappings--;
	spin_unlock_bh(&rtsp_hosts_lock);
}
