// SPDX-License-Identifier: GPL-2.0-only
/* Tracepoints, where their code goes. */

#include <linux/bitops.h>
#include <linux/string.h>

#include "mapping.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

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

void rtsp_mapping_describe(const struct rtsp_mapping *mapping,
			   unsigned int number, struct rtspnat_step *step)
{
	unsigned int i;

	memset(step, 0, sizeof(*step));
	step->mapping = number;
	memcpy(step->inside, mapping->inside, sizeof(step->inside));
	for (i = 0; i < RTSPNAT_PORTS; i++) {
		const struct nf_conntrack_expect *in = mapping->in[i];
		const struct nf_conntrack_expect *out = mapping->out[i];
		const struct rtsp_port *published =
			&mapping->media->port[IP_CT_DIR_ORIGINAL][i];

		if (in) {
			step->protocol = in->tuple.dst.protonum;
			step->outside[i] = ntohs(in->tuple.dst.u.all);
			step->peer[i] = ntohs(in->tuple.src.u.all);
		}
		if (out) {
			step->protocol = out->tuple.dst.protonum;
			step->published[i] = ntohs(out->tuple.dst.u.all);
		} else if (!hlist_unhashed(&published->node)) {
			step->published[i] = ntohs(published->port);
		}
		if (in || out)
			step->count = i + 1;
	}
}
