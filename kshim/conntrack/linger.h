/* SPDX-License-Identifier: GPL-2.0-only */
/* Mappings whose control connection has ended but whose session need not have (RFC 2326
 * section 12.37): they stay as they are for the time that the server has announced.
 *
 * The caller of both holds conn->lock.
 */
#ifndef _RTSP_LINGER_H
#define _RTSP_LINGER_H

#include "state.h"

/* Let the mapping of @ask linger for ask->asked->seconds, if it is live; else release it. */
void rtsp_linger(const struct rtsp_ask *ask);
/* Once a second: release what has lingered long enough, and keep the conntrack for the rest. */
void rtsp_linger_on(struct rtsp_conn *conn);

#endif /* _RTSP_LINGER_H */
