/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/** @file
 * Kernel code that misbehaves on demand, and a helper that edits on demand, for the tests of the model itself.
 */
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum probe_misuse {
	PROBE_LOCK_TWICE,
	PROBE_UNLOCK_WITHOUT_LOCK,
	PROBE_LOCK_IN_BOTH_ORDERS,
	PROBE_LOCK_IN_A_CIRCLE,
	PROBE_LOCK_TWO_OF_A_KIND,
	PROBE_WAIT_FOR_WORK_THAT_WAITS,
	PROBE_LOCK_UNINITIALISED,
	PROBE_LOCK_WITHOUT_BH,
	PROBE_LEAVE_WITH_LOCK,
	PROBE_SLEEP_WITH_LOCK,
	PROBE_SLEEP_UNDER_RCU,
	PROBE_DEREFERENCE_OUTSIDE_RCU,
	PROBE_REFCOUNT_FROM_ZERO,
	PROBE_REFCOUNT_OVERFLOWS,
	PROBE_FREE_CACHE_IN_USE,
	PROBE_LEAK,
	PROBE_KEEP_CONNTRACK,
	PROBE_KEEP_SOCKET,
	PROBE_BAD_CHECKSUM,
	PROBE_BAD_LENGTH,
	PROBE_WRITE_TO_CLONE,
	PROBE_SMALL_AGGREGATE,
	PROBE_MISUSES
};

/** The probe's changes of the next packet with payload, and of its numbers. */
struct probe_edit {
	bool armed;
	bool misuse;              /**< Do @c what instead. */
	enum probe_misuse what;
	unsigned offset, length;  /**< The bytes that the edit replaces. */
	const char *text;
	bool adjust;              /**< Set sequence adjustment at the edit. */
	bool adjust_by_segment;   /**< As __nf_nat_mangle_tcp_packet() does, at the start of the segment. */
	int seq_change;           /**< Added to the sequence number itself, with the checksum. */
	unsigned cut;             /**< Bytes cut off the tail, after the edit. */
	bool gso_reset;
	bool failed;              /**< Out. */
};

extern struct probe_edit probe_edit;

/** Misbehaves in process context, as the name says. */
void probe_do(enum probe_misuse what);
/** Gives the helper of the newest connection an ICMP error about it, as conntrack does: "fragmentation needed" for a packet with this
 *  identification. */
void probe_icmp_error(uint16_t id);
/** Registers the probe as helper "rtsp", in place of the module. */
void probe_register(void);
void probe_unregister(void);
/** Registers a helper of another protocol, for datagrams to port 69. It expects the answer, or drops the request. */
void probe_register_tftp(void);
void probe_unregister_tftp(void);

#ifdef __cplusplus
}
#endif
