/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <linux/types.h>

#define BITS_PER_LONG	(8 * (int)sizeof(long))

static inline void set_bit(int nr, unsigned long *word) { *word |= BIT(nr); }
static inline void clear_bit(int nr, unsigned long *word) { *word &= ~BIT(nr); }
static inline bool test_bit(int nr, const unsigned long *word) { return *word & BIT(nr); }
static inline void assign_bit(int nr, unsigned long *word, bool value)
{
	if (value)
		set_bit(nr, word);
	else
		clear_bit(nr, word);
}

#define smp_mb__before_atomic()	do { } while (0)

#define __set_bit	set_bit
#define __clear_bit	clear_bit

static inline bool test_and_set_bit(int nr, unsigned long *word)
{
	bool was = test_bit(nr, word);

	set_bit(nr, word);
	return was;
}

static inline bool test_and_clear_bit(int nr, unsigned long *word)
{
	bool was = test_bit(nr, word);

	clear_bit(nr, word);
	return was;
}

#define for_each_set_bit(bit, word, size) \
	for ((bit) = 0; (bit) < (size); (bit)++) \
		if (*(word) & BIT(bit))

#define __ffs64(x)	((unsigned int)__builtin_ctzll(x))
#define hweight32(x)	((unsigned int)__builtin_popcount(x))

static inline unsigned int hweight8(unsigned int word) { return (unsigned int)__builtin_popcount(word & 0xff); }
