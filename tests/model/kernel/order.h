/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/* Checks the order in which locks are taken.  A lock here is anything that code may have to wait for: spinlocks, mutexes, and work.  Locks of one
 * name are one class.
 */
#include <linux/types.h>

/* @tried: it is not waited for. */
void model_order_take(const char *name, bool tried);
void model_order_give(const char *name);

#define MODEL_ORDER_HELD	16

/* What one CPU holds. */
struct model_order {
	u8 held[MODEL_ORDER_HELD];
	unsigned int count;
};

/* Another CPU runs, which holds nothing, or the one again that ran before. */
struct model_order model_order_change(const struct model_order *now);
