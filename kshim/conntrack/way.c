// SPDX-License-Identifier: GPL-2.0-only
/* Flows that are there already, between the two ends that media are to have. */

#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "state.h"
#include "way.h"

/* Who followed it before has reserved the ports, and not here. */
static bool rtsp_is_from_elsewhere(const struct nf_conn *ct)
{
	const struct rtsp_helper *helper = rtsp_helper(ct);

	return !nf_ct_is_dying(ct) &&
	       (test_bit(RTSP_MISSED_OPENING, &helper->flags) ||
		!test_bit(RTSP_SEQ_REPLY, &helper->flags));
}

static bool rtsp_is_other_media(const struct nf_conn *ct,
				const struct nf_conn *master)
{
	const struct nf_conn_help *theirs, *ours;
	const void *helper;

	if (!ct->master || ct->master == master)
		return false;
	theirs = nfct_help(ct->master);
	ours = nfct_help(master);
	if (!theirs || !ours || rtsp_is_from_elsewhere(ct->master))
		return false;
	/* None at all while the module ends. */
	helper = rcu_access_pointer(ours->helper);
	return helper && helper == rcu_access_pointer(theirs->helper);
}

static struct nf_conn *rtsp_find_flow(const struct nf_conn *master,
				      const struct nf_conntrack_tuple *tuple)
{
	struct nf_conntrack_tuple_hash *hash;

	hash = nf_conntrack_find_get(nf_ct_net(master), nf_ct_zone(master),
				     tuple);
	return hash ? nf_ct_tuplehash_to_ctrack(hash) : NULL;
}

/* A flow that is older than the expectation never meets it: its first packet went
 * where the rules of that time sent it, and so do all others.  If nobody ever
 * answered, or it is media of another RTSP connection, which must have given up
 * the port, then it is in the way.  Its next packet begins anew.
 */
void rtsp_way_clear(const struct nf_conn *master,
		    const struct nf_conntrack_tuple *tuple)
{
	struct nf_conn *ct = rtsp_find_flow(master, tuple);

	if (!ct)
		return;
	if (rtsp_is_other_media(ct, master) ||
	    (!ct->master && !test_bit(IPS_SEEN_REPLY_BIT, &ct->status)))
		nf_ct_kill(ct);
	nf_ct_put(ct);
}

void rtsp_way_clear_for(const struct nf_conntrack_expect *exp)
{
	rtsp_way_clear(exp->master, &exp->tuple);
}

/* Whichever side has sent first, its answers have the other's tuple. */
struct nf_conn *rtsp_way_flow(const struct nf_conntrack_expect *exp)
{
	struct nf_conn *ct = rtsp_find_flow(exp->master, &exp->tuple);

	if (!ct || ct->master == exp->master)
		return ct;
	nf_ct_put(ct);
	return NULL;
}

void rtsp_way_end_flow(const struct nf_conntrack_expect *exp)
{
	struct nf_conn *ct = rtsp_way_flow(exp);

	if (!ct)
		return;
	nf_ct_kill(ct);
	nf_ct_put(ct);
}
