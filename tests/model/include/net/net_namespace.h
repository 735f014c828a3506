/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/* Network namespaces, each with what the modules keep for it. */
#include <linux/list.h>
#include <linux/proc_fs.h>

#define MODEL_PERNET_MAX	4

struct net {
	struct list_head list;
	struct proc_dir_entry *proc_net;	/* the folder, and what is in it */
	void *generic[MODEL_PERNET_MAX];
	bool ended[MODEL_PERNET_MAX];		/* and what is generic must not be used any more */
	unsigned int expect_count;
	struct { const struct nf_ct_event_notifier *nf_conntrack_event_cb; } ct;
	struct { struct { struct inet_hashinfo *hashinfo; } tcp_death_row; } ipv4;
};

struct pernet_operations {
	struct pernet_operations *next;
	int (*init)(struct net *net);
	void (*exit)(struct net *net);
	unsigned int *id;
	size_t size;
};

extern struct net init_net;
extern struct list_head net_namespace_list;
typedef struct { struct net *net; } possible_net_t;

int register_pernet_subsys(struct pernet_operations *ops);
void unregister_pernet_subsys(struct pernet_operations *ops);
void *net_generic(const struct net *net, unsigned int id);

#define for_each_net(namespace)	list_for_each_entry(namespace, &net_namespace_list, list)
static inline bool net_eq(const struct net *a, const struct net *b) { return a == b; }
static inline struct net *read_pnet(const possible_net_t *net) { return net->net; }
static inline void write_pnet(possible_net_t *to, struct net *net) { to->net = net; }
