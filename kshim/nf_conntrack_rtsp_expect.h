/* SPDX-License-Identifier: GPL-2.0-only */
/* A mapping of the core, made of conntrack expectations. */
#ifndef _NF_CONNTRACK_RTSP_EXPECT_H
#define _NF_CONNTRACK_RTSP_EXPECT_H

#include <net/netfilter/nf_conntrack_expect.h>

#include "nf_conntrack_rtsp_nat.h"
#include "nf_conntrack_rtsp_state.h"

extern const struct nf_conntrack_expect_policy rtsp_expect_policy;

/* The caller of these holds conn->lock.  @nat is NULL where there is no NAT, or no
 * nf_nat_rtsp.
 */
enum rtspnat_reply rtsp_reserve(struct rtsp_conn *conn,
				const struct rtspnat_step *step,
				const struct nf_nat_rtsp_hooks *nat,
				int ifindex);
enum rtspnat_reply rtsp_expect(struct rtsp_conn *conn,
			       const struct rtspnat_step *step,
			       const struct nf_nat_rtsp_hooks *nat);
void rtsp_release(struct rtsp_conn *conn, unsigned int number);
void rtsp_release_all(struct rtsp_conn *conn);
bool rtsp_holds_any(const struct rtsp_conn *conn);

#endif /* _NF_CONNTRACK_RTSP_EXPECT_H */
