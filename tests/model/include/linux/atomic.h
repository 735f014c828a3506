/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <linux/types.h>

typedef struct { int counter; } atomic_t;
#define ATOMIC_INIT(value)	{ (value) }
static inline int atomic_read(const atomic_t *v) { return READ_ONCE(v->counter); }
static inline void atomic_add(int value, atomic_t *v) { v->counter += value; }
static inline void atomic_inc(atomic_t *v) { v->counter++; }
static inline void atomic_dec(atomic_t *v) { v->counter--; }
