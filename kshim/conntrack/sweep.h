/* SPDX-License-Identifier: GPL-2.0-only */
/* What happens once a second, and when a namespace or the module ends.
 *
 * All these may sleep.  A mutex sees to it that no two come at once.
 */
#ifndef _RTSP_SWEEP_H
#define _RTSP_SWEEP_H

#include <linux/workqueue.h>
#include <net/net_namespace.h>

/* Keep what has to be kept, let go of what is over, and come again while anything is left. */
void rtsp_sweep(struct work_struct *work);
/* Let go of all that @net has. */
void rtsp_sweep_net(const struct net *net);
/* No packet comes any more: stop, and let go of what another router has left. */
void rtsp_sweep_end(void);

#endif /* _RTSP_SWEEP_H */
