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

struct sockaddr_in {
	u16 sin_family;
	__be16 sin_port;
	struct in_addr sin_addr;
	u8 unused[8];
};
struct sockaddr_in6 {
	u16 sin6_family;
	__be16 sin6_port;
	u32 sin6_flowinfo;
	struct in6_addr sin6_addr;
	u32 sin6_scope_id;
};

#define AF_INET		2
#define AF_INET6	10
#define IPPROTO_TCP	6
#define IPPROTO_UDP	17
