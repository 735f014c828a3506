/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/** @file
 * Things worth counting. Included by rtspnat.h.
 */
#ifndef RTSPNAT_NOTE_H
#define RTSPNAT_NOTE_H

/** Things worth counting. Bit N of rtspnat_done.notes is set if note N happened in this segment. "Transparent for good": the core leaves the
 *  connection alone from there on. */
enum rtspnat_note {
	RTSPNAT_NOTE_REQUEST = 0,  /**< A request head ended. */
	RTSPNAT_NOTE_RESPONSE,     /**< A response head ended. */
	RTSPNAT_NOTE_SETUP,        /**< A SETUP request head ended. */
	RTSPNAT_NOTE_INTERLEAVED,  /**< A `$` frame began. The first one behind a SETUP that was agreed on as
					    interleaved, while no mapping is held: transparent for good. */
	RTSPNAT_NOTE_RESERVED,     /**< A mapping was reserved. */
	RTSPNAT_NOTE_LIVE,         /**< A mapping went live. */
	RTSPNAT_NOTE_RELEASED,     /**< A mapping was released. */
	RTSPNAT_NOTE_EDITED,       /**< Text was edited. */
	RTSPNAT_NOTE_SAME_PORT,    /**< Outside port as inside: nothing to edit. */
	RTSPNAT_NOTE_NOT_RTSP,     /**< Does not open with an RTSP start line: transparent for good. */
	RTSPNAT_NOTE_LOST_FRAMING, /**< No start line of the opener where one must be: transparent for good. */
	RTSPNAT_NOTE_BAD_LENGTH,   /**< Unusable Content-Length of the opener: transparent for good. */
	RTSPNAT_NOTE_LINE_TOO_LONG, /**< A header line beyond 1 KiB: not interpreted. Beyond 64 KiB: transparent for good. */
	RTSPNAT_NOTE_BAD_TRANSPORT,   /**< A Transport spec that is not understood: left alone. */
	RTSPNAT_NOTE_BAD_PORT,        /**< A port that is none, 0, or below 1024: left alone. */
	RTSPNAT_NOTE_NOT_UNICAST_UDP, /**< A Transport spec that needs no mapping. */
	RTSPNAT_NOTE_OTHER_ADDRESS,   /**< An address in the text that is not the opener's own: left alone. */
	RTSPNAT_NOTE_CANNOT_EDIT,     /**< The text has no room for the edit: left alone. */
	RTSPNAT_NOTE_CUT_TRANSPORT,   /**< A Transport line whose front had to be let go: left alone. */
	RTSPNAT_NOTE_NO_CSEQ,       /**< A SETUP without a usable CSeq: it is answered only while it alone waits. */
	RTSPNAT_NOTE_TABLE_FULL,    /**< Too many mappings, edits or Transport lines at once: left alone. */
	RTSPNAT_NOTE_NO_PORTS,      /**< RTSPNAT_RESERVE was refused, or every proposal was busy. */
	RTSPNAT_NOTE_EXPECT_FAILED, /**< RTSPNAT_EXPECT was refused. */
	RTSPNAT_NOTE_OUT_OF_ORDER,  /**< A segment past the frontier was dropped. */
	RTSPNAT_NOTE_GAP,           /**< Too many of those, or the first in a direction with interleaved media:
					    transparent for good, and not dropped. */
	RTSPNAT_NOTE_WITHHELD,      /**< Bytes of a cut Transport line were withheld. */
	RTSPNAT_NOTE_CUSTODY,       /**< They were taken into custody: their sender waits for an acknowledgement. */
	RTSPNAT_NOTE_TRIMMED,       /**< A segment was cut at its tail, for its sender to send the rest again. */
	RTSPNAT_NOTE_LENGTH_CHANGED, /**< The stream became longer. */
	RTSPNAT_NOTE_URGENT,         /**< Urgent data: transparent for good. */
	RTSPNAT_NOTE_PUBLISHED,      /**< Ports of the peer were published. */
	RTSPNAT_NOTE_NOT_PUBLISHED, /**< The peer is behind NAT and its ports cannot be published: none were given, or
					    none is to be had. */
	RTSPNAT_NOTE_LINGERS,       /**< A mapping was left to linger. */
	RTSPNAT_NOTE_OTHER_TRAVERSAL, /**< The opener finds its way through NAT itself (nat.stun): left alone. */
	RTSPNAT_NOTE_BARE_LINE_END,   /**< A header with a CR or LF in it that ends no line: left alone. */
	RTSPNAT_NOTE_REPLY_GAP, /**< Text among replies that is not understood: reading goes on at the next status line. */
	RTSPNAT_NOTE_UNANSWERED, /**< A request that waited for its reply made room for a newer one. */
	RTSPNAT_NOTE_NOT_LENT,   /**< RTSPNAT_LEND was refused. */
	RTSPNAT_NOTES            /**< How many notes there are. */
};

#endif /* RTSPNAT_NOTE_H */
