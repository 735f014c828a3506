/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <linux/jiffies.h>

/* It runs when the model lets time pass. */
struct timer_list {
	unsigned long expires;
	bool pending;
};

static inline bool timer_pending(const struct timer_list *timer) { return timer->pending; }

static inline int mod_timer_pending(struct timer_list *timer, unsigned long expires)
{
	if (timer->pending)
		timer->expires = expires;
	return timer->pending;
}
