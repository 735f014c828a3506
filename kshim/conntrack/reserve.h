/* SPDX-License-Identifier: GPL-2.0-only */
/* Reserves and publishes ports, before the server has seen the request. */
#ifndef _RTSP_RESERVE_H
#define _RTSP_RESERVE_H

#include "state.h"

/* Reserve the outside ports that @ask proposes, or publish its ports.  The mapping has begun, or
 * is prepared (mapping.h).  Returns 0 or a negative error number: -EBUSY if other ports may do,
 * -EAGAIN if too many wait for an answer, -EDQUOT beyond the quota, -EMFILE if the kernel's table
 * is full. The caller holds conn->lock and is under RCU.
 */
int rtsp_reserve(const struct rtsp_ask *ask);
int rtsp_publish(const struct rtsp_ask *ask);

#endif /* _RTSP_RESERVE_H */
