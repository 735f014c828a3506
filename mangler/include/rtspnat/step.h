/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/** @file
 * What the core asks, how it is answered, and what becomes of a segment. Included by rtspnat.h.
 */
#ifndef RTSPNAT_STEP_H
#define RTSPNAT_STEP_H

#include "base.h"

/** Most ports of one mapping: the media port, its RTCP port, and two more for retransmission. */
#define RTSPNAT_PORTS 4 /* NOLINT(modernize-macro-to-enum): for C, and for arrays */

/** What rtspnat_next() asks for. In parentheses: the member of struct rtspnat_step that says more.
 *
 *  A mapping stands for ports of the opener, and for those ports of its peer that are known. Port i of it:
 *
 *      way   | comes from             | to           | leaves as from         | to
 *      in    | peer, peer[i]          | outside[i]   | published, published[i]| inside, inside[i]
 *      out   | inside, inside[i]      | published[i] | outside, outside[i]    | peer, peer[i]
 */
enum rtspnat_ask {
	/** The segment is dealt with (done). No answer. */
	RTSPNAT_DONE = 0,
	/** Reserve outside[0 .. count-1] of @c protocol on the outside address (mapping): from now on nobody
	 *  else gets them, but nothing may pass yet. Answer YES, BUSY (the core proposes other
	 *  ports) or NO (none to be had: the text stays as it is). */
	RTSPNAT_RESERVE = 1,
	/** Let the media of the mapping pass, both ways (mapping), but only through ports i that have bit i set in @c open.
	 *  Where peer[i] is 0 it is not known: let in what comes from any port of the peer, and open no way out. Where outside[i] is 0
	 *  the opener uses any port: open the way out only. The core may ask again for the same mapping; then other ports of the
	 *  peer take the place of the former ones. Answer YES or NO. */
	RTSPNAT_EXPECT = 2,
	/** Give the ports of the mapping back, and open no way for it any more (mapping). Flows under way may live on. No answer.
	 *  The number may stand for another mapping from now on. */
	RTSPNAT_RELEASE = 3,
	/** Reserve published[i], for peer[i], wherever published[i] is not 0, on the published address, for packets of the opener
	 *  (mapping): nothing may pass yet. The ports take the place of those that were published for the mapping before.
	 *  Answers as for RTSPNAT_RESERVE. There may have been no RESERVE for the mapping: then outside[0] is 0. */
	RTSPNAT_PUBLISH = 4,
	/** The control connection ends, but the session need not (RFC 2326 section 12.37): do what RELEASE says when @c seconds
	 *  have passed (mapping). No answer. The number may stand for another mapping from now on. */
	RTSPNAT_LINGER = 5,
	/** The peer sends the opener on (Location of a 3xx response or of REDIRECT, RFC 2326 section 10.10): its next control
	 *  connection may go there (redirect). Asked only with RTSPNAT_OPTION_REDIRECT and without may_publish, for an address
	 *  of the same family that may be routed to and is not this connection's own; never for a host name. No answer. */
	RTSPNAT_REDIRECT = 6,
	/** Lend memory (buffer). Answer by rtspnat_lend(), or NO. With NO the text in hand passes as it is; where the core cannot
	 *  follow the stream without the memory, it leaves the connection alone for good. */
	RTSPNAT_LEND = 7,
	/** Take lent memory back (buffer). No answer. */
	RTSPNAT_RETURN = 8,
	/** Show more of the payload (more). Answer by rtspnat_show(), or NO: then the core leaves the connection alone for good. */
	RTSPNAT_MORE = 9,
	/** The call was wrong: see rtspnat_next(). */
	RTSPNAT_MISUSE = 255,
};

/** Answers to RESERVE, PUBLISH and EXPECT; NO to LEND and MORE as well. Any other number means NO. */
enum rtspnat_reply {
	RTSPNAT_NO = 0,  /**< Cannot be done. A question without an answer has this one. */
	RTSPNAT_YES = 1, /**< Done as asked. */
	RTSPNAT_BUSY =
			2, /**< RESERVE and PUBLISH only: a port is taken. The core proposes others, a bounded number of times. */
};

/** What to do with a segment. */
enum rtspnat_verdict {
	RTSPNAT_ACCEPT = 0, /**< Pass it on, with the edits. */
	RTSPNAT_DROP = 1,   /**< Drop it, so that TCP sends it again in order. At most 64 in a row. */
};

/** How far a mapping has come. */
enum rtspnat_state {
	RTSPNAT_FREE = 0, /**< There is no mapping of that number. */
	RTSPNAT_ASKED,    /**< The core asks for its first ports. */
	RTSPNAT_RESERVED, /**< The embedder has reserved ports. */
	RTSPNAT_LIVE,     /**< Its media may pass. */
};

/** A mapping. */
struct rtspnat_mapping {
	uint8_t number;   /**< Below rtspnat_mappings(). */
	uint8_t state;    /**< enum rtspnat_state, before the answer. */
	uint8_t protocol; /**< 17 for UDP, 6 for TCP. */
	uint8_t count;    /**< Ports of the mapping, 1 to RTSPNAT_PORTS. */
	uint8_t open;     /**< EXPECT: bit i set if port i may pass media. */
	uint8_t streams;  /**< Streams that use the ports, also those whose SETUP waits for its answer. */
	uint8_t digits;   /**< RESERVE, PUBLISH: decimal digits that each new port may have at most. */
	uint16_t seconds; /**< LINGER. */
	uint16_t inside[RTSPNAT_PORTS]; /**< The opener's own ports, as it announces them. */
	uint16_t outside[RTSPNAT_PORTS]; /**< Ports on the outside address; with RESERVE those that the core proposes. */
	uint16_t peer[RTSPNAT_PORTS]; /**< The peer's own ports, 0 if not known. */
	uint16_t published
			[RTSPNAT_PORTS]; /**< The peer's ports as the opener knows them; with PUBLISH those that the core
						proposes. */
	/** EXPECT: where the peer says media comes from (source=, src_addr), if that is a unicast address and neither loopback nor
	 *  link-local; else family 0. Whether to believe it is the embedder's choice. */
	struct rtspnat_address media_source;
};

/** REDIRECT. */
struct rtspnat_redirect {
	struct rtspnat_address address;
	uint16_t port;
};

/** LEND and RETURN. */
struct rtspnat_buffer {
	void *memory;      /**< RETURN: what rtspnat_lend() was given. */
	uint8_t direction; /**< enum rtspnat_direction: of the stream that needs the memory. */
};

/** MORE. */
struct rtspnat_more {
	uint32_t offset; /**< Into the payload: show the bytes from here on, one at least. */
};

/** DONE: what leaves. */
struct rtspnat_done {
	uint64_t notes; /**< Bit N is set if note N (enum rtspnat_note) happened in this segment. */
	const uint8_t *prefix; /**< Bytes to put in front of the payload. Valid until the next call that takes a segment. */
	uint16_t prefix_length; /**< How many. */
	uint16_t growth;        /**< Bytes by which the stream becomes longer, said once. */
	uint32_t growth_at;     /**< Numbers above this one then move by growth; in the sender's own numbers. */
	uint32_t keep;          /**< Bytes of payload to keep, from its front. */
	uint32_t taken; /**< Bytes of payload, from its front, that the core has dealt with. TCP sends the others again; a
				     proxy (RTSPNAT_OPTION_STREAM) gives them again at once. */
	uint32_t seq;    /**< Sequence number to send, in the sender's own numbers: not yet mapped. */
	uint32_t ack;    /**< Acknowledgement number to send, in the numbers of the one who sends it. */
	uint8_t verdict; /**< enum rtspnat_verdict. */
	uint8_t edits;   /**< How many edits rtspnat_get_edit() gives. */
	uint8_t flags;   /**< enum rtspnat_flags to send. FIN is gone if bytes in front of it do not leave. */
	bool holding;    /**< Empty segments matter too, both ways, until this is false again. While it is false the
				     embedder need not show an empty segment, but for one with FIN, RST or URG. */
	bool transparent; /**< The core reads, keeps and edits nothing of this connection any more. */
	bool may_forget;  /**< And no mapping is held, and nothing lent: the embedder may forget the connection. */
};

/** One step of the dialogue. */
struct rtspnat_step {
	uint32_t size; /**< sizeof(struct rtspnat_step); the embedder sets it, once. */
	uint8_t ask;   /**< enum rtspnat_ask: says which of the following is valid. */
	union {
		struct rtspnat_mapping mapping;   /**< RESERVE, EXPECT, RELEASE, PUBLISH, LINGER. */
		struct rtspnat_redirect redirect; /**< REDIRECT. */
		struct rtspnat_buffer buffer;     /**< LEND, RETURN. */
		struct rtspnat_more more;         /**< MORE. */
		struct rtspnat_done done;         /**< DONE. */
	};
};

/** One replacement of bytes. */
struct rtspnat_edit {
	uint32_t size;        /**< sizeof(struct rtspnat_edit); the embedder sets it, once. */
	uint32_t offset;      /**< Into prefix and kept payload together. */
	uint32_t length;      /**< Bytes replaced. */
	uint32_t text_length; /**< Bytes of @c text: as many, or more where the stream becomes longer. */
	const uint8_t *text;  /**< Valid until the next call that takes a segment. */
};

#endif /* RTSPNAT_STEP_H */
