/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <linux/types.h>

u32 get_random_u32(void);
static inline void get_random_bytes(void *to, size_t length)
{
	u8 *at = to;

	while (length--)
		*at++ = (u8)get_random_u32();
}
static inline u16 get_random_u16(void) { return (u16)get_random_u32(); }
