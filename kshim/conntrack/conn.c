// SPDX-License-Identifier: GPL-2.0-only
/* The life of a struct rtsp_conn.
 *
 * The helper has no destroy callback: from 7.2 on a conntrack may outlive the module, and would
 * call into freed text.  So each state holds a reference to its conntrack, and a sweep lets go of
 * those that are over.  Expectations do not wait for the sweep: they end when conntrack takes the
 * connection off its hash.
 */

#include <linux/jiffies.h>
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack_core.h>

#include "conn.h"
#include "host.h"
#include "mapping.h"
#include "memory.h"
#include "setup.h"
#include "stats.h"

#define RTSP_SWEEP_INTERVAL	HZ
/* A connection whose peers say nothing for so long waits for nobody. */
#define RTSP_QUIET_TIME		(60ul * HZ)

DEFINE_SPINLOCK(rtsp_conns_lock);
LIST_HEAD(rtsp_conns);

static struct kmem_cache *rtsp_conn_cache __read_mostly;
static struct delayed_work rtsp_sweep_work;

void rtsp_sweep_later(void)
{
	queue_delayed_work(system_power_efficient_wq, &rtsp_sweep_work,
			   RTSP_SWEEP_INTERVAL);
}

void rtsp_sweep_stop(void)
{
	cancel_delayed_work_sync(&rtsp_sweep_work);
}

int rtsp_conn_init(work_func_t sweep)
{
	size_t size = sizeof(struct rtsp_conn) + rtspnat_connection_size();

	if (rtspnat_mappings() > RTSP_MAPPINGS)
		return -EINVAL;

	INIT_DELAYED_WORK(&rtsp_sweep_work, sweep);
	rtsp_conn_cache = kmem_cache_create("nf_conntrack_rtsp", size, 8, 0, NULL);
	if (!rtsp_conn_cache)
		return -ENOMEM;
	if (!rtsp_mapping_init()) {
		if (!rtsp_memory_init())
			return 0;
		rtsp_mapping_exit();
	}
	kmem_cache_destroy(rtsp_conn_cache);
	return -ENOMEM;
}

void rtsp_conn_exit(void)
{
	rcu_barrier();
	kmem_cache_destroy(rtsp_conn_cache);
	rtsp_mapping_exit();
	rtsp_memory_exit();
}

struct rtsp_conn *rtsp_conn_alloc(struct nf_conn *ct)
{
	struct rtsp_conn *conn;

	conn = kmem_cache_alloc(rtsp_conn_cache, GFP_ATOMIC | __GFP_NOWARN);
	if (!conn)
		return NULL;
	memset(conn, 0, sizeof(*conn));
	spin_lock_init(&conn->lock);
	conn->ct = ct;
	conn->used = jiffies;
	conn->natted = ct->status & IPS_NAT_MASK;
	conn->interleaved = rtsp_note_counter(nf_ct_net(ct), RTSPNAT_NOTE_INTERLEAVED);
	return conn;
}

/* The core learns the positions of the moment at which others can find the state. */
struct rtsp_conn *rtsp_conn_publish(struct rtsp_conn *conn, struct rtsp_helper *helper)
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
		rtsp_gauge_add(nf_ct_net(conn->ct), RTSP_NOW_OPEN, 1);
		rcu_assign_pointer(helper->conn, conn);
		winner = conn;
	}
	spin_unlock_bh(&rtsp_conns_lock);

	if (winner != conn) {
		rtsp_host_leave(conn->host);
		kmem_cache_free(rtsp_conn_cache, conn);
	}
	return winner;
}

void rtsp_conn_unlist(struct rtsp_conn *conn, bool goes_on, struct list_head *to)
{
	struct rtsp_helper *helper = rtsp_helper(conn->ct);

	lockdep_assert_held(&rtsp_conns_lock);

	list_move(&conn->list, to);
	WRITE_ONCE(conn->listed, false);
	rtsp_gauge_add(nf_ct_net(conn->ct), RTSP_NOW_OPEN, -1);
	if (helper) {
		if (!goes_on)
			set_bit(RTSP_TRANSPARENT, &helper->flags);
		RCU_INIT_POINTER(helper->conn, NULL);
	}
}

static void rtsp_conn_free_rcu(struct rcu_head *head)
{
	kmem_cache_free(rtsp_conn_cache, container_of(head, struct rtsp_conn, rcu));
}

void rtsp_conn_finish(struct list_head *conns)
{
	struct rtsp_conn *conn, *next;
	void *memory;

	list_for_each_entry_safe(conn, next, conns, list) {
		spin_lock_bh(&conn->lock);
		conn->dead = true;
		rtsp_release_all(conn);
		rtsp_host_leave(conn->host);
		conn->host = NULL;
		while ((memory = rtspnat_take_buffer(conn->core)))
			rtsp_buffer_free(memory);
		spin_unlock_bh(&conn->lock);

		nf_ct_put(conn->ct);
		call_rcu(&conn->rcu, rtsp_conn_free_rcu);
	}
}

void rtsp_conn_kill(struct rtsp_conn *conn)
{
	LIST_HEAD(dead);

	spin_lock_bh(&rtsp_conns_lock);
	if (conn->listed)
		rtsp_conn_unlist(conn, false, &dead);
	spin_unlock_bh(&rtsp_conns_lock);

	rtsp_conn_finish(&dead);
}

/* A session may outlive its connection, and so may a redirection.  A FIN that conntrack has seen
 * may not have reached its receiver yet, so withheld bytes and longer text still count.
 */
static bool rtsp_conn_is_needed(const struct rtsp_conn *conn)
{
	const struct rtsp_helper *helper = rtsp_helper(conn->ct);

	return READ_ONCE(conn->grown) ||
	       READ_ONCE(conn->mappings_in[RTSP_MAPPING_LINGERING]) || READ_ONCE(conn->redirect) ||
	       (helper && test_bit(RTSP_HOLDING, &helper->flags));
}

/* Once both sides have closed, or one has reset, nothing is sent again, and a new connection
 * between the same ports gets a new conntrack.  If the state waited for this one to time out, a
 * few connections a second would use up all there may be.
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

/* The module does not give the core acknowledgements without payload, but conntrack has seen them.
 */
static void rtsp_show_acknowledged(struct rtsp_conn *conn)
{
	struct rtspnat_segment segment = {
		.size = sizeof(segment),
		.flags = RTSPNAT_ACK,
	};
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

/* @conn has no mapping here.  The core may know one still that gave way to another connection. */
static enum rtsp_rank rtsp_rank_idle(struct rtsp_conn *conn,
				     struct rtspnat_position *position)
{
	struct rtspnat_step step = { .size = sizeof(step) };

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

enum rtsp_rank rtsp_conn_rank(struct rtsp_conn *conn, bool of_host,
			      struct rtspnat_position *position)
{
	const struct rtsp_helper *helper = rtsp_helper(conn->ct);
	bool live = conn->mappings_in[RTSP_MAPPING_LIVE];

	if (conn->dead || conn->grown || conn->redirect || !helper)
		return RTSP_RANK_STAYS;
	if (rtsp_conn_is_over(conn))
		return RTSP_RANK_OVER;
	if (!rtsp_mapping_is_held(conn))
		return test_bit(RTSP_HOLDING, &helper->flags) && !conn->brief ?
			       RTSP_RANK_STAYS : rtsp_rank_idle(conn, position);
	if (!conn->mappings_in[RTSP_MAPPING_RESERVED] && !live)
		return of_host ? RTSP_RANK_LINGERS : RTSP_RANK_STAYS;
	if (!conn->mappings_in[RTSP_MAPPING_LINGERING] && !live && rtsp_is_quiet(conn) &&
	    !test_bit(RTSP_HOLDING, &helper->flags))
		return RTSP_RANK_UNANSWERED;
	return RTSP_RANK_STAYS;
}
