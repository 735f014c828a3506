/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/* The states of a TCP connection, as a middlebox sees them. */
#include <linux/tcp.h>
#include <net/netfilter/nf_conntrack.h>

/* The kind of a packet, by its flags. */
enum model_tcp_kind { SYN, SYN_ACK, FIN, ACK, RST, OTHER };

enum model_tcp_kind model_tcp_kind(const struct tcphdr *tcp);

/* Returns the new state; TCP_CONNTRACK_MAX for an invalid packet, TCP_CONNTRACK_IGNORE for one that changes nothing. */
unsigned int model_tcp_next_state(enum ip_conntrack_dir dir, enum model_tcp_kind kind, unsigned int state);
