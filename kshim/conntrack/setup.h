/* SPDX-License-Identifier: GPL-2.0-only */
/* What the core is told of a connection. */
#ifndef _RTSP_SETUP_H
#define _RTSP_SETUP_H

#include "state.h"

/* Make the core of @conn, whose other members are set. */
void rtsp_setup_core(struct rtsp_conn *conn, const struct rtsp_helper *helper);

#endif /* _RTSP_SETUP_H */
