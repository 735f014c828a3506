/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/* Both modules are linked into the test; loading one calls its init function. Each is
 * compiled with KBUILD_MODNAME, which keeps their names apart.
 */
#include <linux/types.h>

enum module_state { MODULE_STATE_LIVE, MODULE_STATE_COMING, MODULE_STATE_GOING, MODULE_STATE_UNFORMED };

struct module {
	char name[32];
	enum module_state state;
};

static inline bool try_module_get(struct module *module) { return !module || module->state == MODULE_STATE_LIVE; }
static inline void module_put(struct module *module) { (void)module; }

#define MODEL_PASTE_(a, b)	a##b
#define MODEL_PASTE(a, b)	MODEL_PASTE_(a, b)
#ifdef KBUILD_MODNAME
extern struct module MODEL_PASTE(model_module_, KBUILD_MODNAME);
#define THIS_MODULE	(&MODEL_PASTE(model_module_, KBUILD_MODNAME))
#define module_init(f) \
	int MODEL_PASTE(model_init_, KBUILD_MODNAME)(void); \
	int MODEL_PASTE(model_init_, KBUILD_MODNAME)(void) { return f(); } \
	typedef int model_init_defined
#define module_exit(f) \
	void MODEL_PASTE(model_exit_, KBUILD_MODNAME)(void); \
	void MODEL_PASTE(model_exit_, KBUILD_MODNAME)(void) { f(); } \
	typedef int model_exit_defined
#endif

/* A parameter can be set through a pointer of a name of its own. */
#define module_param_named(name, variable, type, mode) \
	extern type *model_parameter_##name; \
	type *model_parameter_##name = &(variable)
struct kernel_param;
struct kernel_param_ops {
	int (*set)(const char *val, const struct kernel_param *kp);
	int (*get)(char *buffer, const struct kernel_param *kp);
};
#define module_param_cb(name, ops, arg, mode) \
	extern const struct kernel_param_ops *model_parameter_##name; \
	const struct kernel_param_ops *model_parameter_##name = (ops)
#define MODULE_LICENSE(text)		static_assert(sizeof(text) > 1)
#define MODULE_AUTHOR(text)		static_assert(sizeof(text) > 1)
#define MODULE_DESCRIPTION(text)	static_assert(sizeof(text) > 1)
#define MODULE_PARM_DESC(name, text)	static_assert(sizeof(text) > 1)
#define MODULE_ALIAS(text)		static_assert(sizeof(text) > 1)
/* Which modprobe reads, not the kernel. */
#define MODULE_SOFTDEP(text) \
	extern const char MODEL_PASTE(model_softdep_, KBUILD_MODNAME)[]; \
	const char MODEL_PASTE(model_softdep_, KBUILD_MODNAME)[] = (text)
