// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Module parameters, set by name as in /sys/module. */
#include <stdlib.h>

#include <linux/module.h>
#include <linux/string.h>

#include "../model.h"

extern unsigned int *model_parameter_max_connections, *model_parameter_max_mappings_per_host,
	*model_parameter_mappings_per_second, *model_parameter_expectations;
extern bool *model_parameter_rewrite_client_address, *model_parameter_play_transport,
	*model_parameter_end_media, *model_parameter_follow_redirects;
extern const struct kernel_param_ops *model_parameter_media_source;

static const struct {
	const char *name;
	unsigned int **number;
	bool **flag;
	const struct kernel_param_ops **ops;
	const char *at_first;
} parameters[] = {
	{ .name = "max_connections", .number = &model_parameter_max_connections, .at_first = "4096" },
	{ .name = "max_mappings_per_host", .number = &model_parameter_max_mappings_per_host, .at_first = "256" },
	{ .name = "mappings_per_second", .number = &model_parameter_mappings_per_second, .at_first = "64" },
	{ .name = "expectations", .number = &model_parameter_expectations, .at_first = "0" },
	{ .name = "rewrite_client_address", .flag = &model_parameter_rewrite_client_address, .at_first = "N" },
	{ .name = "play_transport", .flag = &model_parameter_play_transport, .at_first = "N" },
	{ .name = "end_media", .flag = &model_parameter_end_media, .at_first = "N" },
	{ .name = "follow_redirects", .flag = &model_parameter_follow_redirects, .at_first = "N" },
	{ .name = "media_source", .ops = &model_parameter_media_source, .at_first = "peer" },
};

int model_set_parameter(const char *name, const char *value)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(parameters); i++) {
		if (strcmp(parameters[i].name, name))
			continue;
		if (parameters[i].ops)
			return (*parameters[i].ops)->set(value, NULL);
		if (parameters[i].number)
			**parameters[i].number = (unsigned int)strtoul(value, NULL, 10);
		else
			**parameters[i].flag = value[0] == 'Y';
		return 0;
	}
	return -ENOENT;
}

void model_set_max_connections(unsigned int count)
{
	*model_parameter_max_connections = count;
}

void model_reset_parameters(void);

void model_reset_parameters(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(parameters); i++)
		model_set_parameter(parameters[i].name, parameters[i].at_first);
}
