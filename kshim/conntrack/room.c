// SPDX-License-Identifier: GPL-2.0-only
/* Limits the number of connections, and decides which one gives way to another.
 *
 * The state of a connection that waits for nothing is a convenience: the next segment makes it
 * again from the two stream positions that stay behind.  So when room runs out, such a state goes
 * first, of the host that has most; then one that only waits for a reply that needs no help; then
 * one whose peers have said nothing for a minute (enum rtsp_rank).  If none can go, the module
 * reads the new connection all the same, a segment at a time: it stays once it has got a mapping,
 * is forgotten where it can go on later, and is left alone where it cannot.  A state on which a
 * byte of the stream depends never goes, and neither does a mapping that has been agreed on.
 *
 * Connections without a mapping take three quarters at most, so that others can always ask for
 * one.
 */

#include <linux/jiffies.h>
#include <net/netfilter/nf_conntrack_core.h>

#include "conn.h"
#include "mapping.h"
#include "params.h"
#include "quota.h"
#include "reclaim.h"
#include "room.h"

/* The sweep looks at each connection once a second. */
#define RTSP_CONNECTIONS_MAX	65536u
/* A search for a connection that gives way looks at so many. */
#define RTSP_ROOM_LOOK		64u
#define RTSP_ROOM_TRIES		4

/* Both have the same order. */
static_assert(RTSP_GAVE_WAY_LINGERING - RTSP_GAVE_WAY_IDLE == RTSP_RANK_LINGERS - RTSP_RANK_IDLE);

static bool rtsp_room_is_in(unsigned int all, unsigned int holding,
			    unsigned int most, bool holds)
{
	return all < most &&
	       (holds || all < most - most / 4 + holding);
}

/* What keeps out @conn, which @holds a mapping or none?  RTSP_COUNTERS: nothing.  Namespaces other
 * than the initial one have half as many together, and each of them a half of that.  The caller
 * does not hold the lock of the list, so each CPU may exceed a limit by one.
 */
static enum rtsp_counter rtsp_room_lacks(const struct rtsp_conn *conn, bool holds)
{
	const struct net *net = nf_ct_net(conn->ct);
	unsigned int most = min(rtsp_param(max_connections), RTSP_CONNECTIONS_MAX);
	unsigned int others = rtsp_gauge_pool(net, RTSP_NOW_OPEN);
	unsigned int holding = rtsp_gauge_pool(net, RTSP_NOW_HOLDING);
	unsigned int listed = READ_ONCE(conn->listed);

	if (!conn->host)
		return RTSP_TOO_MANY_HOSTS;
	if (!rtsp_is_initial(net)) {
		if (!rtsp_room_is_in(others - listed, holding,
				     DIV_ROUND_UP(most, 2), holds))
			return RTSP_TOO_MANY;
		most = DIV_ROUND_UP(most, 4);
		others = rtsp_gauge(net, RTSP_NOW_OPEN);
		holding = rtsp_gauge(net, RTSP_NOW_HOLDING);
	}
	if (!rtsp_quota_may_stay(conn->host, min(others - listed, most), most))
		return RTSP_TOO_MANY_OF_HOST;
	if (!rtsp_room_is_in(others - listed, holding, most, holds))
		return RTSP_TOO_MANY;
	return RTSP_COUNTERS;
}

/* Remember in the helper where the streams stand. */
static void rtsp_helper_keep(struct rtsp_helper *helper,
			     const struct rtspnat_position *position)
{
	WRITE_ONCE(helper->first_seq[IP_CT_DIR_ORIGINAL], position->seq[RTSPNAT_ORIGINAL]);
	WRITE_ONCE(helper->first_seq[IP_CT_DIR_REPLY], position->seq[RTSPNAT_REPLY]);
	helper->answered = position->answered;
	helper->marks = position->marks;
	helper->session_seconds = position->session_seconds;
	smp_mb__before_atomic();	/* pairs with rtsp_opening_begins() */
	set_bit(RTSP_GOES_ON, &helper->flags);
	smp_mb__after_atomic();		/* likewise, for helper->conn */
}

/* Take @conn, which has @rank, off the list.  From its positions the next segment makes it anew;
 * without them it is left alone.
 */
static void rtsp_room_unlist(struct rtsp_conn *conn, enum rtsp_rank rank,
			     const struct rtspnat_position *position,
			     struct list_head *gone)
{
	bool goes_on = rank == RTSP_RANK_IDLE || rank == RTSP_RANK_WAITS;

	if (goes_on)
		rtsp_helper_keep(rtsp_helper(conn->ct), position);
	conn->dead = true;
	rtsp_conn_unlist(conn, goes_on, gone);
}

/* Would the end of @other give @conn room, which lacks it for the reason @why? */
static bool rtsp_room_is_there(const struct rtsp_conn *conn,
			       const struct rtsp_conn *other,
			       enum rtsp_counter why)
{
	const struct net *net = nf_ct_net(conn->ct);
	const struct net *theirs = nf_ct_net(other->ct);

	if (other == conn || READ_ONCE(other->brief))
		return false;
	if (why == RTSP_TOO_MANY_OF_HOST)
		return rtsp_host_shares(conn->host, other->host);
	if (rtsp_is_initial(net))
		return rtsp_is_initial(theirs);
	/* Unless its own namespace has too many, a connection of any of the others will do. */
	return net_eq(net, theirs) ||
	       (!rtsp_is_initial(theirs) && rtsp_gauge(theirs, RTSP_NOW_OPEN) >=
						    rtsp_gauge(net, RTSP_NOW_OPEN));
}

struct rtsp_victim {
	struct rtsp_conn *conn;
	enum rtsp_rank rank;
	unsigned int connections;	/* of its host */
	unsigned long used;
};

static bool rtsp_is_better(const struct rtsp_victim *one, const struct rtsp_victim *other)
{
	if (one->rank != other->rank)
		return one->rank < other->rank;
	if (one->connections != other->connections)
		return one->connections > other->connections;
	return time_before(one->used, other->used);
}

/* The best of the next ones on the list.  All that are looked at go to its end. */
static struct rtsp_conn *rtsp_room_search(const struct rtsp_conn *conn,
					  enum rtsp_counter why)
{
	struct rtsp_victim best = { .rank = RTSP_RANK_STAYS };
	unsigned int i, count = min(rtsp_gauge_all(RTSP_NOW_OPEN), RTSP_ROOM_LOOK);
	struct rtspnat_position position = { .size = sizeof(position) };

	for (i = 0; i < count && !list_empty(&rtsp_conns); i++) {
		struct rtsp_victim next = {
			.conn = list_first_entry(&rtsp_conns, struct rtsp_conn, list),
		};

		list_move_tail(&next.conn->list, &rtsp_conns);
		if (!rtsp_room_is_there(conn, next.conn, why) ||
		    !spin_trylock_bh(&next.conn->lock))
			continue;
		next.rank = rtsp_conn_rank(next.conn,
					   why == RTSP_TOO_MANY_OF_HOST,
					   &position);
		next.connections = READ_ONCE(next.conn->host->connections);
		next.used = next.conn->used;
		if (next.rank < RTSP_RANK_STAYS &&
		    (!best.conn || rtsp_is_better(&next, &best)))
			best = next;
		spin_unlock_bh(&next.conn->lock);
	}
	return best.conn;
}

/* Another CPU may have used @other since it was found, so its rank is asked again. */
static enum rtsp_rank rtsp_room_take(struct rtsp_conn *other, bool of_host,
				     struct list_head *gone)
{
	struct rtspnat_position position = { .size = sizeof(position) };
	enum rtsp_rank rank;

	if (!spin_trylock_bh(&other->lock))
		return RTSP_RANK_STAYS;
	rank = rtsp_conn_rank(other, of_host, &position);
	if (rank < RTSP_RANK_STAYS)
		rtsp_room_unlist(other, rank, &position, gone);
	spin_unlock_bh(&other->lock);
	return rank;
}

/* Let another connection give way.  Returns false if none can. */
static bool rtsp_room_make(const struct rtsp_conn *conn, enum rtsp_counter why)
{
	enum rtsp_rank rank = RTSP_RANK_STAYS;
	struct rtsp_conn *other;
	LIST_HEAD(gone);

	spin_lock_bh(&rtsp_conns_lock);
	other = rtsp_room_search(conn, why);
	if (other)
		rank = rtsp_room_take(other, why == RTSP_TOO_MANY_OF_HOST, &gone);
	spin_unlock_bh(&rtsp_conns_lock);

	rtsp_conn_finish(&gone);
	if (rank >= RTSP_RANK_IDLE && rank < RTSP_RANK_STAYS)
		rtsp_count(nf_ct_net(conn->ct), RTSP_GAVE_WAY_IDLE + (rank - RTSP_RANK_IDLE));
	return rank < RTSP_RANK_STAYS;
}

/* Another CPU may take the room that a connection gave up here, so there are several tries. */
void rtsp_room_enter(struct rtsp_conn *conn)
{
	enum rtsp_counter why;
	unsigned int i;

	conn->host = rtsp_host_enter(conn->ct);
	why = rtsp_room_lacks(conn, false);
	for (i = 0; i < RTSP_ROOM_TRIES && why != RTSP_COUNTERS; i++) {
		if (why == RTSP_TOO_MANY_HOSTS || !rtsp_room_make(conn, why))
			break;
		why = rtsp_room_lacks(conn, false);
	}
	conn->brief = why != RTSP_COUNTERS;
	conn->why = why;
}

enum rtsp_counter rtsp_room_hold(struct rtsp_conn *conn)
{
	enum rtsp_counter why;

	if (!conn->brief)
		return RTSP_COUNTERS;
	why = rtsp_room_lacks(conn, true);
	if (why == RTSP_TOO_MANY_HOSTS)
		return why;
	if (why != RTSP_COUNTERS) {
		if (!rtsp_reclaim_unanswered(conn, why == RTSP_TOO_MANY_OF_HOST))
			return why;
		conn->pushes = true;
	}
	conn->why = why;
	WRITE_ONCE(conn->brief, false);
	return RTSP_COUNTERS;
}

/* If another CPU has a segment of @conn in hand, that CPU settles it. */
static void rtsp_room_leave(struct rtsp_conn *conn)
{
	struct rtspnat_position position = { .size = sizeof(position) };
	enum rtsp_rank rank;
	bool left_alone = false;
	LIST_HEAD(gone);

	spin_lock_bh(&rtsp_conns_lock);
	spin_lock(&conn->lock);
	if (conn->listed && conn->brief && !rtsp_mapping_is_held(conn)) {
		rank = rtsp_conn_rank(conn, false, &position);
		left_alone = rank >= RTSP_RANK_UNFINISHED;
		rtsp_room_unlist(conn, rank, &position, &gone);
	}
	spin_unlock(&conn->lock);
	spin_unlock_bh(&rtsp_conns_lock);

	if (left_alone)
		rtsp_count(nf_ct_net(conn->ct), conn->why);
	rtsp_conn_finish(&gone);
}

void rtsp_room_settle(struct rtsp_conn *conn)
{
	if (READ_ONCE(conn->brief)) {
		rtsp_room_leave(conn);
	} else if (READ_ONCE(conn->pushes)) {
		WRITE_ONCE(conn->pushes, false);
		rtsp_room_make(conn, conn->why);
	}
}
