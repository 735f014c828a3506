/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/* Between the bytes of a packet and a buffer of any shape. */
#include <linux/skbuff.h>

#include "../model.h"

struct sk_buff *model_build_skb(const struct model_packet *packet);

/* Gives the bytes as they leave the device, and reports what is wrong with the buffer. */
void model_read_skb(const struct sk_buff *skb, struct model_packet *packet);
