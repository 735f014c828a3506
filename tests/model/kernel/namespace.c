// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Network namespaces by number, from their opening to their end. */
#include <linux/errno.h>
#include <linux/string.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "../model.h"
#include "conntrack.h"
#include "namespace.h"
#include "net.h"
#include "rcu.h"

static struct net others[MODEL_NAMESPACES - 1];
static enum { UNUSED, OPEN, ENDED } states[MODEL_NAMESPACES];

static struct net *at(unsigned int number)
{
	return number ? &others[number - 1] : &init_net;
}

struct net *model_namespace(unsigned int number)
{
	return states[number] == UNUSED ? NULL : at(number);
}

/* Those of a namespace, or with NULL all. */
static void flush(const struct net *net)
{
	struct nf_conn *ct, *next;

	list_for_each_entry_safe(ct, next, &model_conntracks, model_list) {
		if (!nf_ct_is_confirmed(ct) || nf_ct_is_dying(ct) || (net && nf_ct_net(ct) != net))
			continue;
		nf_ct_kill(ct);
		next = list_first_entry(&model_conntracks, struct nf_conn, model_list);
	}
}

void model_flush_conntracks(void)
{
	flush(NULL);
}

void model_flush_conntracks_of(unsigned int namespace_number)
{
	flush(at(namespace_number));
}

int model_open_namespace(unsigned int number)
{
	int err;

	if (model_pernet_is_busy() || states[number] == OPEN)
		return -EBUSY;
	model_forget_namespace(number);
	err = model_net_open(at(number));
	states[number] = OPEN;
	if (err)
		model_close_namespace(number);
	return err;
}

static unsigned int conntracks_of(const struct net *net)
{
	const struct nf_conn *ct;
	unsigned int count = 0;

	list_for_each_entry(ct, &model_conntracks, model_list)
		count += nf_ct_net(ct) == net;
	return count;
}

/* Whoever holds on to a conntrack keeps the namespace from ending. */
bool model_close_namespace(unsigned int number)
{
	struct net *net = at(number);

	if (states[number] != OPEN)
		return true;
	if (model_pernet_is_busy())
		return false;
	states[number] = ENDED;
	model_net_close(net);
	flush(net);
	model_run_rcu_callbacks();
	if (conntracks_of(net))
		model_report("the namespace cannot end: %u conntracks are in use", conntracks_of(net));
	if (net->expect_count)
		model_report("%u expectations are left", net->expect_count);
	return true;
}

void model_end_namespace(void)
{
	model_close_namespace(0);
}

void model_forget_namespace(unsigned int number)
{
	if (states[number] != UNUSED)
		model_net_free(at(number));
	states[number] = UNUSED;
}
