/* SPDX-License-Identifier: GPL-2.0-only */
/* Which requests may pass: the module parameter methods. */
#ifndef _NF_CONNTRACK_RTSP_METHODS_H
#define _NF_CONNTRACK_RTSP_METHODS_H

#include <linux/types.h>
#include <rtspnat.h>

/* Tell @core, which has seen nothing yet. */
void rtsp_methods_allow(struct rtspnat_connection *core);

#endif /* _NF_CONNTRACK_RTSP_METHODS_H */
