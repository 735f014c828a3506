/* SPDX-License-Identifier: GPL-2.0-only */
/* Tells the core about a connection. */
#ifndef _RTSP_SETUP_H
#define _RTSP_SETUP_H

#include "state.h"

/* Open conn->core with the addresses that conntrack knows, and the stream positions in @helper.
 * The caller has set all other members.
 */
void rtsp_setup_core(struct rtsp_conn *conn, const struct rtsp_helper *helper);

#endif /* _RTSP_SETUP_H */
