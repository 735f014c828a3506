// SPDX-License-Identifier: GPL-2.0-only
/* The socket that nf_nat_rtsp plugs into, and how that module gets loaded. */

#include <linux/jiffies.h>
#include <linux/kmod.h>
#include <linux/module.h>
#include <linux/workqueue.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "nf_conntrack_rtsp_nat.h"

#define RTSP_NAT_RETRY	(5 * HZ)

const struct nf_nat_rtsp_hooks __rcu *nf_nat_rtsp_hooks __read_mostly;
EXPORT_SYMBOL_GPL(nf_nat_rtsp_hooks);

/* Nobody but OVS and tc loads NAT helpers by themselves.  No waiting for the
 * end of modprobe: module exit waits for this work, and modprobe might wait
 * for module exit.
 */
static void rtsp_nat_load(struct work_struct *work)
{
	request_module_nowait(NF_NAT_HELPER_NAME("rtsp"));
}

static DECLARE_WORK(rtsp_nat_work, rtsp_nat_load);

/* A NATed connection was opened and there is no nf_nat_rtsp. */
void rtsp_nat_want(void)
{
	static unsigned long last = INITIAL_JIFFIES - RTSP_NAT_RETRY;
	unsigned long then = READ_ONCE(last);

	if (time_in_range_open(jiffies, then, then + RTSP_NAT_RETRY))
		return;
	if (cmpxchg(&last, then, jiffies) == then)
		queue_work(system_unbound_wq, &rtsp_nat_work);
}

void rtsp_nat_exit(void)
{
	cancel_work_sync(&rtsp_nat_work);
}
