/* SPDX-License-Identifier: GPL-2.0-only */
/* Conntrack expectations of one port of a mapping. */
#ifndef _RTSP_EXPECT_H
#define _RTSP_EXPECT_H

#include <net/netfilter/nf_conntrack_expect.h>

#include "mapping.h"
#include "../nat_hook.h"

enum rtsp_expect_class {
	RTSP_EXPECT_MEDIA = NF_CT_EXPECT_CLASS_DEFAULT,
	RTSP_EXPECT_CONTROL,
	RTSP_EXPECT_CLASSES
};

extern const struct nf_conntrack_expect_policy
rtsp_expect_policies[RTSP_EXPECT_CLASSES];

/* New ones, inactive and not registered, of port @i of ask->step; NULL without
 * memory.  Inbound: from the peer, any port, to the outside port.  Outbound: from
 * the opener's port, which may be any, to the peer's as the opener knows it.
 */
struct nf_conntrack_expect *rtsp_expect_inbound(const struct rtsp_ask *ask,
						unsigned int i);
struct nf_conntrack_expect *rtsp_expect_outbound(const struct rtsp_ask *ask,
						 unsigned int i);

/* A new one like @old, which comes from rtsp_expect_inbound() and is not registered any more.
 * NULL without memory or without the NAT that it needs.  The caller is under RCU.
 */
struct nf_conntrack_expect *
rtsp_expect_again(const struct rtsp_conn *conn,
		  const struct nf_conntrack_expect *old);

/* 0, or -EBUSY if the router itself has the port. */
int rtsp_expect_check_port(const struct rtsp_ask *ask,
			   const struct nf_conntrack_expect *exp);

/* Register those of RTSPNAT_PORTS that are not NULL, all or none. */
int rtsp_expect_register(struct nf_conntrack_expect **exp);

/* Is @exp what rtsp_expect_outbound() would make now? */
bool rtsp_expect_is_outbound(const struct rtsp_ask *ask,
			     const struct nf_conntrack_expect *exp,
			     unsigned int i);

/* Was it taken away?  Some kernels leave it on the lists for a while. */
static inline bool rtsp_expect_is_dead(const struct nf_conntrack_expect *exp)
{
#ifdef NF_CT_EXPECT_DEAD
	return READ_ONCE(exp->flags) & NF_CT_EXPECT_DEAD;
#else
	return false;
#endif
}

/* These four under nf_conntrack_expect_lock.  The last two say what is admitted
 * from now on, if it is @open at all.
 */
bool rtsp_expect_is_registered(const struct nf_conntrack_expect *exp);
/* Of one that changes in place: of its end before, of a new one behind. */
void rtsp_expect_tell(struct nf_conntrack_expect *exp,
		      enum ip_conntrack_expect_events event);
void rtsp_expect_admit_in(const struct rtsp_ask *ask, unsigned int i);
void rtsp_expect_admit_out(const struct rtsp_ask *ask, unsigned int i,
			   bool open);

/* Let RTSPNAT_PORTS, NULL where there is none, live on as long as new ones would. */
void rtsp_expect_renew_all(struct nf_conntrack_expect **exp);

/* Unregister it, if it is registered. */
void rtsp_expect_unlink(struct nf_conntrack_expect *exp);
/* Unregister, let go, and forget. */
void rtsp_expect_drop(struct nf_conntrack_expect **slot);
/* Let go of RTSPNAT_PORTS that are not registered. */
void rtsp_expect_put(struct nf_conntrack_expect **exp);

#endif /* _RTSP_EXPECT_H */
