// SPDX-License-Identifier: GPL-2.0-only
/* Limits on the connections, mappings and expectations of one host. */

#include <linux/jiffies.h>
#include <linux/limits.h>
#include <linux/spinlock.h>
#include <net/netfilter/nf_conntrack.h>

#include "params.h"
#include "quota.h"

/* How long the module believes that the table is as small as it was found. */
#define RTSP_LIMIT_TIME	(60 * HZ)

/* How many times what one host may have. */
static unsigned int rtsp_host_weight(const struct rtsp_host *host)
{
	return host->key.is_site ? 2 : 1;
}

bool rtsp_quota_may_stay(const struct rtsp_host *host, unsigned int others,
			 unsigned int most)
{
	for (; host; host = host->site) {
		unsigned int share = rtsp_host_weight(host) *
				     DIV_ROUND_UP(most, 4);

		if (READ_ONCE(host->connections) > share && most - others <= most / 2)
			return false;
	}
	return true;
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
	unsigned int most = rtsp_param(max_mappings_per_host);
	unsigned int rate = rtsp_param(mappings_per_second);
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

/* The kernel does not tell modules how many places its table has.  It begins with this number. */
static unsigned int rtsp_expectations_max(const struct net *net)
{
	const struct rtsp_net *rn = rtsp_net(net);
	unsigned int most = rtsp_param(expectations);
	unsigned long limited = READ_ONCE(rn->limited);

	if (!most)
		most = max(nf_conntrack_htable_size / 256, 1u) * 4;
	if (!limited || time_after(jiffies, limited + RTSP_LIMIT_TIME))
		return most;
	return min(most, READ_ONCE(rn->limit));
}

bool rtsp_quota_allows(const struct rtsp_host *host, enum rtsp_quota what,
		       unsigned int count)
{
	unsigned int most = rtsp_expectations_max(host->net);
	unsigned int all = rtsp_gauge(host->net, RTSP_NOW_EXPECTATIONS) + count;

	if (what == RTSP_QUOTA_ASKING) {
		all = rtsp_gauge(host->net, RTSP_NOW_ASKING) + count;
		most /= 2;
	}
	if (all > most - most / 4)
		return false;
	for (; host && all > most / 2; host = host->site) {
		if (READ_ONCE(host->expectations[what]) + count >
		    rtsp_host_weight(host) * most / 4)
			return false;
	}
	return true;
}

bool rtsp_quota_may_spare(const struct rtsp_host *host)
{
	unsigned int most = rtsp_expectations_max(host->net);

	return rtsp_quota_allows(host, RTSP_QUOTA_EXPECTED, 1) &&
	       (rtsp_gauge(host->net, RTSP_NOW_EXPECTATIONS) < most / 2 ||
		READ_ONCE(host->expectations[RTSP_QUOTA_EXPECTED]) < most / 8);
}

static void rtsp_host_add(struct rtsp_host *host, enum rtsp_quota what, int change)
{
	WRITE_ONCE(host->expectations[what], host->expectations[what] + change);
}

void rtsp_quota_add(struct rtsp_host *host, int expected, int asking)
{
	if (!expected && !asking)
		return;
	rtsp_gauge_add(host->net, RTSP_NOW_EXPECTATIONS, expected);
	rtsp_gauge_add(host->net, RTSP_NOW_ASKING, asking);
	spin_lock_bh(&rtsp_hosts_lock);
	for (; host; host = host->site) {
		rtsp_host_add(host, RTSP_QUOTA_EXPECTED, expected);
		rtsp_host_add(host, RTSP_QUOTA_ASKING, asking);
	}
	spin_unlock_bh(&rtsp_hosts_lock);
}

void rtsp_quota_table_full(const struct rtsp_host *host)
{
	struct rtsp_net *rn = rtsp_net(host->net);

	WRITE_ONCE(rn->limit, rtsp_gauge(host->net, RTSP_NOW_EXPECTATIONS));
	WRITE_ONCE(rn->limited, jiffies ?: 1);
}

enum rtsp_counter rtsp_quota_take(struct rtsp_host *host)
{
	enum rtsp_counter why;

	spin_lock_bh(&rtsp_hosts_lock);
	why = rtsp_host_charge(host);
	spin_unlock_bh(&rtsp_hosts_lock);
	return why;
}

void rtsp_quota_put(struct rtsp_host *host, bool was_made)
{
	spin_lock_bh(&rtsp_hosts_lock);
	for (; host; host = host->site) {
		host->mappings--;
		if (!was_made)
			host->tokens += HZ;
	}
	spin_unlock_bh(&rtsp_hosts_lock);
}
