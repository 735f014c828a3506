/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/* The context of the model's one thread: CPU, locks, softirq. */
#include <linux/spinlock.h>

void model_preempt(void);
void model_preempt_never(bool never);
void model_lock_start(void);
void model_softirq_enter(void);
void model_softirq_leave(void);
bool model_in_softirq(void);

/* Reports locks, disabled bottom halves and read sections that @what left behind. */
void model_check_nothing_held(const char *what);
void model_check_no_lock_held(const char *what);
void model_check_rcu_left(const char *what);
