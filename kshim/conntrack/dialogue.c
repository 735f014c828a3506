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
#include "memory.h"
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

/* Make a mapping.  It counts for its host and keeps its connection from its first question on.
 * Returns RTSP_COUNTERS, or the counter of what is in the way.
 */
static enum rtsp_counter rtsp_begin(struct rtsp_ask *ask)
{
	enum rtsp_counter why;

	ask->mapping = rtsp_mapping_new(ask->conn, ask->asked);
	if (!ask->mapping)
		return RTSP_NO_MEMORY;
	why = rtsp_room_hold(ask->conn);
	if (why == RTSP_COUNTERS)
		why = rtsp_quota_take(ask->conn->host);
	if (why != RTSP_COUNTERS)
		rtsp_mapping_free(ask->mapping);
	return why;
}

/* The core gives the number of a mapping that lingers, or is reserved anew, to another mapping. */
static void rtsp_end_former(struct rtsp_ask *ask)
{
	struct rtsp_mapping *former = ask->mapping;

	if (!former || (ask->step->ask != RTSPNAT_RESERVE &&
			former->state != RTSP_MAPPING_LINGERING &&
			former->count >= ask->asked->count))
		return;
	rtsp_mapping_release(ask->conn, former);
	ask->mapping = NULL;
}

static enum rtspnat_reply rtsp_grant(struct rtsp_ask *ask,
				     int (*grant)(const struct rtsp_ask *ask))
{
	enum rtsp_counter why = RTSP_COUNTERS;
	int err;

	rtsp_end_former(ask);
	/* nf_nat_rtsp may have gone, and have taken the expectations with it. */
	if (ask->conn->natted && !ask->nat)
		why = RTSP_NO_NAT_MODULE;
	else if (!ask->mapping)
		why = rtsp_begin(ask);
	if (why != RTSP_COUNTERS)
		return rtsp_refuse(ask, why);

	err = grant(ask);
	if (!err)
		return RTSPNAT_YES;
	if (ask->mapping->state == RTSP_MAPPING_NEW) {
		rtsp_quota_put(ask->conn->host, false);
		rtsp_mapping_free(ask->mapping);
	}
	/* The core itself counts a reservation that is gone. */
	return err == -ENOENT ? RTSPNAT_NO : rtsp_refuse(ask, rtsp_why(ask, err));
}

static void rtsp_answer(struct rtsp_ask *ask, int (*grant)(const struct rtsp_ask *ask),
			u16 first_port)
{
	rtspnat_answer(ask->conn->core, rtsp_grant(ask, grant), first_port);
}

static void rtsp_lend(const struct rtsp_conn *conn)
{
	void *memory = rtsp_buffer_alloc();

	if (!memory)
		rtsp_count(nf_ct_net(conn->ct), RTSP_NO_MEMORY);
	rtspnat_lend(conn->core, memory);
}

/* Both sides have given up the mapping. */
static void rtsp_give_up(const struct rtsp_ask *ask)
{
	struct rtsp_mapping *mapping = ask->mapping;

	if (mapping && mapping->state == RTSP_MAPPING_LIVE && rtsp_param(end_media))
		rtsp_flows_end(mapping);
	rtsp_mapping_release(ask->conn, mapping);
}

void rtsp_dialogue(struct rtsp_conn *conn, struct sk_buff *skb,
		   const struct rtspnat_segment *segment, void *scratch,
		   struct rtspnat_step *step)
{
	struct rtsp_ask ask = {
		.conn = conn,
		.step = step,
		.asked = &step->mapping,
		.nat = rtsp_nat(conn),
		.skb = skb,
	};

	rtspnat_begin(conn->core, scratch, segment);
	while (rtspnat_next(conn->core, step) != RTSPNAT_DONE) {
		ask.mapping = rtsp_mapping_find(conn, step->mapping.number);
		switch (step->ask) {
		case RTSPNAT_RESERVE:
			rtsp_answer(&ask, rtsp_reserve, step->mapping.outside[0]);
			break;
		case RTSPNAT_PUBLISH:
			rtsp_answer(&ask, rtsp_publish, step->mapping.published[0]);
			break;
		case RTSPNAT_EXPECT:
			rtsp_answer(&ask, rtsp_admit, 0);
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
		case RTSPNAT_LEND:
			rtsp_lend(conn);
			break;
		case RTSPNAT_RETURN:
			rtsp_buffer_free(step->buffer.memory);
			break;
		}
	}
}
