/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <linux/types.h>

typedef struct { int refs; } refcount_t;

static inline void refcount_set(refcount_t *count, int value) { count->refs = value; }
static inline int refcount_read(const refcount_t *count) { return count->refs; }

static inline bool refcount_inc_not_zero(refcount_t *count)
{
	if (!count->refs)
		return false;
	count->refs++;
	return true;
}

static inline void refcount_inc(refcount_t *count)
{
	WARN_ON(!refcount_inc_not_zero(count));
}

static inline bool refcount_dec_and_test(refcount_t *count)
{
	if (WARN_ON(count->refs <= 0))
		return false;
	return --count->refs == 0;
}
