// SPDX-License-Identifier: GPL-2.0-only
/* The code of the tracepoints. */

#include <linux/bitops.h>
#include <linux/string.h>

#define CREATE_TRACE_POINTS
#include "trace.h"

/* Notes of the core on text that it left as it is, though an administrator may expect an edit. */
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

void rtsp_trace_notes(const struct nf_conn *ct, u64 notes)
{
	for (notes &= RTSP_LEFT_ALONE; notes; notes &= notes - 1)
		trace_rtsp_left_alone(ct, __ffs64(notes));
}
