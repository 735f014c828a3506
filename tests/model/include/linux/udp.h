/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <linux/skbuff.h>

struct udphdr {
	__be16 source;
	__be16 dest;
	__be16 len;
	__sum16 check;
};
