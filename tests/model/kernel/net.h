/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <net/net_namespace.h>

/* Neither runs while a module registers or ends what it has in all of them. */
int model_net_open(struct net *net);
void model_net_close(struct net *net);
void model_net_free(struct net *net);
bool model_pernet_is_busy(void);
/* The folder for /proc/net. */
struct proc_dir_entry *model_proc_folder(void);
void model_forget_proc_folder(struct proc_dir_entry *folder);
unsigned int model_pernet_registered(void);
