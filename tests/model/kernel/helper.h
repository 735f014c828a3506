/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <net/netfilter/nf_conntrack_helper.h>

unsigned int model_helpers_registered(void);
/* NAT helpers and functions for expectations, of a module. */
unsigned int model_nat_helpers_registered(const char *module);
bool model_attach_helper(struct nf_conn *ct, const char *name);
