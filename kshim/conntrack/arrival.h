/* SPDX-License-Identifier: GPL-2.0-only */
/* Handles the first packet of a media flow that matches an expectation. */
#ifndef _RTSP_ARRIVAL_H
#define _RTSP_ARRIVAL_H

#include <net/netfilter/nf_conntrack_helper.h>

/* Calls nf_conntrack_rtsp_arrive() (nat_hook.h), for expectations without NAT: with NAT the hook
 * prepare() sets a function that does so.  conntrackd knows it by its name.
 */
extern struct nf_ct_helper_expectfn rtsp_arrival_expectfn;

#endif /* _RTSP_ARRIVAL_H */
