/* SPDX-License-Identifier: GPL-2.0-only */
/* What each network namespace counts, and the file that shows it: /proc/net/nf_conntrack_rtsp.
 *
 * A counter (enum rtsp_counter, enum rtspnat_note) says how often something ever happened, a
 * gauge (enum rtsp_gauge) how many of something there are now:
 *
 *	rtsp_count(net, RTSP_DROPPED);
 *	rtsp_gauge_add(net, RTSP_NOW_HOSTS, 1);
 */
#ifndef _RTSP_STATS_H
#define _RTSP_STATS_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <net/net_namespace.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netns/generic.h>
#include <rtspnat.h>

/* What ever happened.  The core has counters of its own, enum rtspnat_note. */
enum rtsp_counter {
	RTSP_CONNECTIONS,	/* states ever made */
	RTSP_MIDSTREAM,		/* opening not seen */
	RTSP_PICKED_UP,		/* and read all the same, from another router on */
	RTSP_FAST_OPEN,		/* payload on a SYN */
	RTSP_NO_NAT_MODULE,	/* NATed, and nf_nat_rtsp not there */
	RTSP_SERVER_FIRST,	/* the server has talked first */
	RTSP_TOO_MANY,		/* beyond max_connections: no mapping, or left alone */
	RTSP_TOO_MANY_OF_HOST,	/* beyond what one host may have of it: the same */
	RTSP_GAVE_WAY_IDLE,	/* states that were let go for others: they waited for nothing, */
	RTSP_GAVE_WAY_WAITING,	/* or for a reply that needs no help, */
	RTSP_GAVE_WAY_UNFINISHED, /* or had begun a message and not gone on: left alone */
	RTSP_GAVE_WAY_UNANSWERED, /* mappings that waited for an answer, let go for others, */
	RTSP_GAVE_WAY_LINGERING, /* or that lingered, for the same host */
	RTSP_NO_MEMORY,		/* no state or no expectation to be had */
	RTSP_NOT_LINEAR,	/* payload cannot be made readable */
	RTSP_EDIT_FAILED,	/* payload cannot be made writable: passes */
	RTSP_REWRITE_FAILED,	/* that, where bytes are moved: dropped */
	RTSP_PORT_BUSY,		/* a proposed port is taken */
	RTSP_TOO_MANY_EXPECTATIONS, /* beyond what one host or all may have */
	RTSP_TOO_MANY_UNANSWERED, /* beyond what may wait for an answer of these */
	RTSP_TABLE_FULL,	/* of expectations, though there should be room */
	RTSP_RESERVE_FAILED,	/* no expectation could be registered */
	RTSP_OUTBOUND_FAILED,	/* media let in but not led out */
	RTSP_FLOW_FAILED,	/* a flow that was agreed on is expected instead */
	RTSP_SOURCE_REPLACED,	/* flows beyond those that one expectation may let in */
	RTSP_REDIRECTED,	/* control connections expected elsewhere */
	RTSP_TOO_MANY_REDIRECTS, /* of a connection that is one itself */
	RTSP_DROPPED,		/* segments dropped, as the core asked for */
	RTSP_TOO_MANY_MAPPINGS,	/* beyond max_mappings_per_host */
	RTSP_TOO_FAST,		/* beyond mappings_per_second */
	RTSP_TOO_MANY_HOSTS,	/* no room for one more, or no memory */
	RTSP_MAPPINGS_TOTAL,	/* ever reserved or published */
	RTSP_MAPPINGS_RELEASED,	/* ever ended */
	RTSP_COUNTERS
};

/* The file shows all but the last. */
enum rtsp_gauge {
	RTSP_NOW_OPEN,		/* connections that have a state */
	RTSP_NOW_RESERVED,	/* mappings, in the order of enum rtsp_mapping_state */
	RTSP_NOW_LIVE,
	RTSP_NOW_LINGERING,
	RTSP_NOW_PUBLISHED,	/* mappings whose ports are published */
	RTSP_NOW_EXPECTATIONS,	/* those that mappings and redirections have registered, */
	RTSP_NOW_ASKING,	/* and those of them that wait for an answer */
	RTSP_NOW_HOSTS,		/* entries in the table of hosts */
	RTSP_NOW_HOLDING,	/* connections that hold a mapping */
	RTSP_GAUGES
};

struct rtsp_stats;

/* All that the module keeps for a namespace. */
struct rtsp_net {
	struct rtsp_stats __percpu *stats;
	atomic_t gauge[RTSP_GAUGES];
	/* Of quota.c: how many expectations the full table held, and since when that is known,
	 * in jiffies; 0: never.
	 */
	unsigned int limit;
	unsigned long limited;
	/* Of mapping.c: connections that wait for an answer, those that have waited longest
	 * first.
	 */
	spinlock_t asking_lock;
	struct list_head asking;
};

extern unsigned int rtsp_net_id;

static inline struct rtsp_net *rtsp_net(const struct net *net)
{
	return net_generic(net, rtsp_net_id);
}

/* A namespace begins, or ends.  The first returns 0 or a negative error number. */
int rtsp_stats_init(struct net *net);
void rtsp_stats_exit(struct net *net);

void rtsp_count(const struct net *net, enum rtsp_counter counter);
void rtsp_count_note(const struct net *net, enum rtspnat_note note);
/* Each bit of @notes is one of enum rtspnat_note. */
void rtsp_count_notes(const struct net *net, u64 notes);
/* The counter itself, for this_cpu_inc() by a caller who counts too often to look it up.  The
 * pointer is valid as long as @net.
 */
unsigned long __percpu *rtsp_note_counter(const struct net *net, enum rtspnat_note note);
/* Count @counter, and say in the administrator's packet log (nf_log) that @what became of @skb, a
 * packet of @ct, for this reason.
 */
void rtsp_count_and_log(struct sk_buff *skb, const struct nf_conn *ct,
			const char *what, enum rtsp_counter counter);

void rtsp_gauge_add(const struct net *net, enum rtsp_gauge gauge, int change);
/* How many there are in @net alone; in the pool of @net, which is the initial namespace or all
 * others together, because anybody may be able to make those; and in all.
 */
unsigned int rtsp_gauge(const struct net *net, enum rtsp_gauge gauge);
unsigned int rtsp_gauge_pool(const struct net *net, enum rtsp_gauge gauge);
unsigned int rtsp_gauge_all(enum rtsp_gauge gauge);

/* Is @net the initial namespace? */
static inline bool rtsp_is_initial(const struct net *net)
{
	return net_eq(net, &init_net);
}

#endif /* _RTSP_STATS_H */
