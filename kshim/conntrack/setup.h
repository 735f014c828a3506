/* SPDX-License-Identifier: GPL-2.0-only */
/* What the core learns of a connection. */
#ifndef _RTSP_SETUP_H
#define _RTSP_SETUP_H

#include "state.h"

/* Make conn->core of what conntrack knows and of @helper, where the streams stand.  The caller has
 * set all other members.
 */
void rtsp_setup_core(struct rtsp_conn *conn, const struct rtsp_helper *helper);

#endif /* _RTSP_SETUP_H */
