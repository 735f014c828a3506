/* SPDX-License-Identifier: GPL-2.0-only */
/* Connections that another router followed, which is gone. */
#ifndef _NF_CONNTRACK_RTSP_CARRIED_H
#define _NF_CONNTRACK_RTSP_CARRIED_H

#include <linux/tcp.h>

#include "nf_conntrack_rtsp_nat.h"
#include "nf_conntrack_rtsp_packet.h"

/* A segment of a connection that is not read, as its opening was not seen.  If there
 * are expectations of it nevertheless, another router has read it: they get the NAT
 * that userspace did not carry, and once both sides have agreed on where a message
 * ends, it may be read on.  True if that is where this segment begins; then the
 * helper knows where both directions are.  The caller is under RCU.
 */
bool rtsp_carried_segment(const struct rtsp_packet *pkt,
			  const struct tcphdr *th,
			  const struct nf_nat_rtsp_hooks *nat);

#endif /* _NF_CONNTRACK_RTSP_CARRIED_H */
