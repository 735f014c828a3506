// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Callbacks wait until no reader can be left: the test ends grace periods, and
 * rcu_barrier() does.
 */
#include <linux/rcupdate.h>

#include "../model.h"
#include "lock.h"
#include "rcu.h"

static unsigned int readers;
static struct rcu_head *first, **last = &first;

void rcu_read_lock(void)
{
	readers++;
}

void rcu_read_unlock(void)
{
	if (!readers)
		model_report("rcu_read_unlock() without rcu_read_lock()");
	else
		readers--;
}

unsigned int model_set_rcu_readers(unsigned int count)
{
	unsigned int was = readers;

	readers = count;
	return was;
}

bool rcu_read_lock_held(void)
{
	return readers;
}

void model_check_rcu_left(const char *what)
{
	if (readers)
		model_report("%s leaves an RCU read section open", what);
	readers = 0;
}

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	head->next = NULL;
	head->func = func;
	*last = head;
	last = &head->next;
}

/* Waits for readers, of which there are none, and not for callbacks. */
void synchronize_rcu(void)
{
	model_might_sleep("synchronize_rcu");
	model_preempt();
}

/* Callbacks run in a softirq. */
void model_run_rcu_callbacks(void)
{
	bool was_softirq = model_in_softirq();

	while (first) {
		struct rcu_head *head = first;

		first = head->next;
		if (!first)
			last = &first;
		model_softirq_enter();
		head->func(head);
		if (!was_softirq)
			model_softirq_leave();
	}
}

void rcu_barrier(void)
{
	model_might_sleep("rcu_barrier");
	model_run_rcu_callbacks();
}

unsigned int model_rcu_callbacks_pending(void)
{
	unsigned int count = 0;
	const struct rcu_head *head;

	for (head = first; head; head = head->next)
		count++;
	return count;
}
