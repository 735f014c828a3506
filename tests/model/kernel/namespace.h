/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <net/net_namespace.h>

/* NULL if there is none of that number. */
struct net *model_namespace(unsigned int number);
/* Once nothing of it is in use; what modules kept for it is freed only here. */
void model_forget_namespace(unsigned int number);
