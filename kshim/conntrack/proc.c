// SPDX-License-Identifier: GPL-2.0-only
/* Counters of each network namespace, in /proc/net/nf_conntrack_rtsp. */

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/jiffies.h>
#include <linux/limits.h>
#include <linux/percpu.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "host.h"
#include "proc.h"

/* That the table was found full is believed for so long. */
#define RTSP_LIMIT_TIME	(60 * HZ)
#define RTSP_PROC_NAME	"nf_conntrack_rtsp"

static_assert(RTSPNAT_NOTES <= 64);	/* the bits of step.notes */

struct rtsp_stats {
	unsigned long counter[RTSP_COUNTERS];
	unsigned long note[RTSPNAT_NOTES];
	/* Of which only the sum over all CPUs says anything; modulo 2^n. */
	unsigned long mappings[RTSP_MAPPING_STATES];
	unsigned long published;
};

struct rtsp_net {
	struct rtsp_stats __percpu *stats;
	unsigned int open;	/* written under the lock of the list */
	unsigned int hosts;	/* written under that of the hosts */
	atomic_t holding;
	atomic_t expectations;
	atomic_t expectations_asking;
	struct rtsp_asking asking;
	unsigned int limit;	/* of those */
	unsigned long limited;	/* in jiffies: since when; 0: never */
};

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

static const char *const rtsp_mapping_name[RTSP_MAPPING_STATES] = {
	[RTSP_MAPPING_RESERVED]	 = "mappings_reserved",
	[RTSP_MAPPING_LIVE]	 = "mappings_live",
	[RTSP_MAPPING_LINGERING] = "mappings_lingering",
};

const char *rtsp_counter_text(enum rtsp_counter counter)
{
	return rtsp_counter_name[counter];
}

static unsigned int rtsp_net_id __read_mostly;

static struct rtsp_net *rtsp_pernet(const struct net *net)
{
	return net_generic(net, rtsp_net_id);
}

void rtsp_count(const struct net *net, enum rtsp_counter counter)
{
	this_cpu_inc(rtsp_pernet(net)->stats->counter[counter]);
}

unsigned long __percpu *rtsp_note_counter(const struct net *net,
					  enum rtspnat_note note)
{
	return &rtsp_pernet(net)->stats->note[note];
}

void rtsp_count_note(const struct net *net, enum rtspnat_note note)
{
	this_cpu_inc(rtsp_pernet(net)->stats->note[note]);
}

void rtsp_count_notes(const struct net *net, u64 notes)
{
	/* One by one: 64 bits are two longs on some machines. */
	for (; notes; notes &= notes - 1)
		rtsp_count_note(net, __ffs64(notes));
}

void rtsp_count_mapping(const struct net *net, enum rtsp_mapping_state from,
			enum rtsp_mapping_state to)
{
	struct rtsp_stats __percpu *stats = rtsp_pernet(net)->stats;

	this_cpu_dec(stats->mappings[from]);
	this_cpu_inc(stats->mappings[to]);
	if (from == RTSP_MAPPING_NONE)
		rtsp_count(net, RTSP_MAPPINGS_TOTAL);
	if (to == RTSP_MAPPING_NONE)
		rtsp_count(net, RTSP_MAPPINGS_RELEASED);
}

void rtsp_count_published(const struct net *net, int change)
{
	this_cpu_add(rtsp_pernet(net)->stats->published, change);
}

unsigned int rtsp_expectations(const struct net *net)
{
	return atomic_read(&rtsp_pernet(net)->expectations);
}

void rtsp_count_expectations(const struct net *net, int change)
{
	atomic_add(change, &rtsp_pernet(net)->expectations);
}

unsigned int rtsp_expectations_asking(const struct net *net)
{
	return atomic_read(&rtsp_pernet(net)->expectations_asking);
}

void rtsp_count_asking(const struct net *net, int change)
{
	atomic_add(change, &rtsp_pernet(net)->expectations_asking);
}

struct rtsp_asking *rtsp_asking_list(const struct net *net)
{
	return &rtsp_pernet(net)->asking;
}

unsigned int rtsp_expectation_limit(const struct net *net)
{
	const struct rtsp_net *rn = rtsp_pernet(net);
	unsigned long limited = READ_ONCE(rn->limited);

	if (!limited || time_after(jiffies, limited + RTSP_LIMIT_TIME))
		return UINT_MAX;
	return READ_ONCE(rn->limit);
}

void rtsp_limit_expectations(const struct net *net)
{
	struct rtsp_net *rn = rtsp_pernet(net);

	WRITE_ONCE(rn->limit, rtsp_expectations(net));
	WRITE_ONCE(rn->limited, jiffies ?: 1);
}

unsigned int rtsp_open(const struct net *net)
{
	return READ_ONCE(rtsp_pernet(net)->open);
}

unsigned int rtsp_holding(const struct net *net)
{
	return atomic_read(&rtsp_pernet(net)->holding);
}

void rtsp_count_holding(const struct net *net, int change)
{
	atomic_add(change, &rtsp_pernet(net)->holding);
}

unsigned int rtsp_hosts_in(const struct net *net)
{
	return READ_ONCE(rtsp_pernet(net)->hosts);
}

void rtsp_count_hosts(const struct net *net, int change)
{
	struct rtsp_net *rn = rtsp_pernet(net);

	WRITE_ONCE(rn->hosts, rn->hosts + change);
}

void rtsp_count_open(const struct net *net, int change)
{
	struct rtsp_net *rn = rtsp_pernet(net);

	WRITE_ONCE(rn->open, rn->open + change);
}

static void rtsp_sum(const struct rtsp_net *rn, struct rtsp_stats *sum)
{
	unsigned int i;
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct rtsp_stats *stats = per_cpu_ptr(rn->stats, cpu);

		for (i = 0; i < RTSP_COUNTERS; i++)
			sum->counter[i] += READ_ONCE(stats->counter[i]);
		for (i = 0; i < RTSPNAT_NOTES; i++)
			sum->note[i] += READ_ONCE(stats->note[i]);
		for (i = 0; i < RTSP_MAPPING_STATES; i++)
			sum->mappings[i] += READ_ONCE(stats->mappings[i]);
		sum->published += READ_ONCE(stats->published);
	}
}

/* What there is now, then what ever was: of the shim, of the core. */
static int rtsp_seq_show(struct seq_file *seq, void *v)
{
	const struct rtsp_net *rn = rtsp_pernet(seq_file_single_net(seq));
	struct rtsp_stats sum = {};
	unsigned int i;

	rtsp_sum(rn, &sum);
	seq_printf(seq, "connections_open %u\n", READ_ONCE(rn->open));
	for (i = RTSP_MAPPING_RESERVED; i < RTSP_MAPPING_STATES; i++)
		seq_printf(seq, "%s %lu\n", rtsp_mapping_name[i],
			   sum.mappings[i]);
	seq_printf(seq, "mappings_published %lu\n", sum.published);
	seq_printf(seq, "expectations %u\n",
		   (unsigned int)atomic_read(&rn->expectations));
	seq_printf(seq, "expectations_asking %u\n",
		   (unsigned int)atomic_read(&rn->expectations_asking));
	seq_printf(seq, "hosts %u\n", READ_ONCE(rn->hosts));
	for (i = 0; i < RTSP_COUNTERS; i++)
		seq_printf(seq, "%s %lu\n", rtsp_counter_name[i],
			   sum.counter[i]);
	for (i = 0; i < RTSPNAT_NOTES; i++)
		seq_printf(seq, "%s %lu\n", rtspnat_note_name(i), sum.note[i]);
	return 0;
}

static int __net_init rtsp_net_init(struct net *net)
{
	struct rtsp_net *rn = rtsp_pernet(net);

	spin_lock_init(&rn->asking.lock);
	INIT_LIST_HEAD(&rn->asking.conns);
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

static void __net_exit rtsp_net_exit(struct net *net)
{
	remove_proc_entry(RTSP_PROC_NAME, net->proc_net);
	rtsp_conn_kill_net(net);
	rtsp_host_reap(net);
	free_percpu(rtsp_pernet(net)->stats);
}

static struct pernet_operations rtsp_net_ops = {
	.init	= rtsp_net_init,
	.exit	= rtsp_net_exit,
	.id	= &rtsp_net_id,
	.size	= sizeof(struct rtsp_net),
};

int rtsp_proc_init(void)
{
	return register_pernet_subsys(&rtsp_net_ops);
}

/* Takes the connections of every namespace with it. */
void rtsp_proc_exit(void)
{
	unregister_pernet_subsys(&rtsp_net_ops);
}
