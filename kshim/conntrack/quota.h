/* SPDX-License-Identifier: GPL-2.0-only */
/* Limits on the connections, mappings and expectations of one host.
 *
 * A mapping is taken once and put once; its expectations are counted as they come and go:
 *
 *	why = rtsp_quota_take(host);		the counter of a limit, or RTSP_COUNTERS
 *	if (rtsp_quota_allows(host, RTSP_QUOTA_EXPECTED, 2)) ...
 *	rtsp_quota_add(host, 2, 2);		both of them wait for an answer
 *	rtsp_quota_add(host, 0, -2);		which has come
 *	rtsp_quota_add(host, -2, 0);
 *	rtsp_quota_put(host, true);
 */
#ifndef _RTSP_QUOTA_H
#define _RTSP_QUOTA_H

#include "host.h"
#include "stats.h"

enum rtsp_quota {
	RTSP_QUOTA_EXPECTED,	/* expectations, */
	RTSP_QUOTA_ASKING,	/* and those of them that wait for an answer */
};

/* May a connection of @host stay beside @others of @most that there may be?  A host that has more
 * than a quarter of @most may not while less than half is free.
 */
bool rtsp_quota_may_stay(const struct rtsp_host *host, unsigned int others, unsigned int most);
/* How many of its expectations wait for an answer. */
static inline unsigned int rtsp_quota_asking(const struct rtsp_host *host)
{
	return READ_ONCE(host->expectations[RTSP_QUOTA_ASKING]);
}

/* Count one more mapping.  Returns RTSP_COUNTERS, or the counter of the limit that it would
 * exceed.
 */
enum rtsp_counter rtsp_quota_take(struct rtsp_host *host);
/* The mapping has ended.  If it never @was_made, the host may ask as if it had not. */
void rtsp_quota_put(struct rtsp_host *host, bool was_made);

/* May @host have @count more?  The kernel's table has its places for all helpers of a namespace;
 * this one takes three quarters of them at most.  A host that has more than a quarter gets no more
 * while less than half is free.  Half of all that may be wait for an answer at most.
 */
bool rtsp_quota_allows(const struct rtsp_host *host, enum rtsp_quota what,
		       unsigned int count);
/* May @host have one more expectation that it can do without? */
bool rtsp_quota_may_spare(const struct rtsp_host *host);
/* @host has so many more now, or fewer: expectations, and those of them that wait for an answer. */
void rtsp_quota_add(struct rtsp_host *host, int expected, int asking);
/* The table is full although it should not be: somebody has made it smaller, or another helper
 * takes more.  For a minute nobody in the namespace of @host gets more than there is now.
 */
void rtsp_quota_table_full(const struct rtsp_host *host);

#endif /* _RTSP_QUOTA_H */
