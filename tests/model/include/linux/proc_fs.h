/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <linux/types.h>

struct proc_dir_entry;
struct seq_file;

struct proc_dir_entry *proc_create_net_single(const char *name, umode_t mode, struct proc_dir_entry *parent,
					      int (*show)(struct seq_file *seq, void *v), void *data);
void remove_proc_entry(const char *name, struct proc_dir_entry *parent);
