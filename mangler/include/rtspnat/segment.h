/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/** @file
 * What comes in: one TCP segment. Included by rtspnat.h.
 */
#ifndef RTSPNAT_SEGMENT_H
#define RTSPNAT_SEGMENT_H

#include "base.h"

/** Flags of a segment. */
enum rtspnat_flags {
	RTSPNAT_FIN = 1 << 0, /**< The sender closes. */
	RTSPNAT_RST = 1 << 1, /**< The connection is gone. */
	RTSPNAT_ACK = 1 << 2, /**< @c ack is valid. */
	RTSPNAT_URG =
			1 << 3, /**< Urgent data: the receiver reads another stream, so the core leaves the connection alone for
			       good. To be given also without payload: the byte may lie in a segment that does not say so. */
};

/** One TCP segment, or with RTSPNAT_OPTION_STREAM the next bytes of a stream. */
struct rtspnat_segment {
	uint32_t size;   /**< sizeof(struct rtspnat_segment). */
	uint32_t length; /**< Bytes of payload. */
	const uint8_t *payload; /**< The first @c at_hand bytes of the payload; may be NULL if there are none. Borrowed until
				     RTSPNAT_DONE. */
	uint32_t at_hand; /**< At most @c length. If there are fewer, the core asks RTSPNAT_MORE for others that it has to
				     read. */
	uint32_t seq;          /**< Sequence number of the first payload byte, as its sender wrote it. */
	uint32_t ack;          /**< Acknowledgement number, as its sender wrote it. */
	uint16_t segment_size; /**< Of an aggregate (GRO) that will be cut again: bytes of each segment; else 0. */
	uint16_t header_length; /**< Bytes of IP and TCP header in front of it; 0 if not known. A packet must not become
				     longer than others were, and SACK blocks take room. */
	uint8_t direction; /**< enum rtspnat_direction. */
	uint8_t flags;     /**< enum rtspnat_flags, added up. */
};

/** How a stream begins. */
enum rtspnat_opening {
	RTSPNAT_OPENS_NOT = 0,   /**< Not as RTSP. */
	RTSPNAT_OPENS_LATER = 1, /**< With nothing but empty lines, which mean nothing. */
	RTSPNAT_OPENS = 2,       /**< With what may become a start line. */
};

/** Answers of rtspnat_skip_frames(). */
enum rtspnat_frames {
	RTSPNAT_FRAMES_NO = 0,   /**< rtspnat_begin() must see the segment; nothing has changed. */
	RTSPNAT_FRAMES_HEAD = 1, /**< Call again with the payload from @c offset on: 4 bytes at least. */
	RTSPNAT_FRAMES_DONE = 2, /**< The segment is to be passed on unmodified and is done with. */
	RTSPNAT_FRAMES_BEGUN =
			3, /**< The same, and a frame began in it: the embedder counts RTSPNAT_NOTE_INTERLEAVED. */
};

#endif /* RTSPNAT_SEGMENT_H */
