/* SPDX-License-Identifier: GPL-2.0-only */
/* Conntrack expectations of one port of a mapping.
 *
 *	exp = rtsp_expect_inbound(ask, i);	inactive: no packet matches it
 *	rtsp_expect_check_port(ask, exp);	is the port free on the router itself?
 *	rtsp_expect_register(exps);		now no other connection gets the port
 *	rtsp_expect_admit_in(ask, i);		the reply came: active, from the peer's port
 *	rtsp_expect_drop(&exp);
 */
#ifndef _RTSP_EXPECT_H
#define _RTSP_EXPECT_H

#include <net/netfilter/nf_conntrack_expect.h>

#include "state.h"

enum rtsp_expect_class {
	RTSP_EXPECT_MEDIA = NF_CT_EXPECT_CLASS_DEFAULT,
	RTSP_EXPECT_CONTROL,
	RTSP_EXPECT_CLASSES
};

extern const struct nf_conntrack_expect_policy
rtsp_expect_policies[RTSP_EXPECT_CLASSES];

/* Make a new one, inactive and not registered, of port @i of ask->asked.  Returns NULL without
 * memory.  Inbound: media to the outside port, from any port of the peer and of whomever
 * media_source may admit later.  Outbound: media from the opener's port, or from any if it has
 * announced none, to the peer's port as the opener knows it.
 */
struct nf_conntrack_expect *rtsp_expect_inbound(const struct rtsp_ask *ask,
						unsigned int i);
struct nf_conntrack_expect *rtsp_expect_outbound(const struct rtsp_ask *ask,
						 unsigned int i);

/* Make a new one like @old, which comes from rtsp_expect_inbound() and is not registered any
 * more.  Returns NULL without memory, or without the NAT that it needs.  The caller is under RCU.
 */
struct nf_conntrack_expect *
rtsp_expect_again(const struct rtsp_conn *conn, const struct nf_conntrack_expect *old);

/* Is @exp what rtsp_expect_outbound() would make now? */
bool rtsp_expect_is_outbound(const struct rtsp_ask *ask,
			     const struct nf_conntrack_expect *exp,
			     unsigned int i);

/* Returns 0, or -EBUSY if the router itself uses the port. */
int rtsp_expect_check_port(const struct rtsp_ask *ask,
			   const struct nf_conntrack_expect *exp);

/* Register those of RTSPNAT_PORTS that are not NULL, all or none. */
int rtsp_expect_register(struct nf_conntrack_expect **exp);

/* The caller of these five holds nf_conntrack_expect_lock. */

bool rtsp_expect_is_registered(const struct nf_conntrack_expect *exp);
/* Let @exp, which is open to every sender, admit @addr alone. */
void rtsp_expect_narrow(struct nf_conntrack_expect *exp, const union nf_inet_addr *addr);
/* Does @exp wait for packets, or does it only keep its port? */
bool rtsp_expect_is_open(const struct nf_conntrack_expect *exp);
/* Set whom port @i admits from now on; ask->asked->open, or @open, says whether it admits any. */
void rtsp_expect_admit_in(const struct rtsp_ask *ask, unsigned int i);
void rtsp_expect_admit_out(const struct rtsp_ask *ask, unsigned int i, bool open);

/* Let @exp, which may be NULL, live on as long as a new one would. */
void rtsp_expect_renew(struct nf_conntrack_expect *exp);

/* Unregister it, let go of it, and set @slot to NULL. */
void rtsp_expect_drop(struct nf_conntrack_expect **slot);
/* Let go of RTSPNAT_PORTS that are not registered. */
void rtsp_expect_put(struct nf_conntrack_expect **exp);

#endif /* _RTSP_EXPECT_H */
