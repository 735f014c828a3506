/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <linux/types.h>

struct in_addr { __be32 s_addr; };
struct in6_addr {
	union {
		u8 s6_addr[16];
		__be16 s6_addr16[8];
		__be32 s6_addr32[4];
	};
};

#define AF_INET		2
#define AF_INET6	10
#define IPPROTO_TCP	6
#define IPPROTO_UDP	17
