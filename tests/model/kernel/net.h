/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <net/net_namespace.h>

int model_net_open(struct net *net);
void model_net_close(struct net *net);
void model_net_free(struct net *net);
unsigned int model_pernet_registered(void);
