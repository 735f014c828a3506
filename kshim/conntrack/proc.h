/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters of each network namespace, in /proc/net/nf_conntrack_rtsp. */
#ifndef _RTSP_PROC_H
#define _RTSP_PROC_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <net/net_namespace.h>
#include <rtspnat.h>

#include "state.h"

/* What the shim counts; the core has its own, enum rtspnat_note. */
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

int rtsp_proc_init(void);
void rtsp_proc_exit(void);

void rtsp_count(const struct net *net, enum rtsp_counter counter);
void rtsp_count_note(const struct net *net, enum rtspnat_note note);

/* For this_cpu_inc(), by those who count too often to look it up; as long as @net. */
unsigned long __percpu *rtsp_note_counter(const struct net *net,
					  enum rtspnat_note note);
void rtsp_count_notes(const struct net *net, u64 notes);
void rtsp_count_open(const struct net *net, int change);
/* Connections that are followed, and those of them that hold a mapping. */
unsigned int rtsp_open(const struct net *net);
unsigned int rtsp_holding(const struct net *net);
void rtsp_count_holding(const struct net *net, int change);
/* Entries in the table of hosts. */
unsigned int rtsp_hosts_in(const struct net *net);
void rtsp_count_hosts(const struct net *net, int change);

/* Connections that have reserved something and have had no answer, the oldest first. */
struct rtsp_asking {
	spinlock_t lock;	/* of the list */
	struct list_head conns;
};

struct rtsp_asking *rtsp_asking_list(const struct net *net);

/* Expectations that are registered, and how many the table was found to hold lately. */
unsigned int rtsp_expectations(const struct net *net);
void rtsp_count_expectations(const struct net *net, int change);
/* Those of them that wait for an answer. */
unsigned int rtsp_expectations_asking(const struct net *net);
void rtsp_count_asking(const struct net *net, int change);
unsigned int rtsp_expectation_limit(const struct net *net);
void rtsp_limit_expectations(const struct net *net);

/* A mapping goes from one state to another, or is published or not any more. */
void rtsp_count_mapping(const struct net *net, enum rtsp_mapping_state from,
			enum rtsp_mapping_state to);
void rtsp_count_published(const struct net *net, int change);

/* As in the file. */
const char *rtsp_counter_text(enum rtsp_counter counter);

#endif /* _RTSP_PROC_H */
