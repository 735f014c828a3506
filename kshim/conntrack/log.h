/* SPDX-License-Identifier: GPL-2.0-only */
/* What is refused, for the administrator's packet log (nf_log). */
#ifndef _RTSP_LOG_H
#define _RTSP_LOG_H

#include "mapping.h"
#include "proc.h"

/* No mapping was made; the packet that asked for it passes as it is. */
void rtsp_log_refused(const struct rtsp_ask *ask, enum rtsp_counter why);

/* The packet is dropped. */
void rtsp_log_dropped(struct sk_buff *skb, const struct nf_conn *ct,
		      enum rtsp_counter why);

#endif /* _RTSP_LOG_H */
