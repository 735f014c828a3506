// SPDX-License-Identifier: GPL-2.0-only
/* How many connections there may be, and which one gives way to another.
 *
 * State that waits for nothing is a convenience: it is made again from the two stream
 * positions that stay behind.  So when room runs out, such state goes first, of the host
 * that has most; then what only waits for a reply that needs no help; then what has said
 * nothing for a minute.  A connection for which nobody can go is read all the same, a
 * segment at a time: it stays where it has got a mapping, is forgotten where it can go on
 * later, and is left alone where it cannot.  Nothing goes that a byte of the stream depends
 * on, and no mapping that has been agreed on.
 *
 * Connections without a mapping take three quarters at most, so that others can always ask for one.
 */

#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/moduleparam.h>
#include <net/netfilter/nf_conntrack_core.h>

#include "asking.h"
#include "host.h"
#include "mapping.h"
#include "room.h"

/* The sweep looks at each. */
#define RTSP_CONNECTIONS_MAX	65536u
/* Connections that are looked at for one that gives way. */
#define RTSP_ROOM_LOOK		64u
#define RTSP_ROOM_TRIES		4
/* Whoever says nothing for so long waits for nobody. */
#define RTSP_QUIET_TIME		(60ul * HZ)

static unsigned int max_connections __read_mostly = 4096;
module_param(max_connections, uint, 0644);
MODULE_PARM_DESC(max_connections,
		 "RTSP connections followed at a time, 6 KiB each (default 4096, at most 65536)");

DEFINE_SPINLOCK(rtsp_conns_lock);
LIST_HEAD(rtsp_conns);

/* Of the initial namespace, and of all others: whoever makes those may be anybody. */
static unsigned int rtsp_conns_count[2];
static atomic_t rtsp_holding_count[2];

/* What is lost when a connection gives way, from little to much. */
enum rtsp_rank {
	RTSP_RANK_OVER,		/* it has ended */
	RTSP_RANK_IDLE,
	RTSP_RANK_WAITS,	/* for a reply that needs no help */
	RTSP_RANK_UNFINISHED,	/* silent inside a message */
	RTSP_RANK_UNANSWERED,	/* silent, and so is its server */
	RTSP_RANK_LINGERS,	/* of the host that asks */
	RTSP_RANK_STAYS
};

static const enum rtsp_counter rtsp_rank_counter[RTSP_RANK_STAYS] = {
	[RTSP_RANK_OVER]	= RTSP_COUNTERS,
	[RTSP_RANK_IDLE]	= RTSP_GAVE_WAY_IDLE,
	[RTSP_RANK_WAITS]	= RTSP_GAVE_WAY_WAITING,
	[RTSP_RANK_UNFINISHED]	= RTSP_GAVE_WAY_UNFINISHED,
	[RTSP_RANK_UNANSWERED]	= RTSP_GAVE_WAY_UNANSWERED,
	[RTSP_RANK_LINGERS]	= RTSP_GAVE_WAY_LINGERING,
};

static unsigned int rtsp_pool(const struct net *net)
{
	return !net_eq(net, &init_net);
}

unsigned int rtsp_room_taken(void)
{
	return READ_ONCE(rtsp_conns_count[0]) + READ_ONCE(rtsp_conns_count[1]);
}

void rtsp_room_count(const struct net *net, int change)
{
	unsigned int *count = &rtsp_conns_count[rtsp_pool(net)];

	lockdep_assert_held(&rtsp_conns_lock);
	WRITE_ONCE(*count, *count + change);
	rtsp_count_open(net, change);
}

void rtsp_room_count_holding(const struct net *net, int change)
{
	atomic_add(change, &rtsp_holding_count[rtsp_pool(net)]);
	rtsp_count_holding(net, change);
}

static unsigned int rtsp_room_most(void)
{
	return min(READ_ONCE(max_connections), RTSP_CONNECTIONS_MAX);
}

bool rtsp_room_is_any(void)
{
	return rtsp_room_most();
}

/* Other namespaces than the initial one have half as many together, and each of them a half
 * of that.  Without the lock of the list, so a limit may be exceeded by one for each
 * CPU.
 */
static bool rtsp_room_is_in(unsigned int all, unsigned int holding,
			    unsigned int most, bool holds)
{
	return all < most &&
	       (holds || all < most - most / 4 + holding);
}

/* What keeps @conn out, which @holds a mapping or none?  RTSP_COUNTERS: nothing. */
static enum rtsp_counter rtsp_room_lacks(const struct rtsp_conn *conn,
					 bool holds)
{
	const struct net *net = nf_ct_net(conn->ct);
	unsigned int pool = rtsp_pool(net), most = rtsp_room_most();
	unsigned int others = READ_ONCE(rtsp_conns_count[pool]);
	unsigned int holding = atomic_read(&rtsp_holding_count[pool]);
	unsigned int listed = READ_ONCE(conn->listed);

	if (!conn->host)
		return RTSP_TOO_MANY_HOSTS;
	if (pool) {
		if (!rtsp_room_is_in(others - listed, holding,
				     DIV_ROUND_UP(most, 2), holds))
			return RTSP_TOO_MANY;
		most = DIV_ROUND_UP(most, 4);
		others = rtsp_open(net);
		holding = rtsp_holding(net);
	}
	if (!rtsp_host_may_stay(conn, min(others - listed, most), most))
		return RTSP_TOO_MANY_OF_HOST;
	if (!rtsp_room_is_in(others - listed, holding, most, holds))
		return RTSP_TOO_MANY;
	return RTSP_COUNTERS;
}

/* Acknowledgements without payload do not come to the core. */
static void rtsp_show_acknowledged(struct rtsp_conn *conn)
{
	struct rtspnat_segment segment = { .flags = RTSPNAT_ACK };
	unsigned int dir;

	for (dir = 0; dir < IP_CT_DIR_MAX; dir++) {
		const struct ip_ct_tcp_state *seen = &conn->ct->proto.tcp.seen[dir];

		segment.direction = dir;
		segment.ack = READ_ONCE(seen->td_maxack);
		rtspnat_skip(conn->core, &segment);
	}
}

static bool rtsp_is_quiet(const struct rtsp_conn *conn)
{
	return time_after_eq(jiffies, conn->used + RTSP_QUIET_TIME);
}

/* Without a mapping.  One that was not answered in time may still be known to the core. */
static enum rtsp_rank rtsp_rank_idle(struct rtsp_conn *conn,
				     struct rtspnat_position *position)
{
	struct rtspnat_step step;

	while (rtspnat_close(conn->core, &step))
		;
	rtsp_show_acknowledged(conn);
	switch (rtspnat_judge_loss(conn->core, position)) {
	case RTSPNAT_LOSES_NOTHING:
		return RTSP_RANK_IDLE;
	case RTSPNAT_LOSES_REQUESTS:
		return RTSP_RANK_WAITS;
	case RTSPNAT_LOSES_PLACE:
		return conn->brief || conn->gave_way || rtsp_is_quiet(conn) ?
			       RTSP_RANK_UNFINISHED : RTSP_RANK_STAYS;
	case RTSPNAT_LOSES_BYTES:
		break;
	}
	return RTSP_RANK_STAYS;
}

/* Under conn->lock. */
static enum rtsp_rank rtsp_rank(struct rtsp_conn *conn, bool of_host,
				struct rtspnat_position *position)
{
	const struct rtsp_helper *helper = rtsp_helper(conn->ct);

	if (conn->dead || conn->grown || conn->redirect || !helper)
		return RTSP_RANK_STAYS;
	if (rtsp_conn_is_over(conn))
		return RTSP_RANK_OVER;
	if (!conn->holding)
		return test_bit(RTSP_HOLDING, &helper->flags) && !conn->brief ?
			       RTSP_RANK_STAYS : rtsp_rank_idle(conn, position);
	if (conn->lingering == conn->holding)
		return of_host ? RTSP_RANK_LINGERS : RTSP_RANK_STAYS;
	if (conn->reserved == conn->holding && rtsp_is_quiet(conn) &&
	    !test_bit(RTSP_HOLDING, &helper->flags))
		return RTSP_RANK_UNANSWERED;
	return RTSP_RANK_STAYS;
}

/* Take @conn, which is ranked so, off the list.  With its positions the next segment makes it
 * anew; without them it is left alone.
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

/* Is room to be found there for @conn, which lacks it for the reason @why? */
static bool rtsp_room_is_there(const struct rtsp_conn *conn,
			       const struct rtsp_conn *other,
			       enum rtsp_counter why)
{
	const struct net *net = nf_ct_net(conn->ct);
	const struct net *theirs = nf_ct_net(other->ct);

	if (other == conn || READ_ONCE(other->brief))
		return false;
	if (why == RTSP_TOO_MANY_OF_HOST)
		return rtsp_host_shares(conn, other);
	if (!rtsp_pool(net))
		return !rtsp_pool(theirs);
	/* Unless its own namespace has too many, any of the others will do. */
	return net_eq(net, theirs) ||
	       (rtsp_pool(theirs) && rtsp_open(theirs) >= rtsp_open(net));
}

struct rtsp_victim {
	struct rtsp_conn *conn;
	enum rtsp_rank rank;
	unsigned int connections;	/* of its host */
	unsigned long used;
};

static bool rtsp_is_better(const struct rtsp_victim *one,
			   const struct rtsp_victim *other)
{
	if (one->rank != other->rank)
		return one->rank < other->rank;
	if (one->connections != other->connections)
		return one->connections > other->connections;
	return time_before(one->used, other->used);
}

/* Of the next ones on the list, which go to its end. */
static struct rtsp_conn *rtsp_room_search(const struct rtsp_conn *conn,
					  enum rtsp_counter why)
{
	struct rtsp_victim best = { .rank = RTSP_RANK_STAYS };
	unsigned int i, count = min(rtsp_room_taken(), RTSP_ROOM_LOOK);
	struct rtspnat_position position;

	for (i = 0; i < count && !list_empty(&rtsp_conns); i++) {
		struct rtsp_victim next = {
			.conn = list_first_entry(&rtsp_conns, struct rtsp_conn, list),
		};

		list_move_tail(&next.conn->list, &rtsp_conns);
		if (!rtsp_room_is_there(conn, next.conn, why) ||
		    !spin_trylock_bh(&next.conn->lock))
			continue;
		next.rank = rtsp_rank(next.conn, why == RTSP_TOO_MANY_OF_HOST,
				      &position);
		next.connections = rtsp_host_connections(next.conn);
		next.used = next.conn->used;
		if (next.rank < RTSP_RANK_STAYS &&
		    (!best.conn || rtsp_is_better(&next, &best)))
			best = next;
		spin_unlock_bh(&next.conn->lock);
	}
	return best.conn;
}

/* Since it was found another CPU may have used it. */
static enum rtsp_rank rtsp_room_take(struct rtsp_conn *other, bool of_host,
				     struct list_head *gone)
{
	struct rtspnat_position position;
	enum rtsp_rank rank;

	if (!spin_trylock_bh(&other->lock))
		return RTSP_RANK_STAYS;
	rank = rtsp_rank(other, of_host, &position);
	if (rank < RTSP_RANK_STAYS)
		rtsp_room_unlist(other, rank, &position, gone);
	spin_unlock_bh(&other->lock);
	return rank;
}

/* Let another one give way. */
static bool rtsp_room_make(const struct rtsp_conn *conn, enum rtsp_counter why)
{
	enum rtsp_rank rank = RTSP_RANK_STAYS;
	struct rtsp_conn *other;
	LIST_HEAD(gone);

	spin_lock_bh(&rtsp_conns_lock);
	other = rtsp_room_search(conn, why);
	if (other)
		rank = rtsp_room_take(other, why == RTSP_TOO_MANY_OF_HOST,
				      &gone);
	spin_unlock_bh(&rtsp_conns_lock);

	rtsp_conn_finish(&gone);
	if (rank < RTSP_RANK_STAYS && rtsp_rank_counter[rank] != RTSP_COUNTERS)
		rtsp_count(nf_ct_net(conn->ct), rtsp_rank_counter[rank]);
	return rank < RTSP_RANK_STAYS;
}

/* What one gave up another CPU may have taken. */
void rtsp_room_enter(struct rtsp_conn *conn)
{
	enum rtsp_counter why;
	unsigned int i;

	rtsp_host_enter(conn);
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
		if (!rtsp_asking_gives_way(conn, why == RTSP_TOO_MANY_OF_HOST))
			return why;
		conn->pushes = true;
	}
	conn->why = why;
	WRITE_ONCE(conn->brief, false);
	return RTSP_COUNTERS;
}

/* No segment of it is in hand, or another CPU has one: then that one settles it. */
static void rtsp_room_leave(struct rtsp_conn *conn)
{
	struct rtspnat_position position;
	enum rtsp_rank rank;
	bool left_alone = false;
	LIST_HEAD(gone);

	spin_lock_bh(&rtsp_conns_lock);
	spin_lock(&conn->lock);
	if (conn->listed && conn->brief && !conn->holding) {
		rank = rtsp_rank(conn, false, &position);
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
