/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <linux/spinlock.h>

/* Others may run. */
static inline void cond_resched(void) { might_sleep(); }
