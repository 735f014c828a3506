/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/* What conntrack remembers of a TCP connection. */
#include <linux/types.h>

enum tcp_conntrack {
	TCP_CONNTRACK_NONE,
	TCP_CONNTRACK_SYN_SENT,
	TCP_CONNTRACK_SYN_RECV,
	TCP_CONNTRACK_ESTABLISHED,
	TCP_CONNTRACK_FIN_WAIT,
	TCP_CONNTRACK_CLOSE_WAIT,
	TCP_CONNTRACK_LAST_ACK,
	TCP_CONNTRACK_TIME_WAIT,
	TCP_CONNTRACK_CLOSE,
	TCP_CONNTRACK_LISTEN,
	TCP_CONNTRACK_MAX,
	TCP_CONNTRACK_IGNORE,
};

#define IP_CT_TCP_FLAG_WINDOW_SCALE	0x01
#define IP_CT_TCP_FLAG_SACK_PERM	0x02
#define IP_CT_TCP_FLAG_CLOSE_INIT	0x04
#define IP_CT_TCP_FLAG_BE_LIBERAL	0x08
#define IP_CT_TCP_FLAG_MAXACK_SET	0x20

struct ip_ct_tcp_state {
	u32 td_end;	/* max of seq + len */
	u32 td_maxend;	/* max of ack + max(win, 1) */
	u32 td_maxwin;	/* max(win) */
	u32 td_maxack;	/* max of ack */
	u8 td_scale;
	u8 flags;
};

struct ip_ct_tcp {
	struct ip_ct_tcp_state seen[2];
	u8 state;
	u8 last_dir;
	u8 last_index;
	u32 last_end;
	struct ip_ct_tcp_state model_ignored;	/* of a SYN that was let through and not believed */
};
