// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Flows that belong to a control connection, as `conntrack -L` and `-D` see them. */
#include <linux/string.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "../model.h"
#include "conntrack.h"

static bool is_media(const struct nf_conn *ct)
{
	return ct->master && nf_ct_is_confirmed(ct) && !nf_ct_is_dying(ct) && !nf_ct_is_expired(ct);
}

unsigned int model_media_flows(void)
{
	const struct nf_conn *ct;
	unsigned int count = 0;

	list_for_each_entry(ct, &model_conntracks, model_list)
		count += is_media(ct);
	return count;
}

void model_delete_flow(unsigned short port)
{
	struct nf_conn *ct;

	list_for_each_entry(ct, &model_conntracks, model_list) {
		if (is_media(ct) && ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.dst.u.all == htons(port)) {
			nf_ct_kill(ct);
			return;
		}
	}
}

unsigned int model_unused_flows(struct model_expectation *list, unsigned int size)
{
	const struct nf_conn *ct;
	unsigned int count = 0;

	list_for_each_entry(ct, &model_conntracks, model_list) {
		const struct nf_conntrack_tuple *tuple = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;

		if (!is_media(ct) || ct->model_used)
			continue;
		if (count < size) {
			list[count] = (struct model_expectation){
				.family = tuple->src.l3num == NFPROTO_IPV4 ? 4 : 6,
				.source_port = ntohs(tuple->src.u.all),
				.destination_port = ntohs(tuple->dst.u.all),
				.protocol = tuple->dst.protonum,
				.active = true,
				.permanent = true,
			};
			memcpy(list[count].source, &tuple->src.u3, 16);
			memcpy(list[count].destination, &tuple->dst.u3, 16);
		}
		count++;
	}
	return count;
}

static void iterate(const struct net *net, int (*iter)(struct nf_conn *ct, void *data), void *data)
{
	struct nf_conn *ct, *next;

	might_sleep();
	list_for_each_entry_safe(ct, next, &model_conntracks, model_list) {
		if (nf_ct_net(ct) == net && nf_ct_is_confirmed(ct) && !nf_ct_is_dying(ct) && iter(ct, data))
			nf_ct_kill(ct);
	}
}

#ifdef HAVE_ITER_DATA
void nf_ct_iterate_cleanup_net(int (*iter)(struct nf_conn *ct, void *data), const struct nf_ct_iter_data *iter_data)
{
	iterate(iter_data->net, iter, iter_data->data);
}
#else
void nf_ct_iterate_cleanup_net(struct net *net, int (*iter)(struct nf_conn *ct, void *data), void *data, u32 portid,
			       int report)
{
	(void)portid;
	(void)report;
	iterate(net, iter, data);
}
#endif
