// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Time, and the work that is done in it, in process context. */
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "../model.h"
#include "conntrack.h"
#include "lock.h"
#include "order.h"
#include "rcu.h"
#include "work.h"

struct workqueue_struct *system_wq, *system_unbound_wq, *system_power_efficient_wq, *system_dfl_wq;
unsigned long jiffies = INITIAL_JIFFIES;

static struct work_struct *queue;
static u32 random_state = 1;

u32 get_random_u32(void)
{
	random_state = random_state * 1664525 + 1013904223;
	return random_state ^ random_state >> 16;
}

u64 siphash(const void *data, size_t length, const siphash_key_t *key)
{
	const u8 *at = data;
	u64 hash = key->key[0] ^ key->key[1];

	while (length--)
		hash = (hash ^ *at++) * 0x100000001b3;
	return hash ^ hash >> 29;
}

void model_seed_random(u32 seed)
{
	random_state = seed;
}

static bool enqueue(struct work_struct *work, unsigned long delay)
{
	if (!work->func)
		model_report("work that is not initialised is queued");
	if (work->pending)
		return false;
	work->pending = true;
	work->due = jiffies + delay;
	work->next = queue;
	queue = work;
	return true;
}

static bool dequeue(struct work_struct *work)
{
	struct work_struct **at = &queue;

	if (!work->pending)
		return false;
	while (*at != work)
		at = &(*at)->next;
	*at = work->next;
	work->pending = false;
	return true;
}

bool queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
	(void)wq;
	return enqueue(work, 0);
}

bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *work, unsigned long delay)
{
	(void)wq;
	return enqueue(&work->work, delay);
}

bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *work, unsigned long delay)
{
	bool was = dequeue(&work->work);

	queue_delayed_work(wq, work, delay);
	return was;
}

bool cancel_work_sync(struct work_struct *work)
{
	model_might_sleep("cancel_work_sync");
	/* It may be running, and is waited for. */
	model_order_take("work", false);
	model_order_give("work");
	model_preempt();
	return dequeue(work);
}

static struct work_struct *next_due(void)
{
	struct work_struct *work, *due = NULL;

	for (work = queue; work; work = work->next) {
		if (time_after_eq(jiffies, work->due))
			due = work;	/* the oldest is the last */
	}
	return due;
}

void model_run_work(void)
{
	struct work_struct *work;

	while ((work = next_due()) != NULL) {
		dequeue(work);
		model_order_take("work", false);
		work->func(work);
		model_order_give("work");
		model_check_nothing_held("work");
	}
}

unsigned int model_work_pending(void)
{
	unsigned int count = 0;
	const struct work_struct *work;

	for (work = queue; work; work = work->next)
		count++;
	return count;
}

static void pass(unsigned long time, unsigned long step)
{
	unsigned long end = jiffies + time;

	while (time_before(jiffies, end)) {
		jiffies = time_after(jiffies + step, end) ? end : jiffies + step;
		model_preempt_never(true);
		model_collect_conntracks();
		model_preempt_never(false);
		model_run_work();
		model_run_rcu_callbacks();
	}
	model_run_work();
}

void model_pass_time(unsigned int milliseconds)
{
	pass(msecs_to_jiffies(milliseconds), HZ);
}

void model_pass_hours(unsigned int hours)
{
	pass(hours * 3600ul * HZ, 60 * HZ);
}
