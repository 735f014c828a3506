/* SPDX-License-Identifier: GPL-2.0-only */
/* The data that the module keeps of a connection, and no functions: the files above have those.
 *
 *	struct rtsp_helper	32 bytes in the conntrack, from the SYN on
 *	struct rtsp_conn	from the first byte that can begin a request (conn.h)
 *	struct rtsp_mapping	the ports of one SETUP, as long as they are held (mapping.h)
 *	struct rtsp_media	one of these ports, its expectations and its flows
 */
#ifndef _RTSP_STATE_H
#define _RTSP_STATE_H

#include <linux/build_bug.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <net/net_namespace.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_helper.h>
#include <rtspnat.h>

#include "../nat_hook.h"
#include "ports.h"

/* At least rtspnat_mappings(), which the module's init function checks. */
#define RTSP_MAPPINGS		16

/* All that one connection can have registered at a time. */
#define RTSP_EXPECTATIONS	(RTSP_MAPPINGS * RTSPNAT_PORTS * IP_CT_DIR_MAX)

enum rtsp_mapping_state {
	RTSP_MAPPING_NEW,		/* its first question is not answered yet */
	RTSP_MAPPING_RESERVED,		/* or published, and not live */
	RTSP_MAPPING_LIVE,
	RTSP_MAPPING_LINGERING,		/* the core has forgotten it */
	RTSP_MAPPING_STATES
};

/* Flows that come in by one expectation which names no source port. */
#define RTSP_SOURCES		4

#define RTSP_MOST_SILENT	15

/* One port of a mapping.  A reference is held to each expectation and to each flow; NULL: none. */
struct rtsp_media {
	struct nf_conntrack_expect *in;		/* of media from the peer */
	struct nf_conntrack_expect *out;	/* of media from the opener */
	/* The first one stands for @in while that is not registered. */
	struct nf_conn *flow[RTSP_SOURCES];
	struct rtsp_port port;		/* the outside port, as it is held */
	u32 kept;			/* the flow's timeout as set here; or the sum of all */
	u16 inside;			/* the opener's own port */
	u8 sent;			/* seconds in which flows that came by @in have sent, */
	u8 silent:4;			/* and seconds since then, up to RTSP_MOST_SILENT */
	u8 begun:RTSP_SOURCES;		/* bits of flows that the last sweep found unconfirmed */
};

struct rtsp_mapping {
	struct hlist_node node;		/* in conn->mappings */
	unsigned long until;		/* in jiffies, while the mapping lingers */
	struct rtsp_port *published;	/* the published ports, as they are held; NULL: none */
	u8 number;			/* the core's */
	u8 state;			/* enum rtsp_mapping_state */
	u8 flows;			/* bits of ports whose @in is not registered */
	u8 streams;			/* that use the ports, each from another of the peer's */
	bool any_source;		/* reserved from more than the peer */
	u8 count;			/* of ports, 1 to RTSPNAT_PORTS */
	struct rtsp_media media[];
};

struct rtsp_host;

/* There is one for each connection, so it holds what is needed between two messages alone. */
struct rtsp_conn {
	spinlock_t lock;		/* of each member for which nothing else is said */
	bool dead;			/* no expectation of it is made any more */
	bool natted;			/* its mappings need nf_nat_rtsp */
	bool grown;			/* seqadj counts on longer text */
	bool listed;			/* under rtsp_conns_lock */
	bool brief;			/* it has room for one segment only */
	bool pushes;			/* it has taken the room of another connection */
	bool gave_way;			/* its reservations were given to another one */
	u8 why;				/* enum rtsp_counter: why it lacks room */
	/* As rtsp_mapping_count() has found them. */
	u8 mappings_in[RTSP_MAPPING_STATES];
	u8 expected;			/* registered expectations, */
	u8 asking;			/* and those of them that wait for an answer */
	unsigned long used;		/* in jiffies: when its last segment came */
	/* Both under rtsp_net->asking_lock. */
	unsigned long asked_at;		/* in jiffies: since when one waits for an answer */
	struct list_head asking_node;	/* on the list while one does */
	struct rtsp_host *host;		/* of the opener; NULL if the table had no room */
	struct list_head host_node;	/* under rtsp_hosts_lock, on the list while one lingers */
	union {
		struct list_head list;	/* under rtsp_conns_lock */
		struct rcu_head rcu;	/* behind its end */
	};
	struct hlist_head mappings;
	struct nf_conntrack_expect *redirect;	/* a reference is held; NULL: none */
	struct nf_conn *ct;		/* a reference is held */
	unsigned long __percpu *interleaved;	/* a counter of the namespace */
	struct rtspnat_connection *core;
	u8 memory[] __aligned(8);	/* of which the core is made */
};

static_assert(RTSP_EXPECTATIONS <= U8_MAX);	/* conn->expected */

/* @next lets the loop release @mapping. */
#define rtsp_for_each_mapping(mapping, next, conn) \
	hlist_for_each_entry_safe(mapping, next, &(conn)->mappings, node)

/* A question of the core about one mapping. */
struct rtsp_ask {
	struct rtsp_conn *conn;
	const struct rtspnat_step *step;
	const struct rtspnat_mapping *asked;	/* of @step */
	const struct nf_nat_rtsp_hooks *nat;	/* NULL: no NAT, or no nf_nat_rtsp */
	struct sk_buff *skb;
	struct rtsp_mapping *mapping;	/* NULL: there is none of this number */
};

/* rtsp_helper.flags; the first two are numbered as enum ip_conntrack_dir. */
enum rtsp_helper_flag {
	RTSP_SEQ_ORIGINAL,		/* first_seq[] is known */
	RTSP_SEQ_REPLY,
	RTSP_TRANSPARENT,		/* the module never looks at this connection again */
	RTSP_HOLDING,			/* bytes are withheld; bare acknowledgements matter */
	RTSP_MISSED_OPENING,		/* counted as such */
	RTSP_LOOKED,			/* whether the next flag holds is known */
	RTSP_CARRIED,			/* another router has let in media for it */
	RTSP_GOES_ON,			/* its state was let go at the positions in first_seq[] */
};

/* The helper's private data in the conntrack, which conntrack zeroes.  A SYN costs this and nothing
 * else.  A struct rtsp_conn is given back when its room is needed: then first_seq[] says where the
 * streams stand, and the other members come from struct rtspnat_position.
 */
struct rtsp_helper {
	struct rtsp_conn __rcu *conn;		/* written under rtsp_conns_lock */
	u32 first_seq[IP_CT_DIR_MAX];
	unsigned long flags;
	u32 answered;
	u16 marks;
	u16 session_seconds;
};

static_assert(sizeof(struct rtsp_helper) <= sizeof_field(struct nf_conn_help, data));
static_assert((int)RTSP_SEQ_ORIGINAL == (int)IP_CT_DIR_ORIGINAL &&
	      (int)RTSP_SEQ_REPLY == (int)IP_CT_DIR_REPLY);
static_assert((int)RTSPNAT_ORIGINAL == (int)IP_CT_DIR_ORIGINAL &&
	      (int)RTSPNAT_REPLY == (int)IP_CT_DIR_REPLY);

/* NULL for a conntrack that has lost its helper.  On some kernels a conntrack that is not in the
 * table yet loses it when any helper ends, between two looks at it.
 */
static inline struct rtsp_helper *rtsp_helper(const struct nf_conn *ct)
{
	struct nf_conn_help *help = nfct_help(ct);

	return help ? (struct rtsp_helper *)help->data : NULL;
}

/* The hooks for a connection that NAT translates.  NULL: it does not, or nf_nat_rtsp is not loaded.
 * The caller is under RCU.
 */
static inline const struct nf_nat_rtsp_hooks *rtsp_nat(const struct rtsp_conn *conn)
{
	return conn->natted ? rcu_dereference(nf_nat_rtsp_hooks) : NULL;
}

#endif /* _RTSP_STATE_H */
