// SPDX-License-Identifier: GPL-2.0-only
/* The dialogue with the core about one segment: each question goes to the file that can answer it,
 * and a refusal becomes a reply, a counter and a line in the log.
 */

#include <linux/errno.h>

#include "admit.h"
#include "dialogue.h"
#include "flow.h"
#include "linger.h"
#include "mapping.h"
#include "params.h"
#include "quota.h"
#include "redirect.h"
#include "reserve.h"
#include "room.h"
#include "stats.h"

static enum rtspnat_reply rtsp_refuse(const struct rtsp_ask *ask, enum rtsp_counter why)
{
	/* The core proposes other ports, so nothing is refused yet. */
	if (why == RTSP_PORT_BUSY) {
		rtsp_count(nf_ct_net(ask->conn->ct), why);
		return RTSPNAT_BUSY;
	}
	rtsp_count_and_log(ask->skb, ask->conn->ct, "no mapping", why);
	return RTSPNAT_NO;
}

static enum rtsp_counter rtsp_why(const struct rtsp_ask *ask, int err)
{
	switch (err) {
	case -EBUSY:
		return RTSP_PORT_BUSY;
	case -ENOMEM:
		return RTSP_NO_MEMORY;
	case -EDQUOT:
		return RTSP_TOO_MANY_EXPECTATIONS;
	case -EAGAIN:
		return RTSP_TOO_MANY_UNANSWERED;
	case -EMFILE:
		rtsp_quota_table_full(ask->conn->host);
		return RTSP_TABLE_FULL;
	default:
		return RTSP_RESERVE_FAILED;
	}
}

/* Prepare the mapping of @ask, unless it has begun.  From its first question on a mapping counts
 * for its host and keeps its connection.  Returns RTSP_COUNTERS, or the counter of what is in the
 * way.
 */
static enum rtsp_counter rtsp_prepare(const struct rtsp_ask *ask)
{
	struct rtsp_mapping *mapping = rtsp_ask_mapping(ask);
	enum rtsp_counter why;

	/* nf_nat_rtsp may have gone, and have taken the expectations with it. */
	if (ask->conn->natted && !ask->nat)
		return RTSP_NO_NAT_MODULE;
	if (mapping->state != RTSP_MAPPING_NONE)
		return RTSP_COUNTERS;
	if (!rtsp_mapping_prepare(mapping))
		return RTSP_NO_MEMORY;
	why = rtsp_room_hold(ask->conn);
	if (why == RTSP_COUNTERS)
		why = rtsp_quota_take(ask->conn->host);
	if (why != RTSP_COUNTERS)
		rtsp_mapping_abandon(mapping);
	return why;
}

static enum rtspnat_reply rtsp_grant(const struct rtsp_ask *ask,
				     int (*grant)(const struct rtsp_ask *ask))
{
	enum rtsp_counter why = rtsp_prepare(ask);
	int err;

	if (why != RTSP_COUNTERS)
		return rtsp_refuse(ask, why);
	err = grant(ask);
	if (!err)
		return RTSPNAT_YES;
	/* The core itself counts a reservation that is gone. */
	return err == -ENOENT ? RTSPNAT_NO : rtsp_refuse(ask, rtsp_why(ask, err));
}

/* Both sides have given up the mapping. */
static void rtsp_give_up(const struct rtsp_ask *ask)
{
	struct rtsp_mapping *mapping = rtsp_ask_mapping(ask);

	if (rtsp_param(end_media) && mapping->state == RTSP_MAPPING_LIVE)
		rtsp_flows_end(mapping);
	rtsp_mapping_release(ask->conn, mapping);
}

void rtsp_dialogue(struct rtsp_conn *conn, struct sk_buff *skb, struct rtspnat_step *step)
{
	const struct rtsp_ask ask = {
		.conn = conn,
		.step = step,
		.nat = rtsp_nat(conn),
		.skb = skb,
	};
	enum rtspnat_reply reply;

	for (;;) {
		switch (rtspnat_next(conn->core, step)) {
		case RTSPNAT_RESERVE:
			/* What lingers under this number the core has forgotten. */
			rtsp_mapping_release(conn, rtsp_ask_mapping(&ask));
			reply = rtsp_grant(&ask, rtsp_reserve);
			rtspnat_answer(conn->core, reply, step->outside[0]);
			break;
		case RTSPNAT_PUBLISH:
			if (rtsp_ask_mapping(&ask)->state == RTSP_MAPPING_LINGERING)
				rtsp_mapping_release(conn, rtsp_ask_mapping(&ask));
			reply = rtsp_grant(&ask, rtsp_publish);
			rtspnat_answer(conn->core, reply, step->published[0]);
			break;
		case RTSPNAT_EXPECT:
			rtspnat_answer(conn->core, rtsp_grant(&ask, rtsp_admit), 0);
			break;
		case RTSPNAT_RELEASE:
			rtsp_give_up(&ask);
			break;
		case RTSPNAT_LINGER:
			rtsp_linger(&ask);
			break;
		case RTSPNAT_REDIRECT:
			rtsp_redirect(&ask);
			break;
		case RTSPNAT_DONE:
			return;
		}
	}
}
