/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/* One parameter more, of older kernels. */
#ifdef HAVE_LISTENER_HASHINFO
#define MODEL_HASHINFO	struct inet_hashinfo *hashinfo,
#else
#define MODEL_HASHINFO
#endif
#include <linux/in.h>
#include <linux/refcount.h>
#include <net/net_namespace.h>

struct sock;
void sock_put(struct sock *sk);
