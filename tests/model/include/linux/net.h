/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <linux/types.h>

/* Ten messages in five seconds. */
bool net_ratelimit(void);
