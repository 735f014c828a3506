/* SPDX-License-Identifier: GPL-2.0-only */
/* What the core asks about mappings, and its answers. */
#ifndef _RTSP_MAPPING_H
#define _RTSP_MAPPING_H

#include <linux/skbuff.h>

#include "../nat_hook.h"
#include "state.h"

/* One question. */
struct rtsp_ask {
	struct rtsp_conn *conn;
	const struct rtspnat_step *step;
	const struct nf_nat_rtsp_hooks *nat;	/* NULL: no NAT, or no nf_nat_rtsp */
	struct sk_buff *skb;
};

static inline struct rtsp_mapping *rtsp_ask_mapping(const struct rtsp_ask *ask)
{
	return &ask->conn->mapping[ask->step->mapping];
}

/* The caller of all these holds conn->lock. */
enum rtspnat_reply rtsp_reserve(const struct rtsp_ask *ask);
enum rtspnat_reply rtsp_publish(const struct rtsp_ask *ask);
enum rtspnat_reply rtsp_expect(const struct rtsp_ask *ask);
void rtsp_linger(const struct rtsp_ask *ask);
/* Expect the control connection that a redirection names. */
void rtsp_redirect(const struct rtsp_ask *ask);
void rtsp_redirect_end(struct rtsp_conn *conn);
/* Forget it once it was followed or has run out. */
void rtsp_redirect_on(struct rtsp_conn *conn);
/* Release what the two sides have given up themselves. */
void rtsp_give_up(const struct rtsp_ask *ask);
void rtsp_release(struct rtsp_conn *conn, unsigned int number);
void rtsp_release_all(struct rtsp_conn *conn);
/* Keep expectations from running out. */
void rtsp_renew_all(struct rtsp_conn *conn);
bool rtsp_holds_any(const struct rtsp_conn *conn);

/* Is nf_nat_rtsp needed and not there?  Counts it. */
bool rtsp_lacks_nat(const struct rtsp_ask *ask);
/* Between these two a mapping that is none is made one, unless @err is negative. */
bool rtsp_mapping_may_begin(const struct rtsp_ask *ask);
void rtsp_mapping_begin(const struct rtsp_ask *ask, int err);
/* Expectations of it have come or gone. */
void rtsp_mapping_count(struct rtsp_conn *conn,
			struct rtsp_mapping *mapping);
void rtsp_mapping_become(struct rtsp_conn *conn, struct rtsp_mapping *mapping,
			 enum rtsp_mapping_state state);

/* Fill in @step its ports as the expectations have them, for whoever traces. */
void rtsp_mapping_describe(const struct rtsp_mapping *mapping,
			   unsigned int number, struct rtspnat_step *step);

/* Release what has lingered long enough, and keep the conntrack for the rest. */
void rtsp_linger_on(struct rtsp_conn *conn);

/* Release a mapping of another connection that lingers on a port that @ask wants for the same
 * port of the same host.  Returns whether there was one.
 */
bool rtsp_linger_reclaim(const struct rtsp_ask *ask);

#endif /* _RTSP_MAPPING_H */
