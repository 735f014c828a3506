/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <linux/ip.h>
#include <net/checksum.h>

void ip_send_check(struct iphdr *ip);
