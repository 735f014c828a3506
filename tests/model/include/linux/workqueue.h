/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/* Work runs when the test lets time pass. */
#include <linux/jiffies.h>
#include <linux/list.h>

struct workqueue_struct;
struct work_struct {
	void (*func)(struct work_struct *work);
	struct work_struct *next;	/* in the queue */
	bool pending;
	unsigned long due;
};
typedef void (*work_func_t)(struct work_struct *work);
struct delayed_work { struct work_struct work; };

extern struct workqueue_struct *system_wq, *system_unbound_wq, *system_power_efficient_wq, *system_dfl_wq;

#define DECLARE_WORK(name, f)		struct work_struct name = { .func = (f) }
#define DECLARE_DELAYED_WORK(name, f)	struct delayed_work name = { .work = { .func = (f) } }
#define INIT_WORK(w, f)			(*(w) = (struct work_struct){ .func = (f) })
#define INIT_DELAYED_WORK(w, f)		INIT_WORK(&(w)->work, f)
#define to_delayed_work(w)		container_of(w, struct delayed_work, work)

bool queue_work(struct workqueue_struct *queue, struct work_struct *work);
bool queue_delayed_work(struct workqueue_struct *queue, struct delayed_work *work, unsigned long delay);
bool mod_delayed_work(struct workqueue_struct *queue, struct delayed_work *work, unsigned long delay);
bool cancel_work_sync(struct work_struct *work);
static inline bool cancel_delayed_work_sync(struct delayed_work *work) { return cancel_work_sync(&work->work); }
#define schedule_work(work)			queue_work(system_wq, work)
#define schedule_delayed_work(work, delay)	queue_delayed_work(system_wq, work, delay)
