/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <string.h>

/* Returns the first byte that is not @value, or NULL. */
static inline void *memchr_inv(const void *start, int value, size_t bytes)
{
	const unsigned char *at = start;

	for (; bytes; at++, bytes--) {
		if (*at != (unsigned char)value)
			return (void *)at;
	}
	return NULL;
}
