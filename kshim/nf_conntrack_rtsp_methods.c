// SPDX-License-Identifier: GPL-2.0-only
/* Which requests may pass: the module parameter methods. */

#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/string.h>

#include "nf_conntrack_rtsp_methods.h"

#define RTSP_ALL_METHODS	0xffff

static u16 rtsp_methods __read_mostly = RTSP_ALL_METHODS;

/* 0: there is none of the name, which is @len bytes long. */
static u16 rtsp_method_bit(const char *name, size_t len)
{
	const char *known;
	unsigned int i;

	for (i = 0; (known = rtspnat_method_name(i)); i++) {
		if (strlen(known) == len && !strncmp(known, name, len))
			return BIT(i);
	}
	return 0;
}

static int rtsp_methods_set(const char *val, const struct kernel_param *kp)
{
	u16 methods = 0;
	size_t len;

	for (;;) {
		u16 bit;

		len = strcspn(val, ",\n");
		if (!len && !methods && !val[strspn(val, "\n")]) {
			methods = RTSP_ALL_METHODS;
			break;
		}
		bit = rtsp_method_bit(val, len);
		if (!bit)
			return -EINVAL;
		methods |= bit;
		if (val[len] != ',')
			break;
		val += len + 1;
	}
	WRITE_ONCE(rtsp_methods, methods);
	return 0;
}

static int rtsp_methods_get(char *buffer, const struct kernel_param *kp)
{
	u16 methods = READ_ONCE(rtsp_methods);
	const char *known;
	unsigned int i;
	int len = 0;

	if (methods == RTSP_ALL_METHODS)
		methods = 0;
	for (i = 0; (known = rtspnat_method_name(i)); i++) {
		if (methods & BIT(i))
			len += scnprintf(buffer + len, PAGE_SIZE - len, "%s%s",
					 len ? "," : "", known);
	}
	return len + scnprintf(buffer + len, PAGE_SIZE - len, "\n");
}

static const struct kernel_param_ops rtsp_methods_ops = {
	.set	= rtsp_methods_set,
	.get	= rtsp_methods_get,
};

module_param_cb(methods, &rtsp_methods_ops, NULL, 0644);
MODULE_PARM_DESC(methods,
		 "Request methods that may pass, by commas, other for those without a name here (default all)");

void rtsp_methods_allow(struct rtspnat_connection *core)
{
	rtspnat_allow_methods(core, READ_ONCE(rtsp_methods));
}
