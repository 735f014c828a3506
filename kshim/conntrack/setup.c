// SPDX-License-Identifier: GPL-2.0-only
/* Tells the core about a connection: its addresses, the positions of its streams, and the options
 * that the administrator has set.
 */

#include <linux/random.h>
#include <linux/string.h>
#include <net/netfilter/nf_conntrack_seqadj.h>

#include "params.h"
#include "setup.h"

static void rtsp_address(struct rtspnat_address *to, const struct nf_conn *ct,
			 const union nf_inet_addr *from)
{
	to->family = nf_ct_l3num(ct) == NFPROTO_IPV4 ? 4 : 6;
	memcpy(to->bytes, from, to->family == 4 ? 4 : 16);
}

static u8 rtsp_options(void)
{
	return (rtsp_param(rewrite_client_address) ? RTSPNAT_OPTION_CLIENT_ADDRESS : 0) |
	       (rtsp_param(play_transport) ? RTSPNAT_OPTION_PLAY_TRANSPORT : 0) |
	       (rtsp_param(follow_redirects) ? RTSPNAT_OPTION_REDIRECT : 0);
}

/* SNAT translates one end of the connection, DNAT the other. */
static void rtsp_setup_ends(struct rtspnat_setup *setup, const struct nf_conn *ct)
{
	const struct nf_conntrack_tuple *original =
		&ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	const struct nf_conntrack_tuple *reply = &ct->tuplehash[IP_CT_DIR_REPLY].tuple;

	rtsp_address(&setup->inside, ct, &original->src.u3);
	rtsp_address(&setup->outside, ct, &reply->dst.u3);
	rtsp_address(&setup->peer, ct, &reply->src.u3);
	rtsp_address(&setup->published, ct, &original->dst.u3);
	setup->inside_port = ntohs(original->src.u.tcp.port);
	setup->outside_port = ntohs(reply->dst.u.tcp.port);
	setup->peer_port = ntohs(reply->src.u.tcp.port);
	setup->published_port = ntohs(original->dst.u.tcp.port);

	setup->may_translate = test_bit(IPS_SRC_NAT_BIT, &ct->status);
	/* DNAT to another port of the same address hides no address and no other port. */
	setup->may_publish = test_bit(IPS_DST_NAT_BIT, &ct->status) &&
			     !nf_inet_addr_cmp(&reply->src.u3, &original->dst.u3);
}

void rtsp_setup_core(struct rtsp_conn *conn, const struct rtsp_helper *helper)
{
	struct nf_conn *ct = conn->ct;
	struct rtspnat_setup setup = {
		.size = sizeof(setup),
		.first_seq[RTSPNAT_ORIGINAL] = READ_ONCE(helper->first_seq[IP_CT_DIR_ORIGINAL]),
		.first_seq[RTSPNAT_REPLY] = READ_ONCE(helper->first_seq[IP_CT_DIR_REPLY]),
		.answered = helper->answered,
		.marks = helper->marks,
		.session_seconds = helper->session_seconds,
		.port_seed = get_random_u32(),
		.options = rtsp_options(),
		/* Without room the state may go while text is on its way, and nobody would
		 * know then by how much it grew.
		 */
		.length_changes = nfct_seqadj(ct) && !conn->brief ?
					  RTSPNAT_ONE_LENGTH_CHANGE :
					  RTSPNAT_NO_LENGTH_CHANGE,
	};

	rtsp_setup_ends(&setup, ct);
	conn->core = rtspnat_open(conn->memory, rtspnat_connection_size(), &setup);
}
