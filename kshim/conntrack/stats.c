// SPDX-License-Identifier: GPL-2.0-only
/* What each network namespace counts, and the file that shows it. */

#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/net.h>
#include <linux/percpu.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <net/netfilter/nf_log.h>

#include "stats.h"

#define RTSP_PROC_NAME	"nf_conntrack_rtsp"

static_assert(RTSPNAT_NOTES <= 64);	/* the bits of rtspnat_done.notes */

/* By enum rtsp_counter; the notes of the core lie behind these. */
struct rtsp_stats {
	unsigned long counter[RTSP_COUNTERS + RTSPNAT_NOTES];
};

unsigned int rtsp_net_id __read_mostly;

/* Of the initial namespace, and of all others together. */
static atomic_t rtsp_pool_gauge[2][RTSP_GAUGES];

static const char *const rtsp_counter_name[RTSP_COUNTERS] = {
	[RTSP_CONNECTIONS]	= "connections_total",
	[RTSP_MIDSTREAM]	= "midstream",
	[RTSP_PICKED_UP]	= "picked_up",
	[RTSP_FAST_OPEN]	= "fast_open",
	[RTSP_NO_NAT_MODULE]	= "no_nat_module",
	[RTSP_SERVER_FIRST]	= "server_first",
	[RTSP_TOO_MANY]		= "too_many_connections",
	[RTSP_TOO_MANY_OF_HOST]	= "too_many_of_host",
	[RTSP_GAVE_WAY_IDLE]	= "gave_way_idle",
	[RTSP_GAVE_WAY_WAITING]	= "gave_way_waiting",
	[RTSP_GAVE_WAY_UNFINISHED] = "gave_way_unfinished",
	[RTSP_GAVE_WAY_UNANSWERED] = "gave_way_unanswered",
	[RTSP_GAVE_WAY_LINGERING] = "gave_way_lingering",
	[RTSP_NO_MEMORY]	= "no_memory",
	[RTSP_NOT_LINEAR]	= "not_linear",
	[RTSP_EDIT_FAILED]	= "edit_failed",
	[RTSP_REWRITE_FAILED]	= "rewrite_failed",
	[RTSP_PORT_BUSY]	= "port_busy",
	[RTSP_TOO_MANY_EXPECTATIONS] = "too_many_expectations",
	[RTSP_TOO_MANY_UNANSWERED] = "too_many_unanswered",
	[RTSP_TABLE_FULL]	= "expectation_table_full",
	[RTSP_RESERVE_FAILED]	= "reserve_failed",
	[RTSP_OUTBOUND_FAILED]	= "outbound_failed",
	[RTSP_FLOW_FAILED]	= "flow_failed",
	[RTSP_SOURCE_REPLACED]	= "source_replaced",
	[RTSP_REDIRECTED]	= "redirected",
	[RTSP_TOO_MANY_REDIRECTS] = "too_many_redirects",
	[RTSP_DROPPED]		= "dropped",
	[RTSP_TOO_MANY_MAPPINGS] = "too_many_mappings",
	[RTSP_TOO_FAST]		= "too_fast",
	[RTSP_TOO_MANY_HOSTS]	= "too_many_hosts",
	[RTSP_MAPPINGS_TOTAL]	= "mappings_total",
	[RTSP_MAPPINGS_RELEASED] = "mappings_released",
};

static const char *const rtsp_gauge_name[RTSP_NOW_HOLDING] = {
	[RTSP_NOW_OPEN]		= "connections_open",
	[RTSP_NOW_RESERVED]	= "mappings_reserved",
	[RTSP_NOW_LIVE]		= "mappings_live",
	[RTSP_NOW_LINGERING]	= "mappings_lingering",
	[RTSP_NOW_PUBLISHED]	= "mappings_published",
	[RTSP_NOW_EXPECTATIONS]	= "expectations",
	[RTSP_NOW_ASKING]	= "expectations_asking",
	[RTSP_NOW_HOSTS]	= "hosts",
};

void rtsp_count(const struct net *net, enum rtsp_counter counter)
{
	this_cpu_inc(rtsp_net(net)->stats->counter[counter]);
}

/* The log may go to a slow console, and a host may ask again as fast as it likes: so the rate is
 * limited.  nf_ct_helper_log() would read the helper, which may end on another CPU.
 */
void rtsp_count_and_log(struct sk_buff *skb, const struct nf_conn *ct,
			const char *what, enum rtsp_counter counter)
{
	rtsp_count(nf_ct_net(ct), counter);
	if (net_ratelimit())
		nf_log_packet(nf_ct_net(ct), nf_ct_l3num(ct), 0, skb, NULL, NULL, NULL,
			      "nf_ct_rtsp: %s: %s ", what, rtsp_counter_name[counter]);
}

unsigned long __percpu *rtsp_note_counter(const struct net *net, enum rtspnat_note note)
{
	return &rtsp_net(net)->stats->counter[RTSP_COUNTERS + note];
}

void rtsp_count_note(const struct net *net, enum rtspnat_note note)
{
	this_cpu_inc(*rtsp_note_counter(net, note));
}

void rtsp_count_notes(const struct net *net, u64 notes)
{
	for (; notes; notes &= notes - 1)
		rtsp_count_note(net, __ffs64(notes));
}

void rtsp_gauge_add(const struct net *net, enum rtsp_gauge gauge, int change)
{
	atomic_add(change, &rtsp_net(net)->gauge[gauge]);
	atomic_add(change, &rtsp_pool_gauge[rtsp_is_initial(net)][gauge]);
}

unsigned int rtsp_gauge(const struct net *net, enum rtsp_gauge gauge)
{
	return atomic_read(&rtsp_net(net)->gauge[gauge]);
}

unsigned int rtsp_gauge_pool(const struct net *net, enum rtsp_gauge gauge)
{
	return atomic_read(&rtsp_pool_gauge[rtsp_is_initial(net)][gauge]);
}

unsigned int rtsp_gauge_all(enum rtsp_gauge gauge)
{
	return atomic_read(&rtsp_pool_gauge[0][gauge]) +
	       atomic_read(&rtsp_pool_gauge[1][gauge]);
}

static unsigned long rtsp_sum(const struct net *net, unsigned int i)
{
	const struct rtsp_stats __percpu *stats = rtsp_net(net)->stats;
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(stats, cpu)->counter[i]);
	return sum;
}

static int rtsp_seq_show(struct seq_file *seq, void *v)
{
	const struct net *net = seq_file_single_net(seq);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rtsp_gauge_name); i++)
		seq_printf(seq, "%s %u\n", rtsp_gauge_name[i], rtsp_gauge(net, i));
	for (i = 0; i < RTSP_COUNTERS; i++)
		seq_printf(seq, "%s %lu\n", rtsp_counter_name[i], rtsp_sum(net, i));
	for (i = 0; i < RTSPNAT_NOTES; i++)
		seq_printf(seq, "%s %lu\n", rtspnat_note_name(i), rtsp_sum(net, RTSP_COUNTERS + i));
	return 0;
}

int rtsp_stats_init(struct net *net)
{
	struct rtsp_net *rn = rtsp_net(net);

	rn->stats = alloc_percpu(struct rtsp_stats);
	if (!rn->stats)
		return -ENOMEM;

	if (IS_ENABLED(CONFIG_PROC_FS) &&
	    !proc_create_net_single(RTSP_PROC_NAME, 0444, net->proc_net,
				    rtsp_seq_show, NULL)) {
		free_percpu(rn->stats);
		return -ENOMEM;
	}
	return 0;
}

void rtsp_stats_exit(struct net *net)
{
	remove_proc_entry(RTSP_PROC_NAME, net->proc_net);
	free_percpu(rtsp_net(net)->stats);
}
