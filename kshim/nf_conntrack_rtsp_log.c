// SPDX-License-Identifier: GPL-2.0-only
/* What is refused, for the administrator's packet log (nf_log). */

#include <net/netfilter/nf_conntrack_helper.h>
#include <net/netfilter/nf_log.h>

#include "nf_conntrack_rtsp_log.h"

/* nf_ct_helper_log() would say that the packet is dropped. */
void rtsp_log_refused(const struct rtsp_ask *ask, enum rtsp_counter why)
{
	const struct nf_conn *ct = ask->conn->ct;

	nf_log_packet(nf_ct_net(ct), nf_ct_l3num(ct), 0, ask->skb, NULL, NULL,
		      NULL, "nf_ct_rtsp: no mapping: %s ",
		      rtsp_counter_text(why));
}

void rtsp_log_dropped(struct sk_buff *skb, const struct nf_conn *ct,
		      enum rtsp_counter why)
{
	nf_ct_helper_log(skb, ct, "%s", rtsp_counter_text(why));
}
