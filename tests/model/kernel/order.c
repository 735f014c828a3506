// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* A graph of classes of locks: from each that is held to each that is waited for meanwhile.  It lasts as long as the
 * program, since two orders that never meet in one test may meet in a router.  A circle in it is a deadlock that waits
 * for as many CPUs as it has locks.
 */
#include <linux/string.h>

#include "../model.h"
#include "order.h"

#define CLASSES_MAX	32

static const char *classes[CLASSES_MAX];
static bool edges[CLASSES_MAX][CLASSES_MAX];
static struct model_order here;

static u8 class_of(const char *name)
{
	u8 i;

	for (i = 0; i < CLASSES_MAX - 1 && classes[i] && strcmp(classes[i], name); i++)
		;
	if (classes[i] && strcmp(classes[i], name))
		BUG();	/* more room is needed */
	classes[i] = name;
	return i;
}

/* Is there a way along edges?  @seen: not to be walked again. */
static bool leads_to(u8 from, u8 to, u32 *seen)
{
	u8 next;

	if (from == to)
		return true;
	*seen |= 1u << from;
	for (next = 0; next < CLASSES_MAX; next++) {
		if (edges[from][next] && !(*seen & 1u << next) && leads_to(next, to, seen))
			return true;
	}
	return false;
}

static void note(u8 first, u8 second)
{
	u32 seen = 0;

	if (first == second)
		model_report("%s is taken inside another one of its kind", classes[second]);
	else if (leads_to(second, first, &seen))
		model_report("%s is taken inside %s, and elsewhere the other way round", classes[second], classes[first]);
	edges[first][second] = first != second;
}

void model_order_take(const char *name, bool tried)
{
	u8 class = class_of(name);
	unsigned int i;

	for (i = 0; i < here.count && !tried; i++)
		note(here.held[i], class);
	if (here.count < MODEL_ORDER_HELD)
		here.held[here.count++] = class;
}

void model_order_give(const char *name)
{
	u8 class = class_of(name);
	unsigned int i;

	for (i = here.count; i > 0 && here.held[i - 1] != class; i--)
		;
	if (!i)
		return;
	here.count--;
	memmove(here.held + i - 1, here.held + i, here.count - (i - 1));
}

struct model_order model_order_change(const struct model_order *now)
{
	struct model_order was = here;

	here = *now;
	return was;
}
