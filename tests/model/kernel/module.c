// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Loading and unloading of the two modules.  Both are linked in, so what must not
 * outlive a module is counted when it has gone.
 */
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "../model.h"
#include "conntrack.h"
#include "helper.h"
#include "lock.h"
#include "module.h"
#include "net.h"
#include "rcu.h"
#include "work.h"

struct module model_module_nf_conntrack_rtsp = { .name = "nf_conntrack_rtsp", .state = MODULE_STATE_UNFORMED };
struct module model_module_nf_nat_rtsp = { .name = "nf_nat_rtsp", .state = MODULE_STATE_UNFORMED };
static struct module model_module_nf_nat = { .name = "nf_nat", .state = MODULE_STATE_UNFORMED };

int model_init_nf_conntrack_rtsp(void);
void model_exit_nf_conntrack_rtsp(void);
int model_init_nf_nat_rtsp(void);
void model_exit_nf_nat_rtsp(void);

static int nf_nat_init(void)
{
	static const struct nf_nat_hook hook;

	nf_nat_hook = &hook;
	return 0;
}

static const struct {
	struct module *module;
	int (*init)(void);
	void (*exit)(void);
} modules[] = {
	{ &model_module_nf_nat, nf_nat_init, NULL },
	{ &model_module_nf_conntrack_rtsp, model_init_nf_conntrack_rtsp, model_exit_nf_conntrack_rtsp },
	{ &model_module_nf_nat_rtsp, model_init_nf_nat_rtsp, model_exit_nf_nat_rtsp },
};

const char *model_loading = "";
const struct nf_nat_hook *nf_nat_hook;
void model_forget_nat(void);
extern const char model_softdep_nf_conntrack_rtsp[];

static unsigned int find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(modules) - 1 && strcmp(modules[i].module->name, name); i++)
		;
	return i;
}

bool model_is_loaded(const char *name)
{
	return modules[find(name)].module->state == MODULE_STATE_LIVE;
}

int model_load(const char *name)
{
	unsigned int i = find(name);
	int err;

	if (model_is_loaded(name))
		return 0;
	/* It uses a symbol of the other. */
	if (modules[i].module == &model_module_nf_nat_rtsp) {
		err = model_load("nf_nat") ?: model_load("nf_conntrack_rtsp");
		if (err)
			return err;
	}
	modules[i].module->state = MODULE_STATE_COMING;
	model_loading = modules[i].module->name;
	err = modules[i].init();
	model_check_nothing_held(name);
	modules[i].module->state = err ? MODULE_STATE_UNFORMED : MODULE_STATE_LIVE;
	return err;
}

int model_modprobe(const char *name)
{
	static const char post[] = "post: ";
	int err = model_load(name);

	if (!err && !strcmp(name, "nf_conntrack_rtsp") &&
	    !strncmp(model_softdep_nf_conntrack_rtsp, post, sizeof(post) - 1))
		model_load(model_softdep_nf_conntrack_rtsp + sizeof(post) - 1);
	return err;
}

static void check_nothing_is_left(const char *name)
{
	if (model_nat_helpers_registered(name))
		model_report("%s has left a NAT helper or an expectfn registered", name);
	model_check_expectfns(name);
	if (strcmp(name, "nf_conntrack_rtsp"))
		return;
	/* Conntrack has its own for expectations. */
	if (model_rcu_callbacks_pending() > model_expectations_dying())
		model_report("%s has left RCU callbacks", name);
	if (model_helpers_registered())
		model_report("%s has left its helper registered", name);
	if (model_pernet_registered())
		model_report("%s has left namespaces with its data", name);
	if (model_work_pending())
		model_report("%s has left work in a queue", name);
	model_check_expectations_gone(name);
}

int model_unload(const char *name)
{
	unsigned int i = find(name);

	if (!model_is_loaded(name))
		return -ENOENT;
	if (!modules[i].exit || (!strcmp(name, "nf_conntrack_rtsp") && model_is_loaded("nf_nat_rtsp")))
		return -EBUSY;
	modules[i].module->state = MODULE_STATE_GOING;
	modules[i].exit();
	model_check_nothing_held(name);
	check_nothing_is_left(name);
	modules[i].module->state = MODULE_STATE_UNFORMED;
	return 0;
}

void model_forget_nat(void)
{
	nf_nat_hook = NULL;
	model_module_nf_nat.state = MODULE_STATE_UNFORMED;
}
