// SPDX-License-Identifier: GPL-2.0-only
/* The socket that nf_nat_rtsp plugs into. */

#include <linux/export.h>

#include "../nat_hook.h"

const struct nf_nat_rtsp_hooks __rcu *nf_nat_rtsp_hooks __read_mostly;
EXPORT_SYMBOL_GPL(nf_nat_rtsp_hooks);
