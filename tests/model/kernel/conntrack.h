/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/* The parts of conntrack that are not an interface to modules. */
#include <net/netfilter/nf_conntrack_core.h>

struct nf_conn *model_conntrack_alloc(struct net *net, const struct nf_conntrack_tuple *original,
				      const struct nf_conntrack_tuple *reply);
void model_set_master(struct nf_conn *ct, struct nf_conn *master);
struct nf_conntrack_tuple_hash *model_conntrack_find(const struct net *net, const struct nf_conntrack_tuple *tuple);
bool nf_conntrack_tuple_taken(const struct nf_conntrack_tuple *tuple, const struct nf_conn *ignored);
unsigned int nf_conntrack_confirm(struct sk_buff *skb);
unsigned int nf_conntrack_in(struct sk_buff *skb, const struct nf_hook_state *state);
int nf_conntrack_tcp_packet(struct nf_conn *ct, struct sk_buff *skb, unsigned int dataoff, enum ip_conntrack_info ctinfo,
			    const struct nf_hook_state *state);
void nf_ct_refresh(struct nf_conn *ct, unsigned int jiffies_from_now);

void model_conntrack_start(void);
void model_conntrack_stop(void);
void model_collect_conntracks(void);
extern struct list_head model_conntracks;

/* Expectations. */
struct nf_conntrack_expect *nf_ct_find_expectation(struct net *net, const struct nf_conntrack_tuple *tuple);
extern const bool model_expectations_have_timers;
bool model_is_expect_over(const struct nf_conntrack_expect *exp);
void model_collect_expectations(struct nf_conn *ct);
unsigned int model_expectations_dying(void);
void model_check_expectations_gone(const char *name);
void model_check_expectfns(const char *name);
void model_expect_start(void);
void model_expect_stop(void);

/* Of the network header: offset of the transport header, or negative. */
int model_transport_offset(const struct sk_buff *skb, u8 pf, u8 *protocol);
