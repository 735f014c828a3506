// SPDX-License-Identifier: GPL-2.0-only
/* Tracepoints, where their code goes. */

#include <linux/bitops.h>

#define CREATE_TRACE_POINTS
#include "nf_conntrack_rtsp_trace.h"

/* What is left as it is though somebody may have wanted otherwise. */
#define RTSP_LEFT_ALONE						\
	(BIT_ULL(RTSPNAT_NOTE_NOT_RTSP) |			\
	 BIT_ULL(RTSPNAT_NOTE_LOST_FRAMING) |			\
	 BIT_ULL(RTSPNAT_NOTE_BAD_LENGTH) |			\
	 BIT_ULL(RTSPNAT_NOTE_LINE_TOO_LONG) |			\
	 BIT_ULL(RTSPNAT_NOTE_BAD_TRANSPORT) |			\
	 BIT_ULL(RTSPNAT_NOTE_BAD_PORT) |			\
	 BIT_ULL(RTSPNAT_NOTE_NOT_UNICAST_UDP) |		\
	 BIT_ULL(RTSPNAT_NOTE_OTHER_ADDRESS) |			\
	 BIT_ULL(RTSPNAT_NOTE_CANNOT_EDIT) |			\
	 BIT_ULL(RTSPNAT_NOTE_CUT_TRANSPORT) |			\
	 BIT_ULL(RTSPNAT_NOTE_NO_CSEQ) |			\
	 BIT_ULL(RTSPNAT_NOTE_TABLE_FULL) |			\
	 BIT_ULL(RTSPNAT_NOTE_NO_PORTS) |			\
	 BIT_ULL(RTSPNAT_NOTE_EXPECT_FAILED) |			\
	 BIT_ULL(RTSPNAT_NOTE_GAP) |				\
	 BIT_ULL(RTSPNAT_NOTE_URGENT) |				\
	 BIT_ULL(RTSPNAT_NOTE_NOT_PUBLISHED) |			\
	 BIT_ULL(RTSPNAT_NOTE_OTHER_TRAVERSAL))

void rtsp_trace_each_note(const struct nf_conn *ct, u64 notes)
{
	for (notes &= RTSP_LEFT_ALONE; notes; notes &= notes - 1)
		trace_rtsp_left_alone(ct, __ffs64(notes));
}
