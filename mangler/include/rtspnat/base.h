/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/** @file
 * Integer types, addresses, and the two directions of a connection. Included by rtspnat.h.
 */
#ifndef RTSPNAT_BASE_H
#define RTSPNAT_BASE_H

#if defined(__KERNEL__) && !defined(__cplusplus)
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#endif

/** Which way a segment travels. */
enum rtspnat_direction {
	RTSPNAT_ORIGINAL = 0, /**< From the opener, the side that opened the connection, to its peer. */
	RTSPNAT_REPLY = 1,    /**< From the peer to the opener. */
};

/** An IP address. */
struct rtspnat_address {
	uint8_t family;    /**< 4, 6, or 0 for "not known". */
	uint8_t bytes[16]; /**< Network order; the first 4 for IPv4. */
};

#endif /* RTSPNAT_BASE_H */
