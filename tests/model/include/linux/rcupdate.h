/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/* Read-copy-update.  A grace period ends when the test says so; callbacks run then. */
#include <linux/spinlock.h>

struct rcu_head {
	struct rcu_head *next;
	void (*func)(struct rcu_head *head);
	unsigned long number;
};

void rcu_read_lock(void);
void rcu_read_unlock(void);
bool rcu_read_lock_held(void);
void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));
void synchronize_rcu(void);
void rcu_barrier(void);

#define rcu_access_pointer(p)		READ_ONCE(p)
#define rcu_dereference(p)		(WARN_ON(!rcu_read_lock_held()), READ_ONCE(p))
#define rcu_dereference_check(p, c)	(WARN_ON(!rcu_read_lock_held() && !(c)), READ_ONCE(p))
#define rcu_dereference_protected(p, c)	(WARN_ON(!(c)), (p))
#define rcu_assign_pointer(p, v)	WRITE_ONCE(p, v)
#define RCU_INIT_POINTER(p, v)		WRITE_ONCE(p, v)
