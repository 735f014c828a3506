// SPDX-License-Identifier: GPL-2.0-only
/* RTSP connection tracking helper: lets media streams through that are agreed on
 * over RTSP (RFC 2326, RFC 7826).  All knowledge of the protocol is in the core,
 * see ../mangler/include/rtspnat.h; here it meets conntrack:
 *
 * help		a packet, the dialogue with the core, the verdict
 * packet	a packet as a segment, and the decisions of the core as a packet
 * mapping	what the core asks about mappings
 * admit	what happens when the peer has agreed
 * flow		media flows, made before their first packet and kept
 * arrival	media flows that come by an expectation
 * way		flows of others that are in the way
 * ports	ports that mappings hold
 * carried	connections that another router has followed
 * linger	mappings that outlive their connection
 * expect	conntrack expectations, of which mappings are made
 * redirect	the control connection that a redirection names
 * source	who may send media
 * host, quota	limits on what one host may have
 * asking	mappings that wait for an answer
 * room		how many connections there may be, and which give way
 * state	the state of a connection and its lifetime
 * setup	what the core is told of a connection
 * nat		the socket for nf_nat_rtsp, the other module
 * proc		namespaces and counters
 * log, trace	what is refused, and what is done
 */

#include <linux/module.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "expect.h"
#include "help.h"
#include "proc.h"
#include "source.h"
#include "state.h"

#define HELPER_NAME	"rtsp"
#define RTSP_PORT	554

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The rtspnat authors");
MODULE_DESCRIPTION("RTSP connection tracking helper");
MODULE_ALIAS_NFCT_HELPER(HELPER_NAME);

static struct nf_conntrack_helper rtsp_conntrack_helper __read_mostly;
static struct nf_conntrack_helper *rtsp_registered __read_mostly;

static int __init rtsp_register_helper(void)
{
	/* Nothing attaches by port any more, which is not even asked for later. */
#ifdef HAVE_HELPER_PORTS
	nf_ct_helper_init(&rtsp_conntrack_helper, NFPROTO_UNSPEC, IPPROTO_TCP,
			  HELPER_NAME, RTSP_PORT, RTSP_PORT, 0,
			  rtsp_expect_policies, RTSP_EXPECT_CLASSES - 1, rtsp_help,
			  NULL, THIS_MODULE);
#else
	nf_ct_helper_init(&rtsp_conntrack_helper, NFPROTO_UNSPEC, IPPROTO_TCP,
			  HELPER_NAME, rtsp_expect_policies,
			  RTSP_EXPECT_CLASSES - 1, rtsp_help, NULL, THIS_MODULE);
#endif
#ifdef HAVE_HELPER_PTRS
	return nf_conntrack_helper_register(&rtsp_conntrack_helper,
					    &rtsp_registered);
#else
	rtsp_registered = &rtsp_conntrack_helper;
	return nf_conntrack_helper_register(&rtsp_conntrack_helper);
#endif
}

static int __init nf_conntrack_rtsp_init(void)
{
	int ret;

	ret = rtsp_state_init();
	if (ret < 0)
		goto err_state;

	ret = rtsp_proc_init();
	if (ret < 0)
		goto err_proc;

	rtsp_source_init();

	ret = rtsp_register_helper();
	if (ret < 0)
		goto err_helper;
	return 0;

err_helper:
	rtsp_source_exit();
	rtsp_proc_exit();
err_proc:
	rtsp_state_exit();
err_state:
	return ret;
}

static bool rtsp_is_ours(struct nf_conntrack_expect *exp, void *data)
{
#ifdef HAVE_ASSIGN_HELPER
	return rcu_access_pointer(exp->helper) == rtsp_registered ||
	       rcu_access_pointer(exp->assign_helper) == rtsp_registered;
#else
	return exp->helper == rtsp_registered;
#endif
}

/* nf_conntrack_helper_unregister() takes expectations away first and the helper from
 * its connections later: what was expected in between is left, and so is what is
 * marked as dead and not yet collected.
 */
static void rtsp_destroy_expectations(void)
{
	nf_ct_expect_iterate_destroy(rtsp_is_ours, NULL);
	synchronize_rcu();
}

/* In this order: no more packets and no sweep, then no more connections, then nobody who still
 * runs what they have left behind, then no memory.
 */
static void __exit nf_conntrack_rtsp_exit(void)
{
	nf_conntrack_helper_unregister(rtsp_registered);
	rtsp_state_stop();
	rtsp_proc_exit();
	rtsp_destroy_expectations();
	rtsp_source_exit();
	rtsp_state_exit();
}

module_init(nf_conntrack_rtsp_init);
module_exit(nf_conntrack_rtsp_exit);
