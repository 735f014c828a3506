// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Files below /proc/net. */
#include <stdarg.h>
#include <stdio.h>

#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <net/net_namespace.h>

#include "../model.h"
#include "lock.h"
#include "namespace.h"
#include "net.h"

struct proc_dir_entry {
	struct list_head list;
	const char *name;
	struct proc_dir_entry *parent;
	int (*show)(struct seq_file *seq, void *v);
};

static LIST_HEAD(entries);

struct proc_dir_entry *proc_create_net_single(const char *name, umode_t mode, struct proc_dir_entry *parent,
					      int (*show)(struct seq_file *seq, void *v), void *data)
{
	struct proc_dir_entry *entry = kzalloc(sizeof(*entry), GFP_KERNEL);

	(void)mode;
	(void)data;
	if (!entry)
		return NULL;
	entry->name = name;
	entry->parent = parent;
	entry->show = show;
	list_add(&entry->list, &entries);
	return entry;
}

static struct proc_dir_entry *find(const char *name, const struct proc_dir_entry *parent)
{
	struct proc_dir_entry *entry;

	list_for_each_entry(entry, &entries, list) {
		if (entry->parent == parent && !strcmp(entry->name, name))
			return entry;
	}
	return NULL;
}

void remove_proc_entry(const char *name, struct proc_dir_entry *parent)
{
	struct proc_dir_entry *entry = find(name, parent);

	model_might_sleep("remove_proc_entry");
	if (WARN_ON(!entry))
		return;
	list_del(&entry->list);
	kfree(entry);
}

void seq_printf(struct seq_file *seq, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(seq->text + seq->used, seq->size - seq->used, format, arguments);
	va_end(arguments);
	seq->used = min(seq->used + (size_t)length, seq->size - 1);
}

void seq_puts(struct seq_file *seq, const char *text)
{
	seq_printf(seq, "%s", text);
}

struct proc_dir_entry *model_proc_folder(void)
{
	return kzalloc(sizeof(struct proc_dir_entry), GFP_KERNEL);
}

void model_forget_proc_folder(struct proc_dir_entry *folder)
{
	const struct proc_dir_entry *entry;

	list_for_each_entry(entry, &entries, list) {
		if (folder && entry->parent == folder)
			model_report("the file %s outlives its namespace", entry->name);
	}
	kfree(folder);
}

bool model_read_proc(const char *name, char *text, size_t size)
{
	return model_read_proc_of(0, name, text, size);
}

bool model_read_proc_of(unsigned int namespace_number, const char *name, char *text, size_t size)
{
	struct net *net = model_namespace(namespace_number);
	struct seq_file seq = { .text = text, .size = size, .net = net };
	const struct proc_dir_entry *entry = net ? find(name, net->proc_net) : NULL;

	text[0] = '\0';
	if (!entry)
		return false;
	entry->show(&seq, NULL);
	model_check_nothing_held("a proc file");
	return true;
}
