// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Network namespaces and what modules have in each of them. */
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <net/net_namespace.h>

#include "../model.h"
#include "event.h"
#include "lock.h"
#include "net.h"
#include "order.h"
#include "work.h"

LIST_HEAD(net_namespace_list);
struct net init_net;

static struct pernet_operations *registered[MODEL_PERNET_MAX];
static bool pernet_busy;	/* all namespaces are gone through */
#define PERNET	"pernet_ops_rwsem"

bool model_pernet_is_busy(void)
{
	return pernet_busy;
}

void *net_generic(const struct net *net, unsigned int id)
{
	if (net->ended[id])
		model_report("what a module kept for a namespace is used after its end");
	return net->generic[id];
}

/* Later than a kernel does it, so that whoever still uses it is found out. */
static void forget(struct net *net, unsigned int id)
{
	kfree(net->generic[id]);
	net->generic[id] = NULL;
	net->ended[id] = false;
}

static int ops_init(const struct pernet_operations *ops, struct net *net)
{
	int err;

	forget(net, *ops->id);
	net->generic[*ops->id] = kzalloc(ops->size, GFP_KERNEL);
	if (!net->generic[*ops->id])
		return -ENOMEM;
	err = ops->init ? ops->init(net) : 0;
	if (err)
		forget(net, *ops->id);
	return err;
}

static void ops_exit(const struct pernet_operations *ops, struct net *net)
{
	if (ops->exit)
		ops->exit(net);
	model_check_nothing_held("pernet exit");
	net->ended[*ops->id] = true;
}

int register_pernet_subsys(struct pernet_operations *ops)
{
	unsigned int id;
	struct net *net;
	int err = 0;

	model_might_sleep("register_pernet_subsys");
	for (id = 0; registered[id]; id++)
		;
	*ops->id = id;
	model_order_take(PERNET, false);
	pernet_busy = true;
	for_each_net(net) {
		err = ops_init(ops, net);
		if (err)
			break;
	}
	if (!err) {
		registered[id] = ops;
	} else {
		for_each_net(net) {
			if (net->generic[id] && !net->ended[id])
				ops_exit(ops, net);
		}
	}
	pernet_busy = false;
	model_order_give(PERNET);
	return err;
}

void unregister_pernet_subsys(struct pernet_operations *ops)
{
	struct net *net;

	model_might_sleep("unregister_pernet_subsys");
	/* It may be running elsewhere. */
	if (model_work_pending())
		model_report("namespaces lose what a module keeps for them while its work is in a queue");
	model_order_take(PERNET, false);
	pernet_busy = true;
	for_each_net(net)
		ops_exit(ops, net);
	registered[*ops->id] = NULL;
	pernet_busy = false;
	model_order_give(PERNET);
}

unsigned int model_pernet_registered(void)
{
	unsigned int id, count = 0;

	for (id = 0; id < MODEL_PERNET_MAX; id++)
		count += registered[id] != NULL;
	return count;
}

int model_net_open(struct net *net)
{
	unsigned int id;
	int err = 0;

	*net = (struct net){ .proc_net = model_proc_folder() };
	if (!net->proc_net)
		return -ENOMEM;
	model_listen(net);
	list_add(&net->list, &net_namespace_list);
	for (id = 0; id < MODEL_PERNET_MAX && !err; id++) {
		if (registered[id])
			err = ops_init(registered[id], net);
	}
	return err;
}

void model_net_close(struct net *net)
{
	unsigned int id;

	model_order_take(PERNET, false);
	for (id = MODEL_PERNET_MAX; id-- > 0;) {
		if (registered[id] && net->generic[id] && !net->ended[id])
			ops_exit(registered[id], net);
	}
	model_order_give(PERNET);
	if (net->proc_net)
		list_del(&net->list);
}

void model_net_free(struct net *net)
{
	unsigned int id;

	for (id = 0; id < MODEL_PERNET_MAX; id++)
		forget(net, id);
	model_forget_proc_folder(net->proc_net);
	net->proc_net = NULL;
}
