// SPDX-License-Identifier: GPL-2.0-only
/* The control connection to which a redirection sends the opener on.
 *
 * The module expects it, so that this helper watches it on any port: the rules of the
 * administrator attach the helper only to the ports that they name.
 */

#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "../compat.h"
#include "expect.h"
#include "quota.h"
#include "redirect.h"
#include "stats.h"

/* A redirected connection holds a reference to the one before.  When the last of a chain ends,
 * conntrack frees all of it by recursion: a long chain would overflow the kernel's stack.
 */
#define RTSP_REDIRECTS	4

static bool rtsp_is_redirected_enough(const struct nf_conn *ct)
{
	unsigned int count;

	for (count = 0; ct->master && count < RTSP_REDIRECTS; count++)
		ct = ct->master;
	return count == RTSP_REDIRECTS;
}

static struct nf_conntrack_expect *
rtsp_expect_control(struct nf_conn *ct, const struct rtspnat_redirect *to)
{
	const struct nf_conntrack_tuple *original =
		&ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	struct nf_conntrack_expect *exp = nf_ct_expect_alloc(ct);
	__be16 port = htons(to->port);
	union nf_inet_addr addr;

	if (!exp)
		return NULL;

	BUILD_BUG_ON(sizeof(addr) != sizeof(to->address.bytes));
	memcpy(&addr, to->address.bytes, sizeof(addr));
	nf_ct_expect_init(exp, RTSP_EXPECT_CONTROL, nf_ct_l3num(ct),
			  &original->src.u3, &addr, IPPROTO_TCP, NULL, &port);
	rtsp_compat_assign_helper(exp, rcu_dereference(nfct_help(ct)->helper));
	return exp;
}

/* A redirection counts for the host as a mapping does.  Returns what to count. */
static enum rtsp_counter rtsp_redirect_begin(const struct rtsp_ask *ask)
{
	struct rtsp_conn *conn = ask->conn;
	struct nf_conntrack_expect *exp;
	enum rtsp_counter why;

	if (rtsp_is_redirected_enough(conn->ct))
		return RTSP_TOO_MANY_REDIRECTS;
	if (!rtsp_quota_allows(conn->host, RTSP_QUOTA_EXPECTED, 1))
		return RTSP_TOO_MANY_EXPECTATIONS;
	why = rtsp_quota_take(conn->host);
	if (why != RTSP_COUNTERS)
		return why;

	exp = rtsp_expect_control(conn->ct, &ask->step->redirect);
	why = exp ? RTSP_RESERVE_FAILED : RTSP_NO_MEMORY;
	if (exp && !nf_ct_expect_related(exp, 0)) {
		WRITE_ONCE(conn->redirect, exp);
		rtsp_quota_add(conn->host, 1, 0);
		return RTSP_REDIRECTED;
	}
	if (exp)
		nf_ct_expect_put(exp);
	rtsp_quota_put(conn->host, false);
	return why;
}

void rtsp_redirect(const struct rtsp_ask *ask)
{
	rtsp_redirect_end(ask->conn);
	/* Its state goes with this segment, and nothing would be left to charge. */
	if (ask->conn->brief)
		return;
	rtsp_count(nf_ct_net(ask->conn->ct), rtsp_redirect_begin(ask));
}

void rtsp_redirect_end(struct rtsp_conn *conn)
{
	struct nf_conntrack_expect *exp = conn->redirect;

	if (!exp)
		return;
	WRITE_ONCE(conn->redirect, NULL);
	rtsp_expect_drop(&exp);
	rtsp_quota_add(conn->host, -1, 0);
	rtsp_quota_put(conn->host, true);
}

void rtsp_redirect_on(struct rtsp_conn *conn)
{
	bool there;

	if (!conn->redirect)
		return;
	spin_lock_bh(&nf_conntrack_expect_lock);
	there = rtsp_expect_is_registered(conn->redirect);
	spin_unlock_bh(&nf_conntrack_expect_lock);
	if (!there)
		rtsp_redirect_end(conn);
}
