// SPDX-License-Identifier: GPL-2.0-only
/* What the module refuses, for the administrator's packet log (nf_log). */

#include <linux/net.h>
#include <net/netfilter/nf_log.h>

#include "log.h"

/* The log may go to a slow console, and a host may ask again as fast as it likes: so the rate
 * is limited.  nf_ct_helper_log() would read the helper, which ends on another CPU at any time.
 */
void rtsp_log(struct sk_buff *skb, const struct nf_conn *ct, const char *what,
	      const char *why)
{
	if (net_ratelimit())
		nf_log_packet(nf_ct_net(ct), nf_ct_l3num(ct), 0, skb, NULL,
			      NULL, NULL, "nf_ct_rtsp: %s: %s ", what, why);
}
