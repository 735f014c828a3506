/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <linux/types.h>

#define SIPHASH_ALIGNMENT	__alignof__(u64)
typedef struct { u64 key[2]; } siphash_key_t;

/* Any function of the bytes does. */
u64 siphash(const void *data, size_t length, const siphash_key_t *key);
