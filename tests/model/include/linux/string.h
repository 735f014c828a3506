/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <stdio.h>
#include <string.h>

#define scnprintf		snprintf
#define strscpy(to, from, size)	snprintf(to, size, "%s", from)

/* The index of @text in @names, or -EINVAL. */
#define sysfs_match_string(names, text) ({ \
	int found_ = -EINVAL; \
	for (size_t i_ = 0; i_ < ARRAY_SIZE(names); i_++) \
		found_ = strcmp((names)[i_], text) ? found_ : (int)i_; \
	found_; })

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
