// SPDX-License-Identifier: GPL-2.0-only
/* The control connection to where the peer sends the opener on (RFC 2326 section
 * 10.10).  It is expected, so that this helper watches it although its port need not
 * be one that the rules name.
 */

#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "nf_conntrack_rtsp_expect.h"
#include "nf_conntrack_rtsp_mapping.h"
#include "nf_conntrack_rtsp_proc.h"

/* Once exp->helper said both whose the expectation is and who watches what comes. */
static void rtsp_watch_too(struct nf_conntrack_expect *exp)
{
	struct nf_conntrack_helper *helper =
		rcu_dereference(nfct_help(exp->master)->helper);

#ifdef HAVE_ASSIGN_HELPER
	rcu_assign_pointer(exp->assign_helper, helper);
#else
	exp->helper = helper;
#endif
}

void rtsp_redirect(const struct rtsp_ask *ask)
{
	struct nf_conn *ct = ask->conn->ct;
	const struct nf_conntrack_tuple *original =
		&ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	struct nf_conntrack_expect *exp = nf_ct_expect_alloc(ct);
	__be16 port = htons(ask->step->peer[0]);
	enum rtsp_counter outcome = RTSP_REDIRECTED;
	union nf_inet_addr addr;

	if (!exp) {
		rtsp_count(nf_ct_net(ct), RTSP_NO_MEMORY);
		return;
	}

	BUILD_BUG_ON(sizeof(addr) != sizeof(ask->step->redirect.bytes));
	memcpy(&addr, ask->step->redirect.bytes, sizeof(addr));
	nf_ct_expect_init(exp, RTSP_EXPECT_CONTROL, nf_ct_l3num(ct),
			  &original->src.u3, &addr, IPPROTO_TCP, NULL, &port);
	rtsp_watch_too(exp);
	if (nf_ct_expect_related(exp, 0))
		outcome = RTSP_RESERVE_FAILED;
	rtsp_count(nf_ct_net(ct), outcome);
	nf_ct_expect_put(exp);
}
