/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/* Spinlocks that are not waited for, as there is only one thread: taking one that is
 * held is reported, and so are the other ways of misusing one (see ../../kernel/lock.c).
 */
#include <linux/types.h>

typedef struct spinlock {
	const char *name;	/* all locks of a name are one class; NULL: not initialised */
	const char *holder;	/* the function that took it, or NULL */
	bool bottom_halves;	/* it was taken with them disabled */
} spinlock_t;

#define DEFINE_SPINLOCK(lock)	spinlock_t lock = { .name = #lock }
#define spin_lock_init(lock)	(*(lock) = (spinlock_t){ .name = #lock })
#define spin_lock(lock)		model_lock(lock, false, __func__)
#define spin_unlock(lock)	model_unlock(lock, false, __func__)
#define spin_lock_bh(lock)	model_lock(lock, true, __func__)
#define spin_unlock_bh(lock)	model_unlock(lock, true, __func__)
#define spin_trylock_bh(lock)	model_trylock(lock, true, __func__)

#define lockdep_is_held(lock)		((lock)->holder != NULL)
#define lockdep_assert_held(lock)	WARN_ON(!lockdep_is_held(lock))

void model_lock(spinlock_t *lock, bool bottom_halves, const char *where);
bool model_trylock(spinlock_t *lock, bool bottom_halves, const char *where);
void model_unlock(spinlock_t *lock, bool bottom_halves, const char *where);
void local_bh_disable(void);
void local_bh_enable(void);

/* Nothing that waits may be called with a lock held, in a softirq or under RCU. */
void model_might_sleep(const char *what);
#define might_sleep() model_might_sleep(__func__)

/* A mutex is a lock that may be slept under. */
struct mutex {
	const char *name;
	bool held;
};
#define DEFINE_MUTEX(lock) struct mutex lock = { .name = #lock }
void mutex_lock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);
