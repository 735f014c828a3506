// SPDX-License-Identifier: GPL-2.0-only
/* RTSP connection tracking helper: lets media streams through that are agreed on over RTSP
 * (RFC 2326, RFC 7826).  The core has all knowledge of the protocol, see
 * ../../mangler/include/rtspnat.h; here it meets conntrack.
 *
 * The files are in layers: each includes headers and calls functions of lower layers only
 * (tests/tools/layers.txt; docs/design.md says what each file does).  This file alone knows all.
 *
 * Each thing has one owner, the only file that adds to it and takes from it, and one lock:
 *
 *  owner	what					lock
 *  sweep	the sweep, the end of a namespace	rtsp_sweep_mutex
 *  carried	flows that another router has let in	rtsp_sweep_mutex
 *  conn	the list of connections, helper->conn	rtsp_conns_lock
 *  (several)	a struct rtsp_conn and its core		conn->lock
 *  mapping	conn->mappings				conn->lock
 *  media	flows that stand for expectations	conn->lock
 *  redirect	conn->redirect				conn->lock
 *  host	the table of hosts, host->connections	rtsp_hosts_lock
 *  quota	all else that a host has		rtsp_hosts_lock
 *  mapping	host->lingering				rtsp_hosts_lock
 *  mapping	rtsp_net->asking			rtsp_net->asking_lock
 *  ports	the table of held ports			rtsp_ports_lock
 *  expect	a registered expectation		nf_conntrack_expect_lock
 *  opening	helper->first_seq, without a state	barriers, cmpxchg
 *  carried	the same, opening not seen		ct->lock
 *  room	the same, when it lets a state go	rtsp_conns_lock, conn->lock
 *  stats	counters, gauges			none: per CPU, atomic
 *
 * From the outside in: rtsp_sweep_mutex, rtsp_conns_lock, conn->lock, and then one of the others,
 * none of which has another inside it.  A file that holds one conn->lock only tries for that of
 * another connection.
 */

#include <linux/module.h>

#include "../compat.h"
#include "arrival.h"
#include "conn.h"
#include "expect.h"
#include "help.h"
#include "host.h"
#include "ports.h"
#include "stats.h"
#include "sweep.h"

#define HELPER_NAME	"rtsp"

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The rtspnat authors");
MODULE_DESCRIPTION("RTSP connection tracking helper");
MODULE_ALIAS_NFCT_HELPER(HELPER_NAME);

/* Nobody but OVS and tc loads NAT helpers by themselves.  modprobe loads both modules, so an
 * administrator who loads this one alone, or unloads the other, means it: nothing here asks for the
 * other.
 */
#if IS_ENABLED(CONFIG_NF_NAT)
MODULE_SOFTDEP("post: nf_nat_rtsp");
#endif

static struct nf_conntrack_helper rtsp_conntrack_helper __read_mostly;
static struct nf_conntrack_helper *rtsp_registered __read_mostly;

static int __net_init rtsp_net_init(struct net *net)
{
	struct rtsp_net *rn = rtsp_net(net);

	spin_lock_init(&rn->asking_lock);
	INIT_LIST_HEAD(&rn->asking);
	return rtsp_stats_init(net);
}

static void __net_exit rtsp_net_exit(struct net *net)
{
	rtsp_sweep_net(net);
	rtsp_stats_exit(net);
}

static struct pernet_operations rtsp_net_ops = {
	.init	= rtsp_net_init,
	.exit	= rtsp_net_exit,
	.id	= &rtsp_net_id,
	.size	= sizeof(struct rtsp_net),
};

static bool rtsp_is_ours(struct nf_conntrack_expect *exp, void *data)
{
	/* If the helper was never registered, NULL would match expectations of others. */
	return (rtsp_registered && rtsp_compat_has_helper(exp, rtsp_registered)) ||
	       exp->expectfn == rtsp_arrival_expectfn.expectfn;
}

/* Take away all expectations that point into the module.  nf_conntrack_helper_unregister() leaves
 * those that were made while it ran, and those that are marked as dead and not collected yet;
 * userspace may have made some that call the expectfn.
 */
static void rtsp_destroy_expectations(void)
{
	nf_ct_helper_expectfn_unregister(&rtsp_arrival_expectfn);
	synchronize_rcu();
	nf_ct_expect_iterate_destroy(rtsp_is_ours, NULL);
	synchronize_rcu();
}

static int __init nf_conntrack_rtsp_init(void)
{
	int ret;

	rtsp_host_init();
	rtsp_ports_init();
	ret = rtsp_conn_init(rtsp_sweep);
	if (ret < 0)
		return ret;

	ret = register_pernet_subsys(&rtsp_net_ops);
	if (ret < 0)
		goto err_net;

	nf_ct_helper_expectfn_register(&rtsp_arrival_expectfn);

	rtsp_compat_helper_init(&rtsp_conntrack_helper, HELPER_NAME, rtsp_expect_policies,
				RTSP_EXPECT_CLASSES - 1, rtsp_help);
	ret = rtsp_compat_register(&rtsp_conntrack_helper, &rtsp_registered);
	if (ret < 0)
		goto err_helper;
	return 0;

err_helper:
	rtsp_destroy_expectations();
	unregister_pernet_subsys(&rtsp_net_ops);
err_net:
	rtsp_conn_exit();
	return ret;
}

/* In this order: packets and the sweep end; then every namespace lets go of its connections; then
 * nobody runs any more what these have left behind; then the memory goes.
 */
static void __exit nf_conntrack_rtsp_exit(void)
{
	nf_conntrack_helper_unregister(rtsp_registered);
	rtsp_sweep_end();
	unregister_pernet_subsys(&rtsp_net_ops);
	rtsp_destroy_expectations();
	rtsp_conn_exit();
}

module_init(nf_conntrack_rtsp_init);
module_exit(nf_conntrack_rtsp_exit);
