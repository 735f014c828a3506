/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/* Doubly linked lists with links inside the entries, circular and with a plain head. */
#include <linux/types.h>

struct list_head { struct list_head *next, *prev; };
struct hlist_node { struct hlist_node *next, **pprev; };
struct hlist_head { struct hlist_node *first; };

#define LIST_HEAD_INIT(name)	{ &(name), &(name) }
#define LIST_HEAD(name)		struct list_head name = LIST_HEAD_INIT(name)
#define HLIST_HEAD(name)	struct hlist_head name = { NULL }
#define INIT_HLIST_HEAD(head)	((head)->first = NULL)
/* What a removed entry points to, so that using it once more is noticed. */
#define LIST_POISON		((void *)0x100)

static inline void INIT_LIST_HEAD(struct list_head *head)
{
	head->next = head->prev = head;
}

static inline bool list_empty(const struct list_head *head) { return head->next == head; }

static inline void model_list_insert(struct list_head *entry, struct list_head *before)
{
	entry->prev = before->prev;
	entry->next = before;
	before->prev->next = entry;
	before->prev = entry;
}

static inline void list_add(struct list_head *entry, struct list_head *head)
{
	model_list_insert(entry, head->next);
}

static inline void list_add_tail(struct list_head *entry, struct list_head *head)
{
	model_list_insert(entry, head);
}

static inline void list_del(struct list_head *entry)
{
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
	entry->next = entry->prev = LIST_POISON;
}

static inline void list_del_init(struct list_head *entry)
{
	list_del(entry);
	INIT_LIST_HEAD(entry);
}

static inline void list_move(struct list_head *entry, struct list_head *head)
{
	list_del(entry);
	list_add(entry, head);
}

static inline void list_move_tail(struct list_head *entry, struct list_head *head)
{
	list_del(entry);
	list_add_tail(entry, head);
}

static inline void hlist_add_head(struct hlist_node *node, struct hlist_head *head)
{
	node->next = head->first;
	if (node->next)
		node->next->pprev = &node->next;
	head->first = node;
	node->pprev = &head->first;
}

static inline void hlist_del(struct hlist_node *node)
{
	*node->pprev = node->next;
	if (node->next)
		node->next->pprev = node->pprev;
	node->next = LIST_POISON;
	node->pprev = LIST_POISON;
}

static inline bool hlist_unhashed(const struct hlist_node *node) { return !node->pprev; }
static inline void hlist_del_init(struct hlist_node *node)
{
	if (hlist_unhashed(node))
		return;
	hlist_del(node);
	node->next = NULL;
	node->pprev = NULL;
}

static inline bool hlist_empty(const struct hlist_head *head) { return !head->first; }

#define hlist_add_head_rcu	hlist_add_head
#define hlist_del_rcu		hlist_del
#define list_entry		container_of
#define list_first_entry(head, type, member) container_of((head)->next, type, member)
#define list_for_each_entry(pos, head, member) \
	for (pos = container_of((head)->next, typeof(*pos), member); &pos->member != (head); \
	     pos = container_of(pos->member.next, typeof(*pos), member))
#define list_for_each_entry_reverse(pos, head, member) \
	for (pos = container_of((head)->prev, typeof(*pos), member); &pos->member != (head); \
	     pos = container_of(pos->member.prev, typeof(*pos), member))
#define list_for_each_entry_safe(pos, n, head, member) \
	for (pos = container_of((head)->next, typeof(*pos), member), \
	     n = container_of(pos->member.next, typeof(*pos), member); &pos->member != (head); \
	     pos = n, n = container_of(n->member.next, typeof(*n), member))

#define model_hlist_entry(node, type, member) ({ \
	struct hlist_node *node_ = (node); node_ ? container_of(node_, type, member) : NULL; })
#define hlist_for_each_entry(pos, head, member) \
	for (pos = model_hlist_entry((head)->first, typeof(*pos), member); pos; \
	     pos = model_hlist_entry(pos->member.next, typeof(*pos), member))
#define hlist_for_each_entry_rcu hlist_for_each_entry
#define hlist_for_each_entry_safe(pos, n, head, member) \
	for (pos = model_hlist_entry((head)->first, typeof(*pos), member); \
	     pos && (n = pos->member.next, true); pos = model_hlist_entry(n, typeof(*pos), member))
