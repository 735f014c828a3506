// SPDX-License-Identifier: GPL-2.0-only
/* The socket that nf_nat_rtsp plugs into, and how that module gets loaded. */

#include <linux/export.h>
#include <linux/module.h>

#include "../nat_hook.h"

/* Nobody but OVS and tc loads NAT helpers by themselves.  modprobe loads both modules, so whoever
 * loads this one alone, or unloads the other, means it: nothing here asks for the other.
 */
#if IS_ENABLED(CONFIG_NF_NAT)
MODULE_SOFTDEP("post: nf_nat_rtsp");
#endif

const struct nf_nat_rtsp_hooks __rcu *nf_nat_rtsp_hooks __read_mostly;
EXPORT_SYMBOL_GPL(nf_nat_rtsp_hooks);
