// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* What went wrong, kept for the test to read; or fatal, for a fuzzer. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/types.h>

#include "../model.h"

#define REPORTS_KEPT	32

static char reports[REPORTS_KEPT][256];
static unsigned int count;
static bool fatal;

void model_report(const char *format, ...)
{
	char *to = reports[count < REPORTS_KEPT ? count++ : REPORTS_KEPT - 1];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(to, sizeof(reports[0]), format, arguments);
	va_end(arguments);
	if (fatal) {
		fprintf(stderr, "model: %s\n", to);
		abort();
	}
}

void model_make_reports_fatal(void)
{
	fatal = true;
}

unsigned int model_report_count(void)
{
	return count;
}

const char *model_report_text(unsigned int number)
{
	return number < count ? reports[number] : NULL;
}

void model_clear_reports(void)
{
	count = 0;
}
