/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <linux/types.h>
#include <linux/string.h>

static inline u16 get_unaligned_be16(const void *from)
{
	u16 value;

	memcpy(&value, from, sizeof(value));
	return ntohs(value);
}

static inline u32 get_unaligned_be32(const void *from)
{
	u32 value;

	memcpy(&value, from, sizeof(value));
	return ntohl(value);
}

static inline void put_unaligned_be16(u16 value, void *to)
{
	value = htons(value);
	memcpy(to, &value, sizeof(value));
}

static inline void put_unaligned_be32(u32 value, void *to)
{
	value = htonl(value);
	memcpy(to, &value, sizeof(value));
}

#define get_unaligned(p) ({ typeof(*(p)) value_; memcpy(&value_, p, sizeof(value_)); value_; })
#define put_unaligned(v, p) do { typeof(*(p)) value_ = (v); memcpy(p, &value_, sizeof(value_)); } while (0)
