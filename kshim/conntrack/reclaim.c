// SPDX-License-Identifier: GPL-2.0-only
/* Releases mappings of other connections that give way to a new one.
 *
 * Anybody can ask for ports, also behind a port forwarding, and the module reserves them before the
 * server has said a word.  So mappings that wait for an answer take half of all expectations at
 * most, and beyond that the oldest gives way: a server that answers does so long before.
 *
 * The caller holds the lock of its own connection, so the lock of another one is only tried for.
 * Two connections that try for each other both fail, and neither waits.
 */

#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <net/netfilter/nf_conntrack.h>

#include "mapping.h"
#include "quota.h"
#include "reclaim.h"
#include "stats.h"

/* A search for a connection that gives way looks at so many. */
#define RTSP_RECLAIM_LOOK	32
/* So many connections give way to one question at most. */
#define RTSP_RECLAIM_TRIES	16
/* A server that has said nothing for so long is late. */
#define RTSP_ANSWER_TIME	(5ul * HZ)

/* A request that has waited for less than a server takes gives way only to a host that has asked
 * for less than its own.
 */
static bool rtsp_asking_may_go(const struct rtsp_conn *conn,
			       const struct rtsp_conn *other)
{
	return time_after_eq(jiffies, other->asked_at + RTSP_ANSWER_TIME) ||
	       rtsp_quota_asking(other->host) > rtsp_quota_asking(conn->host);
}

/* The search begins with connections that have waited longest.  A connection on the list has its
 * host, and RCU keeps the one that is returned.
 */
static struct rtsp_conn *rtsp_asking_find(const struct rtsp_conn *conn, bool of_host)
{
	struct rtsp_net *rn = rtsp_net(nf_ct_net(conn->ct));
	struct rtsp_conn *other, *best = NULL;
	unsigned int count = 0;

	spin_lock_bh(&rn->asking_lock);
	list_for_each_entry(other, &rn->asking, asking_node) {
		if (count++ == RTSP_RECLAIM_LOOK)
			break;
		if (other == conn || !rtsp_asking_may_go(conn, other) ||
		    (of_host && !rtsp_host_shares(conn->host, other->host)))
			continue;
		if (!best || rtsp_quota_asking(other->host) >
				     rtsp_quota_asking(best->host))
			best = other;
	}
	spin_unlock_bh(&rn->asking_lock);
	return best;
}

/* Does @mapping linger on a port that @asked wants for the same port inside?  Its socket is gone
 * then, or is the socket that asks again.
 */
static bool rtsp_is_in_way(const struct rtsp_mapping *mapping, const struct rtspnat_mapping *asked)
{
	unsigned int i;

	for (i = 0; i < min(asked->count, mapping->count); i++) {
		const struct nf_conntrack_expect *in = mapping->media[i].in;

		if (in && mapping->media[i].inside == asked->inside[i] &&
		    in->tuple.dst.protonum == asked->protocol &&
		    in->tuple.dst.u.all == htons(asked->outside[i]))
			return true;
	}
	return false;
}

/* Release what @other has in @state; with @in_way only mappings that are in its way. */
static bool rtsp_release_those(struct rtsp_conn *other, enum rtsp_mapping_state state,
			       const struct rtspnat_mapping *in_way)
{
	struct rtsp_mapping *mapping;
	struct hlist_node *next;
	bool any = false;

	if (!spin_trylock_bh(&other->lock))
		return false;
	rtsp_for_each_mapping(mapping, next, other) {
		if (mapping->state != state || (in_way && !rtsp_is_in_way(mapping, in_way)))
			continue;
		rtsp_mapping_release(other, mapping);
		any = true;
	}
	if (any && state == RTSP_MAPPING_RESERVED)
		other->gave_way = true;
	spin_unlock_bh(&other->lock);
	return any;
}

bool rtsp_reclaim_unanswered(struct rtsp_conn *conn, bool of_host)
{
	struct rtsp_conn *other = rtsp_asking_find(conn, of_host);

	if (!other || !rtsp_release_those(other, RTSP_MAPPING_RESERVED, NULL))
		return false;
	rtsp_count(nf_ct_net(conn->ct), RTSP_GAVE_WAY_UNANSWERED);
	return true;
}

/* Hosts of a site may share an entry of the table, so the address is compared. */
static bool rtsp_has_same_address(const struct rtsp_conn *a, const struct rtsp_conn *b)
{
	return nf_inet_addr_cmp(&a->ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.src.u3,
				&b->ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.src.u3);
}

/* Fill in other connections of the same host that linger, the @oldest first or the latest.  They
 * stay valid as long as the caller is under RCU.
 */
static unsigned int rtsp_lingering_find(const struct rtsp_conn *conn,
					struct rtsp_conn **others, bool oldest)
{
	const struct list_head *head = &conn->host->lingering, *at;
	unsigned int count = 0;

	spin_lock_bh(&rtsp_hosts_lock);
	for (at = oldest ? head->prev : head->next;
	     at != head && count < RTSP_RECLAIM_LOOK;
	     at = oldest ? at->prev : at->next) {
		others[count] = list_entry(at, struct rtsp_conn, host_node);
		if (others[count] != conn)
			count++;
	}
	spin_unlock_bh(&rtsp_hosts_lock);
	return count;
}

/* Release what lingers of another connection: of one that is @in_way, or NULL: of the oldest. */
static bool rtsp_release_lingering(const struct rtsp_conn *conn,
				   const struct rtspnat_mapping *in_way)
{
	struct rtsp_conn *others[RTSP_RECLAIM_LOOK];
	unsigned int i, count = rtsp_lingering_find(conn, others, !in_way);

	for (i = 0; i < count; i++) {
		if ((!in_way || rtsp_has_same_address(others[i], conn)) &&
		    rtsp_release_those(others[i], RTSP_MAPPING_LINGERING, in_way))
			return true;
	}
	return false;
}

bool rtsp_reclaim_lingering(struct rtsp_conn *conn)
{
	if (!rtsp_release_lingering(conn, NULL))
		return false;
	rtsp_count(nf_ct_net(conn->ct), RTSP_GAVE_WAY_LINGERING);
	return true;
}

bool rtsp_reclaim_ports(const struct rtsp_ask *ask)
{
	return rtsp_release_lingering(ask->conn, ask->asked);
}

int rtsp_reclaim_room(struct rtsp_conn *conn, unsigned int count)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < RTSP_RECLAIM_TRIES; i++) {
		bool allowed = rtsp_quota_allows(conn->host, RTSP_QUOTA_EXPECTED, count);

		if (allowed && rtsp_quota_allows(conn->host, RTSP_QUOTA_ASKING, count))
			return 0;
		err = allowed ? -EAGAIN : -EDQUOT;
		if (!allowed && rtsp_reclaim_lingering(conn))
			continue;
		if (!rtsp_reclaim_unanswered(conn, false))
			break;
	}
	return err;
}
