// SPDX-License-Identifier: GPL-2.0-only
/* Counters of each network namespace, in /proc/net/nf_conntrack_rtsp. */

#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/percpu.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "nf_conntrack_rtsp_proc.h"
#include "nf_conntrack_rtsp_state.h"

#define RTSP_PROC_NAME	"nf_conntrack_rtsp"

static_assert(RTSPNAT_NOTES <= 32);	/* the bits of step.notes */

struct rtsp_stats {
	unsigned long counter[RTSP_COUNTERS];
	unsigned long note[RTSPNAT_NOTES];
};

struct rtsp_net {
	struct rtsp_stats __percpu *stats;
	unsigned int open;	/* written under the lock of the list */
};

static const char *const rtsp_counter_name[RTSP_COUNTERS] = {
	[RTSP_CONNECTIONS]	= "connections_total",
	[RTSP_MIDSTREAM]	= "midstream",
	[RTSP_FAST_OPEN]	= "fast_open",
	[RTSP_NO_NAT_MODULE]	= "no_nat_module",
	[RTSP_TOO_MANY]		= "too_many_connections",
	[RTSP_NO_MEMORY]	= "no_memory",
	[RTSP_NOT_LINEAR]	= "not_linear",
	[RTSP_EDIT_FAILED]	= "edit_failed",
	[RTSP_REWRITE_FAILED]	= "rewrite_failed",
	[RTSP_PORT_BUSY]	= "port_busy",
	[RTSP_RESERVE_FAILED]	= "reserve_failed",
	[RTSP_OUTBOUND_FAILED]	= "outbound_failed",
	[RTSP_DROPPED]		= "dropped",
};

static unsigned int rtsp_net_id __read_mostly;

static struct rtsp_net *rtsp_pernet(const struct net *net)
{
	return net_generic(net, rtsp_net_id);
}

void rtsp_count(const struct net *net, enum rtsp_counter counter)
{
	this_cpu_inc(rtsp_pernet(net)->stats->counter[counter]);
}

void rtsp_count_note(const struct net *net, enum rtspnat_note note)
{
	this_cpu_inc(rtsp_pernet(net)->stats->note[note]);
}

void rtsp_count_notes(const struct net *net, u32 notes)
{
	unsigned long bits = notes;
	unsigned int note;

	for_each_set_bit(note, &bits, RTSPNAT_NOTES)
		this_cpu_inc(rtsp_pernet(net)->stats->note[note]);
}

void rtsp_count_open(const struct net *net, int change)
{
	struct rtsp_net *rn = rtsp_pernet(net);

	WRITE_ONCE(rn->open, rn->open + change);
}

static int rtsp_seq_show(struct seq_file *seq, void *v)
{
	const struct rtsp_net *rn = rtsp_pernet(seq_file_single_net(seq));
	struct rtsp_stats sum = {};
	unsigned int i;
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct rtsp_stats *stats = per_cpu_ptr(rn->stats, cpu);

		for (i = 0; i < RTSP_COUNTERS; i++)
			sum.counter[i] += READ_ONCE(stats->counter[i]);
		for (i = 0; i < RTSPNAT_NOTES; i++)
			sum.note[i] += READ_ONCE(stats->note[i]);
	}

	seq_printf(seq, "connections_open %u\n", READ_ONCE(rn->open));
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
