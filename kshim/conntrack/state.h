/* SPDX-License-Identifier: GPL-2.0-only */
/* The state of one RTSP connection and its lifetime. */
#ifndef _RTSP_STATE_H
#define _RTSP_STATE_H

#include <linux/build_bug.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <net/net_namespace.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_helper.h>
#include <rtspnat.h>

#include "ports.h"

/* At least rtspnat_mappings(), which module init makes sure of. */
#define RTSP_MAPPINGS		16

/* All that one connection can have registered at a time. */
#define RTSP_EXPECTATIONS	(RTSP_MAPPINGS * RTSPNAT_PORTS * IP_CT_DIR_MAX)

enum rtsp_mapping_state {
	RTSP_MAPPING_NONE,
	RTSP_MAPPING_RESERVED,		/* or published, and not live */
	RTSP_MAPPING_LIVE,
	RTSP_MAPPING_LINGERING,		/* the core has forgotten it */
	RTSP_MAPPING_STATES
};

/* Flows that come in by one expectation which names no source port. */
#define RTSP_SOURCES		4

/* What is held for the ports of a mapping, beside their expectations. */
struct rtsp_media {
	struct rtsp_port port[IP_CT_DIR_MAX][RTSPNAT_PORTS];
	/* A reference is held to each; NULL if none.  The first is the one that stands for
	 * an expectation, where that is not registered.
	 */
	struct nf_conn *flow[RTSPNAT_PORTS][RTSP_SOURCES];
	u32 kept[RTSPNAT_PORTS];	/* its timeout, as it was set here; or of all, as seen */
	/* Of those that came by in[]: */
	u8 sent[RTSPNAT_PORTS];		/* seconds in which they have, */
	u8 silent[RTSPNAT_PORTS];	/* and seconds since then */
};

/* Expectations with a reference held to each; NULL if none. */
struct rtsp_mapping {
	struct rtsp_media *media;			/* NULL if NONE */
	struct nf_conntrack_expect *in[RTSPNAT_PORTS];	/* from the peer */
	struct nf_conntrack_expect *out[RTSPNAT_PORTS];	/* from the opener */
	unsigned long until;		/* in jiffies, while it lingers */
	u16 inside[RTSPNAT_PORTS];
	u8 state;			/* enum rtsp_mapping_state */
	u8 held;			/* expectations, as they are counted */
	u8 flows;			/* bits of ports: in[] is not registered */
	u8 streams;			/* that use the ports, each from another of the peer's */
	bool any_source;		/* reserved from more than the peer */
	bool published;
};

struct rtsp_host;

struct rtsp_conn {
	spinlock_t lock;		/* of all that has no other lock */
	bool dead;			/* expectations are gone for good */
	bool natted;			/* of no use without nf_nat_rtsp */
	bool grown;			/* seqadj counts on the text being longer */
	bool listed;			/* under the lock of the list */
	bool brief;			/* has no room but for a segment */
	bool pushes;			/* has taken the room of another */
	bool gave_way;			/* what it has asked for was given to another */
	u8 why;				/* enum rtsp_counter: what it lacks room for */
	u8 holding;			/* mappings in all, */
	u8 reserved;			/* of these */
	u8 lingering;			/* and of these */
	u8 live;			/* mappings, also those that linger */
	u16 asking;			/* expectations of those that are reserved */
	unsigned long used;		/* in jiffies: its last segment */
	/* Under the lock of struct rtsp_asking: */
	unsigned long asked_at;		/* in jiffies: since when any is reserved */
	struct list_head asking_node;	/* if any is */
	struct rtsp_host *host;		/* of the opener; NULL if it had no room */
	struct list_head host_node;	/* under the lock of the host, while it lingers */
	struct list_head list;
	struct nf_conntrack_expect *redirect;	/* a reference is held; NULL if none */
	struct nf_conn *ct;		/* a reference is held */
	struct rtspnat_connection *core;
	unsigned long __percpu *interleaved;	/* the counter of the namespace */
	struct rtsp_mapping mapping[RTSP_MAPPINGS];
	unsigned long renewed;		/* in jiffies: expectations */
	struct rcu_head rcu;
	u8 memory[] __aligned(8);	/* what *core is made of */
};

/* rtsp_helper.flags; the first two are numbered as enum ip_conntrack_dir. */
enum rtsp_helper_flag {
	RTSP_SEQ_ORIGINAL,		/* first_seq[] is known */
	RTSP_SEQ_REPLY,
	RTSP_TRANSPARENT,		/* never look at this connection again */
	RTSP_HOLDING,			/* bytes are withheld; bare acknowledgements matter */
	RTSP_MISSED_OPENING,		/* counted as such */
	RTSP_LOOKED,			/* whether it is the next one */
	RTSP_CARRIED,			/* another router has let in media for it */
	RTSP_GOES_ON,			/* its state was let go, at the positions in first_seq[] */
};

/* The helper's private data in the conntrack, zeroed by its creator.  A SYN
 * costs nothing but this; the 4 KiB of a struct rtsp_conn are spent on what may begin a
 * request, and given back when they are needed elsewhere: then first_seq[] is where the
 * streams stand, and the rest is of struct rtspnat_position.
 */
struct rtsp_helper {
	struct rtsp_conn __rcu *conn;
	u32 first_seq[IP_CT_DIR_MAX];
	unsigned long flags;
	u32 answered;
	u16 marks;
	u16 session_seconds;
};

static_assert(sizeof(struct rtsp_helper) <=
	      sizeof_field(struct nf_conn_help, data));
static_assert((int)RTSP_SEQ_ORIGINAL == (int)IP_CT_DIR_ORIGINAL &&
	      (int)RTSP_SEQ_REPLY == (int)IP_CT_DIR_REPLY);
static_assert((int)RTSPNAT_ORIGINAL == (int)IP_CT_DIR_ORIGINAL &&
	      (int)RTSPNAT_REPLY == (int)IP_CT_DIR_REPLY);

/* NULL for a conntrack that has lost its helper.  On some kernels one that is not in the
 * table yet loses it when any helper ends, between two looks at it.
 */
static inline struct rtsp_helper *rtsp_helper(const struct nf_conn *ct)
{
	struct nf_conn_help *help = nfct_help(ct);

	return help ? (struct rtsp_helper *)help->data : NULL;
}

int rtsp_state_init(void);
/* No packet comes any more: nor does the sweep. */
void rtsp_state_stop(void);
/* Every namespace has been emptied. */
void rtsp_state_exit(void);

/* Within a second. */
void rtsp_sweep_later(void);

/* NULL if there is none to be had: the connection is left alone, or its state was made and let go
 * in the meantime.
 */
struct rtsp_conn *rtsp_conn_create(struct nf_conn *ct,
				   struct rtsp_helper *helper);
void rtsp_conn_kill(struct rtsp_conn *conn);
bool rtsp_conn_is_over(const struct rtsp_conn *conn);

/* Remember where the streams stand. */
void rtsp_helper_keep(struct rtsp_helper *helper,
		      const struct rtspnat_position *position);
/* Under rtsp_conns_lock: nobody finds the state from here on, and none is made anew, unless it
 * @goes_on.  Then, behind the lock, rtsp_conn_finish() ends all that are in @to.
 */
void rtsp_conn_unlist(struct rtsp_conn *conn, bool goes_on,
		      struct list_head *to);
void rtsp_conn_finish(struct list_head *conns);
void rtsp_conn_kill_net(const struct net *net);

#endif /* _RTSP_STATE_H */
