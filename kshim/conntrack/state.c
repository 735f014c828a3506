// SPDX-License-Identifier: GPL-2.0-only
/* Lifetime of the per-connection state.
 *
 * No destroy callback of the helper does this: from 7.2 on a conntrack may outlive
 * the module and would call into freed text.  So each state holds its
 * conntrack, and a sweep lets go of those that are over.  Expectations do not
 * wait for the sweep; they end when the conntrack is taken off the hash.
 *
 * Locks, from the outside in: rtsp_reap_mutex, rtsp_conns_lock, conn->lock, and then one of
 * that of struct rtsp_asking, rtsp_hosts_lock and nf_conntrack_expect_lock.
 */

#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "adopted.h"
#include "carried.h"
#include "flow.h"
#include "host.h"
#include "mapping.h"
#include "proc.h"
#include "room.h"
#include "setup.h"
#include "state.h"

#define RTSP_SWEEP_INTERVAL	HZ
/* Connections that are looked at with the lock of the list held, and for how long: each may
 * have 64 flows to be made anew.
 */
#define RTSP_SWEEP_BATCH	64u
#define RTSP_SWEEP_TICKS	1
#define RTSP_RENEW_INTERVAL	(24ul * 60 * 60 * HZ)

static struct kmem_cache *rtsp_conn_cache __read_mostly;

/* What the sweep has taken off the list counts in its namespace until it is finished,
 * so no namespace may end in between.
 */
static DEFINE_MUTEX(rtsp_reap_mutex);

static void rtsp_conn_sweep(struct work_struct *work);
static DECLARE_DELAYED_WORK(rtsp_sweep_work, rtsp_conn_sweep);

void rtsp_sweep_later(void)
{
	queue_delayed_work(system_power_efficient_wq, &rtsp_sweep_work,
			   RTSP_SWEEP_INTERVAL);
}

static struct rtsp_conn *rtsp_conn_alloc(struct nf_conn *ct)
{
	struct rtsp_conn *conn;

	conn = kmem_cache_alloc(rtsp_conn_cache, GFP_ATOMIC | __GFP_NOWARN);
	if (!conn)
		return NULL;
	memset(conn, 0, sizeof(*conn));
	spin_lock_init(&conn->lock);
	conn->ct = ct;
	conn->renewed = jiffies;
	conn->used = jiffies;
	conn->natted = ct->status & IPS_NAT_MASK;
	conn->interleaved = rtsp_note_counter(nf_ct_net(ct),
					      RTSPNAT_NOTE_INTERLEAVED);
	return conn;
}

/* Both directions may come here at once.  Returns the state that won, or NULL
 * if it lived and died in the meantime.  The positions are those of the moment at which it
 * is found.
 */
static struct rtsp_conn *rtsp_conn_publish(struct rtsp_conn *conn,
					   struct rtsp_helper *helper)
{
	struct rtsp_conn *winner;

	spin_lock_bh(&rtsp_conns_lock);
	winner = rcu_dereference_protected(helper->conn,
					   lockdep_is_held(&rtsp_conns_lock));
	if (!winner && !test_bit(RTSP_TRANSPARENT, &helper->flags)) {
		rtsp_setup_core(conn, helper);
		nf_conntrack_get(&conn->ct->ct_general);
		list_add_tail(&conn->list, &rtsp_conns);
		WRITE_ONCE(conn->listed, true);
		rtsp_room_count(nf_ct_net(conn->ct), 1);
		rcu_assign_pointer(helper->conn, conn);
		winner = conn;
	}
	spin_unlock_bh(&rtsp_conns_lock);
	return winner;
}

/* Runs in the packet path.  What is not read it cannot understand later. */
struct rtsp_conn *rtsp_conn_create(struct nf_conn *ct,
				   struct rtsp_helper *helper)
{
	struct net *net = nf_ct_net(ct);
	bool any = rtsp_room_is_any();
	struct rtsp_conn *winner, *conn = any ? rtsp_conn_alloc(ct) : NULL;

	if (!conn) {
		if (!test_and_set_bit(RTSP_TRANSPARENT, &helper->flags))
			rtsp_count(net, any ? RTSP_NO_MEMORY : RTSP_TOO_MANY);
		return NULL;
	}

	rtsp_room_enter(conn);
	winner = rtsp_conn_publish(conn, helper);
	if (winner != conn) {
		rtsp_host_leave(conn);
		kmem_cache_free(rtsp_conn_cache, conn);
		return winner;
	}

	if (!test_bit(RTSP_GOES_ON, &helper->flags))
		rtsp_count(net, RTSP_CONNECTIONS);
	rtsp_sweep_later();
	return conn;
}

void rtsp_helper_keep(struct rtsp_helper *helper,
		      const struct rtspnat_position *position)
{
	WRITE_ONCE(helper->first_seq[IP_CT_DIR_ORIGINAL],
		   position->seq[RTSPNAT_ORIGINAL]);
	WRITE_ONCE(helper->first_seq[IP_CT_DIR_REPLY],
		   position->seq[RTSPNAT_REPLY]);
	helper->answered = position->answered;
	helper->marks = position->marks;
	helper->session_seconds = position->session_seconds;
	smp_mb__before_atomic();	/* pairs with rtsp_opening_begins() */
	set_bit(RTSP_GOES_ON, &helper->flags);
	smp_mb__after_atomic();		/* likewise, for helper->conn */
}

void rtsp_conn_unlist(struct rtsp_conn *conn, bool goes_on,
		      struct list_head *to)
{
	struct rtsp_helper *helper = rtsp_helper(conn->ct);

	lockdep_assert_held(&rtsp_conns_lock);

	list_move(&conn->list, to);
	WRITE_ONCE(conn->listed, false);
	rtsp_room_count(nf_ct_net(conn->ct), -1);
	if (helper) {
		if (!goes_on)
			set_bit(RTSP_TRANSPARENT, &helper->flags);
		RCU_INIT_POINTER(helper->conn, NULL);
	}
}

static void rtsp_conn_free_rcu(struct rcu_head *head)
{
	kmem_cache_free(rtsp_conn_cache,
			container_of(head, struct rtsp_conn, rcu));
}

void rtsp_conn_finish(struct list_head *conns)
{
	struct rtsp_conn *conn, *next;

	list_for_each_entry_safe(conn, next, conns, list) {
		spin_lock_bh(&conn->lock);
		conn->dead = true;
		rtsp_release_all(conn);
		rtsp_host_leave(conn);
		spin_unlock_bh(&conn->lock);

		nf_ct_put(conn->ct);
		call_rcu(&conn->rcu, rtsp_conn_free_rcu);
	}
}

/* The caller is under RCU and does not hold conn->lock. */
void rtsp_conn_kill(struct rtsp_conn *conn)
{
	LIST_HEAD(dead);

	spin_lock_bh(&rtsp_conns_lock);
	if (conn->listed)
		rtsp_conn_unlist(conn, false, &dead);
	spin_unlock_bh(&rtsp_conns_lock);

	rtsp_conn_finish(&dead);
}

/* A FIN that conntrack has seen may not have come through yet, and a session may
 * outlive its connection, as may a redirection.
 */
static bool rtsp_conn_is_needed(const struct rtsp_conn *conn)
{
	const struct rtsp_helper *helper = rtsp_helper(conn->ct);

	return READ_ONCE(conn->grown) ||
	       READ_ONCE(conn->lingering) || READ_ONCE(conn->redirect) ||
	       (helper && test_bit(RTSP_HOLDING, &helper->flags));
}

/* Closed by both sides, or reset: nothing is sent again, and a new connection
 * between the same ports gets a new conntrack.  Waiting for that one to time out
 * would let a few connections a second use up all there may be.
 */
bool rtsp_conn_is_over(const struct rtsp_conn *conn)
{
	u8 state = READ_ONCE(conn->ct->proto.tcp.state);

	if (nf_ct_is_dying(conn->ct))
		return true;
	return (state == TCP_CONNTRACK_TIME_WAIT ||
		state == TCP_CONNTRACK_CLOSE) &&
	       !rtsp_conn_is_needed(conn);
}

static void rtsp_conn_go_on(struct rtsp_conn *conn)
{
	bool renew = time_after(jiffies, conn->renewed + RTSP_RENEW_INTERVAL);
	/* Its end has taken all expectations along. */
	bool no_nat = conn->natted && !rcu_access_pointer(nf_nat_rtsp_hooks);

	if (!READ_ONCE(conn->live) && !READ_ONCE(conn->redirect) &&
	    !renew && !no_nat)
		return;
	spin_lock_bh(&conn->lock);
	if (no_nat)
		rtsp_release_all(conn);
	rtsp_linger_on(conn);
	rtsp_flows_on(conn);
	rtsp_redirect_on(conn);
	if (renew)
		rtsp_renew_all(conn);
	spin_unlock_bh(&conn->lock);
}

static bool rtsp_conn_may_go(struct rtsp_conn *conn, const struct net *net)
{
	if (net)
		return net_eq(nf_ct_net(conn->ct), net);
	rtsp_conn_go_on(conn);
	return rtsp_conn_is_over(conn);
}

/* Of the next ones on the list, which go to its end: all of @net, or with NULL those that
 * are over.  Returns how many of @left are left to be looked at.
 */
static unsigned int rtsp_conn_collect(const struct net *net, unsigned int left,
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
		if (rtsp_conn_may_go(conn, net))
			rtsp_conn_unlist(conn, false, dead);
		else
			list_move_tail(&conn->list, &rtsp_conns);
	}
	spin_unlock_bh(&rtsp_conns_lock);
	return left;
}

/* All that were there when it began.  A few at a time: whoever opens a connection meanwhile
 * waits for the lock.  Returns whether any are left.
 */
static bool rtsp_conn_reap(const struct net *net)
{
	unsigned int left;
	bool any;

	mutex_lock(&rtsp_reap_mutex);
	left = rtsp_room_taken();
	while (left) {
		LIST_HEAD(dead);

		left = rtsp_conn_collect(net, left, &dead);
		rtsp_conn_finish(&dead);
		cond_resched();
	}
	any = rtsp_room_taken();
	mutex_unlock(&rtsp_reap_mutex);
	return any;
}

/* nf_conntrack waits for the last reference when the namespace goes. */
void rtsp_conn_kill_net(const struct net *net)
{
	rtsp_conn_reap(net);
	mutex_lock(&rtsp_reap_mutex);
	rtsp_carried_forget(net);
	rtsp_adopted_forget(net);
	mutex_unlock(&rtsp_reap_mutex);
}

static void rtsp_conn_sweep(struct work_struct *work)
{
	bool conns = rtsp_conn_reap(NULL), hosts = rtsp_host_reap(NULL);
	bool adopted;

	mutex_lock(&rtsp_reap_mutex);
	rtsp_carried_look();
	adopted = rtsp_adopted_reap();
	mutex_unlock(&rtsp_reap_mutex);
	if (conns || hosts || adopted)
		rtsp_sweep_later();
}

int rtsp_state_init(void)
{
	size_t size = sizeof(struct rtsp_conn) + rtspnat_connection_size();

	if (rtspnat_mappings() > RTSP_MAPPINGS ||
	    rtspnat_connection_size() > RTSPNAT_CONNECTION_MAX)
		return -EINVAL;

	rtsp_host_init();
	rtsp_ports_init();
	rtsp_conn_cache = kmem_cache_create("nf_conntrack_rtsp", size, 8, 0,
					    NULL);
	return rtsp_conn_cache ? 0 : -ENOMEM;
}

void rtsp_state_stop(void)
{
	cancel_delayed_work_sync(&rtsp_sweep_work);
	rtsp_carried_forget(NULL);
	mutex_lock(&rtsp_reap_mutex);
	rtsp_adopted_forget(NULL);
	mutex_unlock(&rtsp_reap_mutex);
}

void rtsp_state_exit(void)
{
	rcu_barrier();
	rtsp_host_exit();
	kmem_cache_destroy(rtsp_conn_cache);
}
