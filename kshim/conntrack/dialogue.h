/* SPDX-License-Identifier: GPL-2.0-only */
/* The dialogue with the core about one segment. */
#ifndef _RTSP_DIALOGUE_H
#define _RTSP_DIALOGUE_H

#include <linux/skbuff.h>

#include "state.h"

/* Give the core of @conn the segment of @skb, and answer what it asks until it is done: then @step
 * says what becomes of @skb.  The caller holds conn->lock and is under RCU.
 */
void rtsp_dialogue(struct rtsp_conn *conn, struct sk_buff *skb,
		   const struct rtspnat_segment *segment, void *scratch,
		   struct rtspnat_step *step);

#endif /* _RTSP_DIALOGUE_H */
