/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/* Converts between the bytes of a packet and a buffer of any shape. */
#include <linux/skbuff.h>

#include "../model.h"

struct sk_buff *model_build_skb(const struct model_packet *packet);

/* Returns whether the checksum of the TCP or UDP header is neither right nor left to the device. */
bool model_has_wrong_checksum(const struct sk_buff *skb, bool ipv6);

/* Gives the bytes as they leave the device, and reports what is wrong with the buffer, but for a wrong checksum of one
 * that came with it.
 */
void model_read_skb(const struct sk_buff *skb, struct model_packet *packet, bool came_wrong);
