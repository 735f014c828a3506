// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Callbacks wait until no reader can be left: the test ends grace periods, and rcu_barrier()
 * does; and if it is wanted, every place where another CPU may come in ends those that can
 * end there, which are all that began before the oldest reader.
 */
#include <limits.h>

#include <linux/rcupdate.h>

#include "../model.h"
#include "lock.h"
#include "rcu.h"

/* Callbacks are numbered as they come. */
#define NOBODY	ULONG_MAX

static struct model_readers here, elsewhere = { 0, NOBODY };
static struct rcu_head *first, **last = &first;
static unsigned long queued;
static bool early;

void model_end_grace_periods_early(bool wanted)
{
	early = wanted;
}

void rcu_read_lock(void)
{
	if (!here.count++)
		here.since = queued;
}

void rcu_read_unlock(void)
{
	if (!here.count)
		model_report("rcu_read_unlock() without rcu_read_lock()");
	else
		here.count--;
}

struct model_readers model_enter_other_cpu(void)
{
	struct model_readers was = here;

	if (here.count)
		elsewhere = here;
	here.count = 0;
	return was;
}

void model_leave_other_cpu(struct model_readers was)
{
	here = was;
	elsewhere.since = NOBODY;
}

bool rcu_read_lock_held(void)
{
	return here.count;
}

void model_check_rcu_left(const char *what)
{
	if (here.count)
		model_report("%s leaves an RCU read section open", what);
	here.count = 0;
}

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	head->next = NULL;
	head->func = func;
	head->number = queued++;
	*last = head;
	last = &head->next;
}

/* Waits for readers, of which there are none, and not for callbacks. */
void synchronize_rcu(void)
{
	model_might_sleep("synchronize_rcu");
	model_preempt();
}

/* Callbacks run in a softirq, outside of what the readers read. */
static void run(unsigned long below)
{
	struct model_readers readers = here;
	bool was_softirq = model_in_softirq();

	here.count = 0;
	while (first && first->number < below) {
		struct rcu_head *head = first;

		first = head->next;
		if (!first)
			last = &first;
		model_softirq_enter();
		head->func(head);
		if (!was_softirq)
			model_softirq_leave();
	}
	here = readers;
}

void model_run_rcu_callbacks(void)
{
	run(NOBODY);
}

void model_end_grace_periods(void)
{
	static bool running;

	if (!early || running)
		return;
	running = true;
	run(min(elsewhere.since, here.count ? here.since : NOBODY));
	running = false;
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
