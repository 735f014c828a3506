// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* From boot to the end, and what is looked at in between. */
#include <stdio.h>
#include <stdlib.h>

#include <linux/string.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "../model.h"
#include "conntrack.h"
#include "lock.h"
#include "memory.h"
#include "namespace.h"
#include "rcu.h"
#include "work.h"

void model_forget_nat(void);
void model_close_sockets(void);
void model_reset_parameters(void);
void model_forget_watched(void);

unsigned int model_expectations_counted(void)
{
	return model_expectations_counted_of(0);
}

unsigned int model_expectations_counted_of(unsigned int namespace_number)
{
	return model_namespace(namespace_number)->expect_count;
}

static bool is_for_port(struct nf_conntrack_expect *exp, void *port)
{
	return exp->tuple.dst.u.all == htons(*(unsigned short *)port);
}

void model_delete_expectation(unsigned short port)
{
	nf_ct_expect_iterate_destroy(is_for_port, &port);
}

void model_start(void)
{
	model_clear_reports();
	model_lock_start();
	model_end_grace_periods_early(getenv("MODEL_EARLY") != NULL);
	model_memory_start();
	/* Nothing of the run before is recent. */
	jiffies += 3600ul * HZ;
	model_seed_random(1);
	model_reset_parameters();
	model_forget_watched();
	model_conntrack_start();
	model_set_conntrack_max(0);
	model_expect_start();
	model_open_namespace(0);
}

unsigned int model_conntrack_count(void)
{
	const struct nf_conn *ct;
	unsigned int count = 0;

	list_for_each_entry(ct, &model_conntracks, model_list)
		count++;
	return count;
}

static void describe(const struct nf_conntrack_expect *exp, struct model_expectation *to)
{
	*to = (struct model_expectation){
		.family = exp->tuple.src.l3num == NFPROTO_IPV4 ? 4 : 6,
		.source_port = exp->mask.src.u.all ? ntohs(exp->tuple.src.u.all) : 0,
		.destination_port = ntohs(exp->tuple.dst.u.all),
		.protocol = exp->tuple.dst.protonum,
		.any_source = !exp->mask.src.u3.all[0],
		.active = !(exp->flags & NF_CT_EXPECT_INACTIVE),
		.permanent = exp->flags & NF_CT_EXPECT_PERMANENT,
	};
	memcpy(to->source, &exp->tuple.src.u3, 16);
	memcpy(to->destination, &exp->tuple.dst.u3, 16);
}

unsigned int model_expectations(struct model_expectation *list, unsigned int size)
{
	const struct nf_conntrack_expect *exp;
	const struct nf_conn *ct;
	unsigned int count = 0;

	list_for_each_entry(ct, &model_conntracks, model_list) {
		const struct nf_conn_help *help = nfct_help(ct);

		if (!help)
			continue;
		hlist_for_each_entry(exp, &help->expectations, lnode) {
			if (model_is_expect_over(exp))
				continue;
			if (count < size)
				describe(exp, &list[count]);
			count++;
		}
	}
	return count;
}

void model_stop(void)
{
	unsigned int fault, number;

	for (fault = 0; fault < MODEL_FAULTS; fault++)
		model_fail((enum model_fault)fault, 0, 0);
	model_on_preempt(NULL, NULL);
	model_unload("nf_nat_rtsp");
	model_unload("nf_conntrack_rtsp");
	model_run_rcu_callbacks();
	for (number = MODEL_NAMESPACES; number-- > 0;) {
		model_close_namespace(number);
		model_forget_namespace(number);
	}
	model_conntrack_stop();
	model_expect_stop();
	model_close_sockets();
	model_forget_nat();
	if (model_objects())
		model_report("%ld objects are left", model_objects());
	if (model_buffers())
		model_report("%ld packet buffers or pages are left", model_buffers());
}
