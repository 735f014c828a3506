/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <linux/in.h>
#include <linux/refcount.h>
#include <net/net_namespace.h>

struct sock;
void sock_put(struct sock *sk);
