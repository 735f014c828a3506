// SPDX-License-Identifier: GPL-2.0-only
/* The socket that nf_nat_rtsp plugs into, and how that module gets loaded. */

#include <linux/jiffies.h>
#include <linux/kmod.h>
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "nf_conntrack_rtsp_nat.h"

#define RTSP_NAT_RETRY	(5 * HZ)

/* Its name until it got that one. */
#ifndef HAVE_DFL_WQ
#define system_dfl_wq	system_unbound_wq
#endif

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
		queue_work(system_dfl_wq, &rtsp_nat_work);
}

/* With NAT in the kernel a connection may need nf_nat_rtsp; asking for it now, and
 * not at the first SYN, it is there before the first SETUP.
 */
static int rtsp_nat_event(struct notifier_block *nb, unsigned long event,
			  void *data)
{
	const struct module *module = data;

	if (event == MODULE_STATE_LIVE && !strcmp(module->name, "nf_nat"))
		queue_work(system_dfl_wq, &rtsp_nat_work);
	return NOTIFY_DONE;
}

static struct notifier_block rtsp_nat_notifier = {
	.notifier_call = rtsp_nat_event,
};

int rtsp_nat_init(void)
{
	int ret = register_module_notifier(&rtsp_nat_notifier);

#if IS_ENABLED(CONFIG_NF_NAT)
	if (!ret && rcu_access_pointer(nf_nat_hook))
		queue_work(system_dfl_wq, &rtsp_nat_work);
#endif
	return ret;
}

void rtsp_nat_exit(void)
{
	unregister_module_notifier(&rtsp_nat_notifier);
	cancel_work_sync(&rtsp_nat_work);
}
