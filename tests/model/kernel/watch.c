// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* What an operator would see: events that were traced, and lines of the packet log. */
#include <stdarg.h>
#include <stdio.h>

#include <linux/string.h>
#include <linux/tracepoint.h>
#include <net/netfilter/nf_conntrack_helper.h>
#include <net/netfilter/nf_log.h>
#include <linux/jiffies.h>
#include <linux/net.h>

#include "../model.h"

#define EVENTS_MAX	16

static struct {
	const char *name;
	unsigned int count;
} events[EVENTS_MAX];
static char log_line[128];
static unsigned long log_since;
static unsigned int log_burst;
static unsigned int log_count;

void model_trace(const char *name)
{
	unsigned int i;

	for (i = 0; i < EVENTS_MAX - 1 && events[i].name && strcmp(events[i].name, name); i++)
		;
	events[i].name = name;
	events[i].count++;
}

unsigned int model_trace_count(const char *name)
{
	unsigned int i;

	for (i = 0; i < EVENTS_MAX && events[i].name; i++) {
		if (!strcmp(events[i].name, name))
			return events[i].count;
	}
	return 0;
}

bool net_ratelimit(void)
{
	if (time_after_eq(jiffies, log_since + 5 * HZ)) {
		log_since = jiffies;
		log_burst = 0;
	}
	return log_burst++ < 10;
}

void nf_log_packet(struct net *net, u8 pf, unsigned int hooknum, const struct sk_buff *skb, const struct net_device *in,
		   const struct net_device *out, const struct nf_loginfo *info, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(log_line, sizeof(log_line), fmt, args);
	va_end(args);
	log_count++;
}

void nf_ct_helper_log(struct sk_buff *skb, const struct nf_conn *ct, const char *fmt, ...)
{
	int length = snprintf(log_line, sizeof(log_line), "nf_ct_%s: dropping packet: ",
			      rcu_dereference(nfct_help(ct)->helper)->name);
	va_list args;

	va_start(args, fmt);
	vsnprintf(log_line + length, sizeof(log_line) - (size_t)length, fmt, args);
	va_end(args);
	log_count++;
}

const char *model_last_log(unsigned int *count)
{
	if (count)
		*count = log_count;
	return log_line;
}

void model_forget_watched(void);

void model_forget_watched(void)
{
	memset(events, 0, sizeof(events));
	log_line[0] = '\0';
	log_count = log_burst = 0;
}
