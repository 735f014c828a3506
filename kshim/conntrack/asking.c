// SPDX-License-Identifier: GPL-2.0-only
/* Mappings that wait for an answer, and what gives way to a new one.
 *
 * Anybody can ask, also behind a port forwarding, and ports are reserved before the server
 * has said a word.  So what waits for an answer takes half of what there is at most, and
 * beyond that the oldest gives way: a server that answers does so long before.
 *
 * Locks: that of a namespace's list nests inside conn->lock.  Inside the lock of one
 * connection that of another is only ever tried for.
 */

#include <linux/jiffies.h>
#include <net/netfilter/nf_conntrack.h>

#include "asking.h"
#include "host.h"

/* Connections that are looked at for one that gives way. */
#define RTSP_ASKING_LOOK	32
/* Times that something gives way to one question. */
#define RTSP_ASKING_TRIES	16
/* A server that has said nothing for so long is late. */
#define RTSP_ANSWER_TIME	(5ul * HZ)

void rtsp_asking_note(struct rtsp_conn *conn)
{
	struct rtsp_asking *list = rtsp_asking_list(nf_ct_net(conn->ct));
	unsigned int i, held = 0, reserved = 0;
	int change;

	for (i = 0; i < RTSP_MAPPINGS; i++) {
		if (conn->mapping[i].state != RTSP_MAPPING_RESERVED)
			continue;
		held += conn->mapping[i].held;
		reserved++;
	}
	if (!reserved != !conn->reserved) {
		spin_lock_bh(&list->lock);
		conn->asked_at = jiffies;
		if (reserved)
			list_add_tail(&conn->asking_node, &list->conns);
		else
			list_del(&conn->asking_node);
		spin_unlock_bh(&list->lock);
	}
	conn->reserved = reserved;
	change = (int)held - (int)conn->asking;
	conn->asking = held;
	if (change)
		rtsp_host_ask(conn, change);
}

/* Whose request has waited for less than a server takes gives way only to a host that has asked
 * for less than his own.  The host is there while the connection is on the list.
 */
static bool rtsp_asking_may_go(const struct rtsp_conn *conn,
			       const struct rtsp_conn *other)
{
	return time_after_eq(jiffies, other->asked_at + RTSP_ANSWER_TIME) ||
	       rtsp_host_asking(other) > rtsp_host_asking(conn);
}

/* Among those that have waited longest.  They are freed after a grace period only. */
static struct rtsp_conn *rtsp_asking_find(const struct rtsp_conn *conn,
					  bool of_host)
{
	struct rtsp_asking *list = rtsp_asking_list(nf_ct_net(conn->ct));
	struct rtsp_conn *other, *best = NULL;
	unsigned int count = 0;

	spin_lock_bh(&list->lock);
	list_for_each_entry(other, &list->conns, asking_node) {
		if (count++ == RTSP_ASKING_LOOK)
			break;
		if (other == conn || !rtsp_asking_may_go(conn, other) ||
		    (of_host && !rtsp_host_shares(conn, other)))
			continue;
		if (!best || rtsp_host_asking(other) > rtsp_host_asking(best))
			best = other;
	}
	spin_unlock_bh(&list->lock);
	return best;
}

/* Release what @other has in @state.  Two connections that try for each other both fail, and
 * neither waits.
 */
static bool rtsp_release_those(struct rtsp_conn *other,
			       enum rtsp_mapping_state state)
{
	unsigned int i;
	bool any = false;

	if (!spin_trylock_bh(&other->lock))
		return false;
	for (i = 0; i < RTSP_MAPPINGS; i++) {
		if (other->mapping[i].state != state)
			continue;
		rtsp_release(other, i);
		any = true;
	}
	if (any && state == RTSP_MAPPING_RESERVED)
		other->gave_way = true;
	spin_unlock_bh(&other->lock);
	return any;
}

bool rtsp_asking_gives_way(struct rtsp_conn *conn, bool of_host)
{
	struct rtsp_conn *other = rtsp_asking_find(conn, of_host);

	if (!other || !rtsp_release_those(other, RTSP_MAPPING_RESERVED))
		return false;
	rtsp_count(nf_ct_net(conn->ct), RTSP_GAVE_WAY_UNANSWERED);
	return true;
}

bool rtsp_lingering_gives_way(struct rtsp_conn *conn)
{
	struct rtsp_conn *others[RTSP_LINGER_LOOK];
	unsigned int count = rtsp_host_lingering(conn, others, true);
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (!rtsp_release_those(others[i], RTSP_MAPPING_LINGERING))
			continue;
		rtsp_count(nf_ct_net(conn->ct), RTSP_GAVE_WAY_LINGERING);
		return true;
	}
	return false;
}

enum rtsp_counter rtsp_asking_begin(struct rtsp_conn *conn, unsigned int count)
{
	enum rtsp_counter why = RTSP_COUNTERS;
	unsigned int i;

	for (i = 0; i < RTSP_ASKING_TRIES; i++) {
		bool may_expect = rtsp_host_may_expect(conn, count);

		if (may_expect && rtsp_host_may_ask(conn, count))
			return RTSP_COUNTERS;
		why = may_expect ? RTSP_TOO_MANY_UNANSWERED :
				   RTSP_TOO_MANY_EXPECTATIONS;
		if (!may_expect && rtsp_lingering_gives_way(conn))
			continue;
		if (!rtsp_asking_gives_way(conn, false))
			break;
	}
	return why;
}
