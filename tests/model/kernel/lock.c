// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Finds misuse of locks without a second thread: a lock taken twice, given back without
 * having been taken, taken in an order that may end in a deadlock (order.c), or taken with
 * bottom halves enabled although a softirq takes it too; sleeping and leaving with one held.
 */
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "../model.h"
#include "lock.h"
#include "memory.h"
#include "order.h"
#include "rcu.h"

#define HELD_MAX	8
#define CLASSES_MAX	32

static spinlock_t *held[HELD_MAX];
static unsigned int held_count, bh_disabled;
static bool softirq;

static struct { const char *name; bool in_softirq, in_process_with_bh; } classes[CLASSES_MAX];
static unsigned int class_count;

static unsigned int mutexes_held;

static model_hook_fn *preempt;
static void *preempt_data;
static bool preempt_anywhere, preempt_never;

void model_on_preempt(model_hook_fn *hook, void *data)
{
	preempt = hook;
	preempt_data = data;
	preempt_anywhere = false;
}

void model_on_preempt_anywhere(model_hook_fn *hook, void *data)
{
	model_on_preempt(hook, data);
	preempt_anywhere = true;
}

/* Another CPU may do anything while no lock is held here. */
static void run_other_cpu(void)
{
	unsigned int bh_disabled_here = bh_disabled;
	struct model_readers readers_here;
	static const struct model_order nothing;
	bool softirq_here = softirq;
	model_hook_fn *hook = preempt;
	struct model_order order_here;

	if (!held_count)
		model_end_grace_periods();
	if (!hook || held_count || preempt_never || (!softirq && !preempt_anywhere))
		return;
	preempt = NULL;
	order_here = model_order_change(&nothing);
	readers_here = model_enter_other_cpu();
	bh_disabled = 0;
	softirq = false;
	hook(preempt_data);
	softirq = softirq_here;
	bh_disabled = bh_disabled_here;
	model_leave_other_cpu(readers_here);
	model_order_change(&order_here);
	if (!preempt && preempt_data)
		preempt = hook;
}

/* What the model does on its own is not what is tested. */
void model_preempt_never(bool never)
{
	preempt_never = never;
}

/* At other places than where a lock is taken. */
void model_preempt(void)
{
	if (preempt_anywhere)
		run_other_cpu();
	else if (!held_count)
		model_end_grace_periods();
}

void mutex_lock(struct mutex *mutex)
{
	model_might_sleep("mutex_lock");
	model_preempt();
	if (mutex->held)
		model_report("a mutex is waited for that is never given back");
	model_order_take(mutex->name, false);
	mutex->held = true;
	mutexes_held++;
}

void mutex_unlock(struct mutex *mutex)
{
	if (!mutex->held) {
		model_report("a mutex is given back that nobody holds");
		return;
	}
	model_order_give(mutex->name);
	mutex->held = false;
	mutexes_held--;
	model_preempt();
}

bool model_mutex_is_held(void)
{
	return mutexes_held;
}

static void note_context(const char *name)
{
	unsigned int i;

	for (i = 0; i < class_count && strcmp(classes[i].name, name); i++)
		;
	if (i == CLASSES_MAX)
		return;
	if (i == class_count) {
		memset(&classes[i], 0, sizeof(classes[i]));
		classes[class_count++].name = name;
	}
	if (softirq)
		classes[i].in_softirq = true;
	else if (!bh_disabled)
		classes[i].in_process_with_bh = true;
	if (classes[i].in_softirq && classes[i].in_process_with_bh)
		model_report("%s is taken in a softirq, and elsewhere with bottom halves enabled", name);
}

static void take(spinlock_t *lock, bool bottom_halves, bool tried, const char *where)
{
	if (!lock->name) {
		model_report("%s takes a lock that is not initialised", where);
		lock->name = "?";
	}
	if (lock->holder)
		model_report("%s takes %s, which %s holds", where, lock->name, lock->holder);
	if (bottom_halves)
		bh_disabled++;
	note_context(lock->name);
	model_order_take(lock->name, tried);
	lock->holder = where;
	lock->bottom_halves = bottom_halves;
	if (held_count < HELD_MAX)
		held[held_count++] = lock;
}

void model_lock(spinlock_t *lock, bool bottom_halves, const char *where)
{
	run_other_cpu();
	take(lock, bottom_halves, false, where);
}

/* Whoever has it does not wait for us, on another CPU, if a test says so. */
bool model_trylock(spinlock_t *lock, bool bottom_halves, const char *where)
{
	run_other_cpu();
	if (lock->holder || model_fault_due(MODEL_FAULT_TRYLOCK))
		return false;
	take(lock, bottom_halves, true, where);
	return true;
}

void model_unlock(spinlock_t *lock, bool bottom_halves, const char *where)
{
	unsigned int i;

	if (!lock->holder) {
		model_report("%s gives %s back, which nobody holds", where, lock->name ? lock->name : "?");
		return;
	}
	if (lock->bottom_halves != bottom_halves)
		model_report("%s gives %s back in another way than it was taken", where, lock->name);
	if (bottom_halves)
		bh_disabled--;
	lock->holder = NULL;
	model_order_give(lock->name);
	for (i = 0; i < held_count && held[i] != lock; i++)
		;
	if (i == held_count)
		return;
	held_count--;
	memmove(held + i, held + i + 1, (held_count - i) * sizeof(*held));
	model_preempt();
}

void local_bh_disable(void)
{
	bh_disabled++;
}

void local_bh_enable(void)
{
	bh_disabled--;
}

void model_might_sleep(const char *what)
{
	if (held_count)
		model_report("%s may sleep, with %s held", what, held[held_count - 1]->name);
	else if (softirq || bh_disabled || rcu_read_lock_held())
		model_report("%s may sleep, in a softirq or under RCU", what);
}

static void forget_held(void)
{
	while (held_count) {
		model_order_give(held[--held_count]->name);
		held[held_count]->holder = NULL;
	}
}

void model_lock_start(void)
{
	forget_held();
	bh_disabled = class_count = mutexes_held = 0;
}

void model_softirq_enter(void)
{
	softirq = true;
}

void model_softirq_leave(void)
{
	softirq = false;
}

bool model_in_softirq(void)
{
	return softirq;
}

void model_check_no_lock_held(const char *what)
{
	if (held_count)
		model_report("%s leaves %s locked", what, held[held_count - 1]->name);
	else if (bh_disabled)
		model_report("%s leaves bottom halves disabled", what);
	forget_held();
	bh_disabled = 0;
}

void model_check_nothing_held(const char *what)
{
	model_check_no_lock_held(what);
	model_check_rcu_left(what);
}
