/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/* The states of a TCP connection, as seen from between its ends. */
#include <linux/tcp.h>
#include <net/netfilter/nf_conntrack.h>

/* What a packet is, by its flags. */
enum model_tcp_kind { SYN, SYN_ACK, FIN, ACK, RST, OTHER };

enum model_tcp_kind model_tcp_kind(const struct tcphdr *tcp);

/* TCP_CONNTRACK_MAX: the packet is invalid; TCP_CONNTRACK_IGNORE: it says nothing. */
unsigned int model_tcp_next_state(enum ip_conntrack_dir dir, enum model_tcp_kind kind, unsigned int state);
