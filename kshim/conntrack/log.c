// SPDX-License-Identifier: GPL-2.0-only
/* What is refused, for the administrator's packet log (nf_log). */

#include <linux/net.h>
#include <net/netfilter/nf_log.h>

#include "log.h"

/* The log may go to a slow console, and whoever is refused may go on asking. */
void rtsp_log_refused(const struct rtsp_ask *ask, enum rtsp_counter why)
{
	const struct nf_conn *ct = ask->conn->ct;

	if (!net_ratelimit())
		return;
	nf_log_packet(nf_ct_net(ct), nf_ct_l3num(ct), 0, ask->skb, NULL, NULL,
		      NULL, "nf_ct_rtsp: no mapping: %s ",
		      rtsp_counter_text(why));
}

void rtsp_log_dropped(struct sk_buff *skb, const struct nf_conn *ct,
		      enum rtsp_counter why)
{
	if (!net_ratelimit())
		return;
	/* As nf_ct_helper_log(), which on some kernels does not stand a helper that ends. */
	nf_log_packet(nf_ct_net(ct), nf_ct_l3num(ct), 0, skb, NULL, NULL, NULL,
		      "nf_ct_rtsp: dropping packet: %s ",
		      rtsp_counter_text(why));
}
