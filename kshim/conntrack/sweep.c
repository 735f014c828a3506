// SPDX-License-Identifier: GPL-2.0-only
/* Looks at all connections once a second, and at the end of a namespace or of the module. */

#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/sched.h>

#include "carried.h"
#include "conn.h"
#include "host.h"
#include "linger.h"
#include "mapping.h"
#include "media.h"
#include "redirect.h"
#include "stats.h"
#include "sweep.h"

/* How many connections are looked at with the lock of the list held, and for how many ticks: each
 * may have 64 flows to be made anew.
 */
#define RTSP_SWEEP_BATCH	64u
#define RTSP_SWEEP_TICKS	1
#define RTSP_RENEW_INTERVAL	(24ul * 60 * 60 * HZ)

/* A connection that the sweep has taken off the list counts in its namespace until it is finished,
 * so no namespace may end in between.
 */
static DEFINE_MUTEX(rtsp_sweep_mutex);
/* In jiffies: when all expectations were renewed.  The mutex guards it. */
static unsigned long rtsp_renewed;

static void rtsp_conn_go_on(struct rtsp_conn *conn, bool renew)
{
	/* The end of nf_nat_rtsp has taken all expectations along. */
	bool no_nat = conn->natted && !rcu_access_pointer(nf_nat_rtsp_hooks);

	if (!rtsp_mapping_is_held(conn) && !READ_ONCE(conn->redirect) && !no_nat)
		return;
	rcu_read_lock();
	spin_lock_bh(&conn->lock);
	if (no_nat)
		rtsp_release_all(conn);
	rtsp_linger_on(conn);
	rtsp_media_on(conn);
	rtsp_redirect_on(conn);
	if (renew)
		rtsp_renew_all(conn);
	spin_unlock_bh(&conn->lock);
	rcu_read_unlock();
}

/* Of the next connections on the list, which go to its end, move to @dead all of @net, or with NULL
 * those that are over.  Returns how many of @left are left to be looked at.
 */
static unsigned int rtsp_sweep_some(const struct net *net, unsigned int left, bool renew,
				    struct list_head *dead)
{
	unsigned int count = min(left, RTSP_SWEEP_BATCH);
	unsigned long until;
	struct rtsp_conn *conn;

	spin_lock_bh(&rtsp_conns_lock);
	until = jiffies + RTSP_SWEEP_TICKS;
	for (; count && time_before_eq(jiffies, until); count--, left--) {
		if (list_empty(&rtsp_conns)) {
			left = 0;
			break;
		}
		conn = list_first_entry(&rtsp_conns, struct rtsp_conn, list);
		/* A flow that is made anew for a connection that has ended would let media in. */
		if (!net && !nf_ct_is_dying(conn->ct))
			rtsp_conn_go_on(conn, renew);
		if (net ? net_eq(nf_ct_net(conn->ct), net) : rtsp_conn_is_over(conn))
			rtsp_conn_unlist(conn, false, dead);
		else
			list_move_tail(&conn->list, &rtsp_conns);
	}
	spin_unlock_bh(&rtsp_conns_lock);
	return left;
}

/* Look at all connections that are there now, a few at a time: a packet that opens a connection
 * meanwhile waits for the lock.
 */
static void rtsp_sweep_conns(const struct net *net)
{
	bool renew = !net && jiffies - rtsp_renewed >= RTSP_RENEW_INTERVAL;
	unsigned int left = rtsp_gauge_all(RTSP_NOW_OPEN);

	if (renew)
		rtsp_renewed = jiffies;
	while (left) {
		LIST_HEAD(dead);

		left = rtsp_sweep_some(net, left, renew, &dead);
		rtsp_conn_finish(&dead);
		cond_resched();
	}
}

void rtsp_sweep(struct work_struct *work)
{
	bool adopted;

	mutex_lock(&rtsp_sweep_mutex);
	rtsp_sweep_conns(NULL);
	adopted = rtsp_carried_on();
	mutex_unlock(&rtsp_sweep_mutex);
	rtsp_host_reap(NULL);
	if (adopted || rtsp_gauge_all(RTSP_NOW_OPEN) || rtsp_gauge_all(RTSP_NOW_HOSTS))
		rtsp_sweep_later();
}

/* Conntrack waits for the last reference to a conntrack of the namespace. */
void rtsp_sweep_net(const struct net *net)
{
	mutex_lock(&rtsp_sweep_mutex);
	rtsp_sweep_conns(net);
	rtsp_carried_forget(net);
	mutex_unlock(&rtsp_sweep_mutex);
	rtsp_host_reap(net);
}

void rtsp_sweep_end(void)
{
	rtsp_sweep_stop();
	mutex_lock(&rtsp_sweep_mutex);
	rtsp_carried_forget(NULL);
	mutex_unlock(&rtsp_sweep_mutex);
}
