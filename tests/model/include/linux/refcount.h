/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <linux/types.h>

typedef struct { int refs; } refcount_t;

/* Beyond these it stays where it is for good: it has overflowed, or it is the pattern of what was freed. */
#define MODEL_REFS_MAX	0x40000000

static inline bool model_is_no_count(const refcount_t *count)
{
	bool saturated = count->refs < 0 || count->refs > MODEL_REFS_MAX;

	if (saturated)
		model_report("a reference count has overflowed, or what it is of was freed");
	return saturated;
}

static inline void refcount_set(refcount_t *count, int value) { count->refs = value; }
static inline int refcount_read(const refcount_t *count) { return count->refs; }

static inline bool refcount_inc_not_zero(refcount_t *count)
{
	if (!count->refs)
		return false;
	if (model_is_no_count(count))
		return true;
	count->refs++;
	return true;
}

static inline void refcount_inc(refcount_t *count)
{
	WARN_ON(!refcount_inc_not_zero(count));
}

static inline bool refcount_dec_and_test(refcount_t *count)
{
	if (model_is_no_count(count) || WARN_ON(!count->refs))
		return false;
	return --count->refs == 0;
}
