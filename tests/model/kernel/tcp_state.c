// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Left out: simultaneous open, challenge ACKs and what follows from SYNs out of the
 * blue.
 */
#include "tcp_state.h"

enum model_tcp_kind model_tcp_kind(const struct tcphdr *tcp)
{
	return tcp->rst ? RST : tcp->syn ? (tcp->ack ? SYN_ACK : SYN) : tcp->fin ? FIN : tcp->ack ? ACK : OTHER;
}

static unsigned int after_syn(enum ip_conntrack_dir dir, unsigned int state)
{
	if (dir == IP_CT_DIR_REPLY)
		return state == TCP_CONNTRACK_TIME_WAIT ? TCP_CONNTRACK_SYN_SENT : TCP_CONNTRACK_MAX;
	switch (state) {
	case TCP_CONNTRACK_NONE:
	case TCP_CONNTRACK_SYN_SENT:
	case TCP_CONNTRACK_TIME_WAIT:
	case TCP_CONNTRACK_CLOSE:
		return TCP_CONNTRACK_SYN_SENT;
	default:
		return TCP_CONNTRACK_IGNORE;
	}
}

static unsigned int after_syn_ack(enum ip_conntrack_dir dir, unsigned int state)
{
	if (dir == IP_CT_DIR_ORIGINAL || state == TCP_CONNTRACK_NONE)
		return TCP_CONNTRACK_MAX;
	return state == TCP_CONNTRACK_SYN_SENT ? TCP_CONNTRACK_SYN_RECV : TCP_CONNTRACK_IGNORE;
}

static unsigned int after_fin(unsigned int state)
{
	switch (state) {
	case TCP_CONNTRACK_NONE:
	case TCP_CONNTRACK_SYN_SENT:
		return TCP_CONNTRACK_MAX;
	case TCP_CONNTRACK_SYN_RECV:
	case TCP_CONNTRACK_ESTABLISHED:
		return TCP_CONNTRACK_FIN_WAIT;
	case TCP_CONNTRACK_FIN_WAIT:
	case TCP_CONNTRACK_CLOSE_WAIT:
		return TCP_CONNTRACK_LAST_ACK;
	default:
		return state;
	}
}

static unsigned int after_ack(enum ip_conntrack_dir dir, unsigned int state)
{
	switch (state) {
	case TCP_CONNTRACK_NONE:
		return dir == IP_CT_DIR_ORIGINAL ? TCP_CONNTRACK_ESTABLISHED : TCP_CONNTRACK_MAX;
	case TCP_CONNTRACK_SYN_SENT:
		return dir == IP_CT_DIR_ORIGINAL ? TCP_CONNTRACK_MAX : TCP_CONNTRACK_IGNORE;
	case TCP_CONNTRACK_SYN_RECV:
		return dir == IP_CT_DIR_ORIGINAL ? TCP_CONNTRACK_ESTABLISHED : state;
	case TCP_CONNTRACK_FIN_WAIT:
		return TCP_CONNTRACK_CLOSE_WAIT;
	case TCP_CONNTRACK_LAST_ACK:
		return TCP_CONNTRACK_TIME_WAIT;
	default:
		return state;
	}
}

unsigned int model_tcp_next_state(enum ip_conntrack_dir dir, enum model_tcp_kind kind, unsigned int state)
{
	switch (kind) {
	case SYN:
		return after_syn(dir, state);
	case SYN_ACK:
		return after_syn_ack(dir, state);
	case FIN:
		return after_fin(state);
	case ACK:
		return after_ack(dir, state);
	case RST:
		return state == TCP_CONNTRACK_NONE ? TCP_CONNTRACK_MAX : TCP_CONNTRACK_CLOSE;
	default:
		return TCP_CONNTRACK_MAX;
	}
}
