/* SPDX-License-Identifier: GPL-2.0-only */
/* The sweep, once a second, and the end of a namespace or of the module.
 *
 * All these may sleep.  A mutex sees to it that no two come at once.
 */
#ifndef _RTSP_SWEEP_H
#define _RTSP_SWEEP_H

#include <linux/workqueue.h>
#include <net/net_namespace.h>

/* Keep flows and expectations from running out, let go of connections that are over, and come again
 * while any are left.
 */
void rtsp_sweep(struct work_struct *work);
/* Let go of all that @net has. */
void rtsp_sweep_net(const struct net *net);
/* No packet comes any more: stop, and let go of what another router has left. */
void rtsp_sweep_end(void);

#endif /* _RTSP_SWEEP_H */
