/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <linux/types.h>

struct net;
struct seq_file {
	char *text;
	size_t size, used;
	struct net *net;
};

void seq_printf(struct seq_file *seq, const char *format, ...) __printf(2, 3);
void seq_puts(struct seq_file *seq, const char *text);
static inline struct net *seq_file_single_net(struct seq_file *seq) { return seq->net; }
