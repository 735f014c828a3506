/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/** @file
 * The C ABI of the rtspnat core, and the only public header of the library.
 *
 * The core follows one RTSP control connection through a NAT or a firewall. It is
 * a plain state machine: it never calls out, never allocates, has no clock and
 * does no I/O. What it needs from outside it asks for, and is answered:
 *
 *     rtspnat_begin(c, &segment);
 *     while (rtspnat_next(c, &step) != RTSPNAT_DONE)
 *             rtspnat_answer(c, ...);             // see enum rtspnat_ask
 *     // With RTSPNAT_ACCEPT, in this order:
 *     //   cut the payload to step.keep bytes, put step.prefix in front of it,
 *     //   make the edits, from the last to the first,
 *     //   set the numbers to step.seq and step.ack, the flags to step.flags
 *     for (i = step.edits; i-- > 0;)
 *             rtspnat_get_edit(c, i, &edit);
 *
 * A Transport line that a segment boundary cuts is withheld and sent in front of the
 * next segment, so that what leaves does not depend on how the stream was cut.
 *
 * Laws (tests/unit/connection_test.cc, tests/unit/passing_test.cc and fuzz/connection_fuzz.cc bear
 * the same numbers):
 *  1. No bytes make the core crash, hang, or read outside the segment.
 *  2. Every edit lies inside prefix and kept payload; edits ascend and do not overlap.
 *  3. Outside the edits nothing is changed: what leaves is the sender's own stream at the
 *     sender's own numbers. A verdict of RTSPNAT_DROP has no edits.
 *  4. A mapping is reserved or published first, then expected any number of times or never, then released
 *     or left to linger, once; after FIN or RST of either side none is held, and none is reserved any more. Only one that is
 *     live lingers.
 *  5. What leaves is a function of the stream: any other cut of it, and any
 *     retransmission, gives the same bytes at the same numbers, and nothing is asked again.
 *     (A Transport line longer than 1024 bytes, or behind 1024 bytes of others in its head, or ended by FIN, or for
 *     whose edits there is no room until others are acknowledged, passes as it is.)
 *  6. Reserved outside ports are the same as inside or, with may_translate, others: adjacent, even
 *     first if there are several, and with no more digits than the text they replace. None is below 1024.
 *     The same holds for published ports, the peer's own, and may_publish.
 *  7. No sender waits for ever: bytes that are withheld are either sent again by their
 *     sender, or kept until the receiver has acknowledged them while their sender is told
 *     that it has (rtspnat_step.ack).
 *  8. Without length_changes every edit keeps its length; with RTSPNAT_ONE_LENGTH_CHANGE at
 *     most one that does not is on its way unacknowledged in each direction. No text
 *     becomes shorter.
 *  9. An address is rewritten only where the text has the opener's own address (inside, or outside on the way back), and
 *     the peer's own only in replies and in requests of the peer. Ports are rewritten only where the text of a request
 *     announces them beside the opener's own address or none, and where a reply names the ports outside that stand for
 *     them, whatever address stands beside them there.
 * 10. Behind text among the replies that is not understood a reply only lets media in to ports that the opener has reserved:
 *     it publishes, narrows and redirects nothing, and gives nothing back, but for the 2xx of a TEARDOWN.
 * 11. An edit leaves only while the reservation that it speaks of is held. A reservation whose text has left is given back
 *     only by a final reply, by the end of the connection, by a bound (RTSPNAT_NOTE_UNANSWERED), or by rtspnat_close().
 * 12. An acknowledgement up to the last byte taken in is always noted, that of a FIN too. No edit outlives 2^30 bytes of its
 *     direction, however seldom acknowledgements are shown.
 * 13. A packet that carries bytes which its sender believes to have arrived is not longer than the one that came in, or than
 *     576 bytes.
 *
 * What must not be given to this core, because it would be wrong or harmful:
 *  - a connection with TCP-MD5 (RFC 2385) or TCP-AO, whose segments are signed; one with Multipath TCP, whose checksum
 *    (RFC 8684) covers the text; one whose SYN carried data (TCP Fast Open): its first byte is not at ISN + 1;
 *  - IP fragments: a segment is whole;
 *  - RST and FIN that were not checked against the window: they end everything, wherever they stand.
 * And what an embedder has to know: a packet that it drops behind RTSPNAT_DONE must still count step.growth, which is said
 * once; an acknowledgement that was raised (step.ack) may make SACK blocks below it look like duplicates (D-SACK), which is
 * harmless; in front of urgent data a prefix moves the urgent pointer too.
 *
 * Threads: one connection is used by one thread at a time; the caller holds its lock.
 */
#ifndef RTSPNAT_H
#define RTSPNAT_H

#if defined(__KERNEL__) && !defined(__cplusplus)
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** Most ports of one mapping: the media port, its RTCP port, and up to two more for retransmission. */
#define RTSPNAT_PORTS 4

/** Upper bound of rtspnat_connection_size(), for embedders with static storage. */
#define RTSPNAT_CONNECTION_MAX 4544

/** State of one RTSP connection; opaque, of rtspnat_connection_size() bytes, aligned
 *  to 8. It holds no pointer but to the segment between rtspnat_begin() and
 *  RTSPNAT_DONE, and owns nothing: free the memory to be rid of it. */
struct rtspnat_connection;

/** Which way a segment travels. */
enum rtspnat_direction {
	RTSPNAT_ORIGINAL = 0, /**< From the side that opened the connection. */
	RTSPNAT_REPLY = 1,    /**< Towards it. */
};

/** An IP address. */
struct rtspnat_address {
	uint8_t family;    /**< 4, 6, or 0 for "not known". */
	uint8_t bytes[16]; /**< Network order; the first 4 for IPv4. */
};

/** What the core has to know of a connection before its first segment. */
struct rtspnat_setup {
	/** The opener's own address, before NAT. */
	struct rtspnat_address inside;
	/** The opener's address as its peer sees it; equal to @c inside without NAT. */
	struct rtspnat_address outside;
	/** The peer's own address: that of the server behind a port forwarding (DNAT). */
	struct rtspnat_address peer;
	/** The peer's address as the opener knows it; equal to @c peer without NAT. */
	struct rtspnat_address published;
	/** Ports of the control connection at the same four places. */
	uint16_t inside_port;
	uint16_t outside_port;
	uint16_t peer_port;
	uint16_t published_port;
	/** Sequence number of the first byte of each direction (ISN + 1), or rtspnat_position.seq. */
	uint32_t first_seq[2];
	/** Likewise of a connection that was forgotten and goes on; 0 for a new one. */
	uint32_t answered;
	uint16_t marks;
	uint16_t session_seconds;
	/** Any number that outsiders do not know; spreads the ports that are proposed. */
	uint32_t port_seed;
	/** True if outside ports may differ from inside ports, so that text is edited;
	 *  false for a filter that does no NAT: only the same ports are proposed. */
	bool may_translate;
	/** True if the peer is behind NAT (@c peer and @c published differ): its ports and address
	 *  are rewritten in what it says, and are asked for by RTSPNAT_PUBLISH. */
	bool may_publish;
	/** enum rtspnat_options, added up. */
	uint8_t options;
	/** enum rtspnat_length_changes: what the embedder can do about sequence numbers. */
	uint8_t length_changes;
};

/** Where the two streams of a connection stand that is forgotten, and what else matters to whoever goes on there: to be
 *  given to rtspnat_open() in the members of the same names. */
struct rtspnat_position {
	uint32_t seq[2];          /**< Of the next byte of each direction; setup.first_seq. */
	uint32_t answered;
	uint16_t marks;
	uint16_t session_seconds;
};

/** What is lost with a connection that is forgotten now. */
enum rtspnat_loss {
	RTSPNAT_LOSES_BYTES = 0,  /**< The stream would be torn, or one of its edits lost, or a mapping: it must not be. */
	RTSPNAT_LOSES_PLACE,      /**< It stands inside a message, and nobody can read on there: transparent for good. */
	RTSPNAT_LOSES_REQUESTS,   /**< Requests that wait for their replies, which would be those of nobody. */
	RTSPNAT_LOSES_NOTHING,    /**< Opened again at its position it goes on as if it had never been forgotten. */
};

/** How a stream begins. */
enum rtspnat_opening {
	RTSPNAT_OPENS_NOT = 0,    /**< Not as RTSP: transparent for good. */
	RTSPNAT_OPENS_LATER = 1,  /**< With nothing but empty lines, which mean nothing. */
	RTSPNAT_OPENS = 2,        /**< With what may become a start line. */
};

/** What is off unless asked for. */
enum rtspnat_options {
	/** Rewrite `client_address=` and the header `x-NAT` of IPTV boxes as well. */
	RTSPNAT_OPTION_CLIENT_ADDRESS = 1 << 0,
	/** Treat a PLAY that has a Transport header as a SETUP (SAT>IP). */
	RTSPNAT_OPTION_PLAY_TRANSPORT = 1 << 1,
	/** Ask RTSPNAT_REDIRECT where the peer sends the opener on to another host or port. */
	RTSPNAT_OPTION_REDIRECT = 1 << 2,
};

/** Whether an edit may make the stream longer. It is done only where nothing else helps: an
 *  address that becomes longer than the blanks behind `Transport:` make up for. */
enum rtspnat_length_changes {
	RTSPNAT_NO_LENGTH_CHANGE = 0,  /**< Never. */
	RTSPNAT_ONE_LENGTH_CHANGE = 1, /**< The next only when the one before is acknowledged (Linux seqadj). */
	RTSPNAT_ANY_LENGTH_CHANGE = 2, /**< As many as there is room for: with rtspnat_map_sequence() and its inverse. */
};

/** Flags of a segment. */
enum rtspnat_flags {
	RTSPNAT_FIN = 1 << 0, /**< The sender closes; all mappings are released. */
	RTSPNAT_RST = 1 << 1, /**< The connection is gone; all mappings are released. */
	RTSPNAT_ACK = 1 << 2, /**< @c ack is valid. */
	RTSPNAT_URG = 1 << 3, /**< Urgent data: the receiver reads another stream. Transparent for good. To be given also without
			       payload: the byte may lie in a segment that does not say so. */
};

/** One TCP segment. */
struct rtspnat_segment {
	const uint8_t *payload; /**< Borrowed until RTSPNAT_DONE; may be NULL if length is 0. */
	uint32_t length;        /**< Bytes of payload; at most 65535 + 20 are ever sensible. */
	uint32_t seq;           /**< Sequence number of the first payload byte, as its sender wrote it. */
	uint32_t ack;           /**< Acknowledgement number, as its sender wrote it. */
	uint16_t segment_size;  /**< Of an aggregate (GRO) that will be cut again: bytes of each segment; else 0. */
	uint8_t direction;      /**< enum rtspnat_direction. */
	uint8_t flags;          /**< enum rtspnat_flags. */
	uint16_t header_length; /**< Bytes of IP and TCP header in front of it; 0 if not known. A packet must not become
				     longer than others were, and SACK blocks take room. */
};

/** What rtspnat_next() asks for. */
enum rtspnat_ask {
	/** The segment is dealt with: see verdict, edits and notes. No answer. */
	RTSPNAT_DONE = 0,
	/** Reserve outside[0 .. count-1] of @c protocol on the outside address: from now on nobody
	 *  else gets them, but nothing may pass yet. Answer YES, BUSY (propose another
	 *  port) or NO (none to be had: the text stays as it is). */
	RTSPNAT_RESERVE = 1,
	/** Let the media of this mapping pass, both ways: from the peer to outside[i]
	 *  on to inside[i], and from inside[i] to published[i] of the peer, leaving as outside[i] and
	 *  arriving at peer[i]; what comes from peer[i] leaves as published[i]. A
	 *  peer[i] of 0 is not known: then admit any port of the peer, inwards only. An
	 *  outside[i] of 0: the opener uses any port, and only its own packets are to be let out.
	 *  Only ports i with bit i set in @c open. It may be asked again with the same
	 *  mapping, and is then a no-op or a change of peer ports. Answer YES or NO. */
	RTSPNAT_EXPECT = 2,
	/** Forget the mapping: reservation and expectations. Flows already under way
	 *  may live on. No answer. */
	RTSPNAT_RELEASE = 3,
	/** Reserve published[i], for peer[i], wherever published[i] is not 0, on the published address for
	 *  packets of the opener: nothing may pass yet. Replaces what was published for the mapping
	 *  before. Answers as for RTSPNAT_RESERVE, of which there may have been none: then outside[0] is 0. */
	RTSPNAT_PUBLISH = 4,
	/** The control connection ends, but the session need not (RFC 2326 section 12.37): release the mapping
	 *  when @c seconds have passed. No answer; the core has forgotten it. */
	RTSPNAT_LINGER = 5,
	/** The peer sends the opener on (Location of a 3xx response or of REDIRECT, RFC 2326 section 10.10) to
	 *  @c redirect, port peer[0]: its next control connection may go there. Asked only with
	 *  RTSPNAT_OPTION_REDIRECT, for an address of the same family that may be routed to and is not this
	 *  connection's own; not for names, nor where may_publish. No answer. */
	RTSPNAT_REDIRECT = 6,
};

/** Answers to RTSPNAT_RESERVE, RTSPNAT_PUBLISH and RTSPNAT_EXPECT. Any other number means RTSPNAT_NO. */
enum rtspnat_reply {
	RTSPNAT_NO = 0,   /**< Cannot be done; also what a missing answer means. */
	RTSPNAT_YES = 1,  /**< Done as asked. */
	RTSPNAT_BUSY = 2, /**< RESERVE and PUBLISH only: a port is taken; the core proposes another, a bounded number of times. */
};

/** What to do with the segment. */
enum rtspnat_verdict {
	RTSPNAT_ACCEPT = 0, /**< Pass it on, with the edits. */
	RTSPNAT_DROP = 1,   /**< Drop it, so that TCP sends it again in order. Bounded in number. */
};

/** Things worth counting. step.notes has bit N set if note N happened in this segment. */
enum rtspnat_note {
	RTSPNAT_NOTE_REQUEST = 0,      /**< A request head ended. */
	RTSPNAT_NOTE_RESPONSE,         /**< A response head ended. */
	RTSPNAT_NOTE_SETUP,            /**< A SETUP request head ended. */
	RTSPNAT_NOTE_INTERLEAVED,      /**< A `$` frame began. The first one behind a SETUP that was agreed on as
					    interleaved, while no mapping is held: transparent for good. */
	RTSPNAT_NOTE_RESERVED,         /**< A mapping was reserved. */
	RTSPNAT_NOTE_LIVE,             /**< A mapping went live. */
	RTSPNAT_NOTE_RELEASED,         /**< A mapping was released. */
	RTSPNAT_NOTE_EDITED,           /**< Text was edited. */
	RTSPNAT_NOTE_SAME_PORT,        /**< Outside port as inside: nothing to edit. */
	RTSPNAT_NOTE_NOT_RTSP,         /**< Does not open with an RTSP start line: transparent for good. */
	RTSPNAT_NOTE_LOST_FRAMING,     /**< No start line of the opener where one must be: transparent for good. */
	RTSPNAT_NOTE_BAD_LENGTH,       /**< Unusable Content-Length of the opener: transparent for good. */
	RTSPNAT_NOTE_LINE_TOO_LONG,    /**< A header line beyond 1 KiB: not interpreted. Beyond 64 KiB: transparent for good. */
	RTSPNAT_NOTE_BAD_TRANSPORT,    /**< A Transport spec that is not understood: left alone. */
	RTSPNAT_NOTE_BAD_PORT,         /**< A port that is none, 0, or below 1024: left alone. */
	RTSPNAT_NOTE_NOT_UNICAST_UDP,  /**< A Transport spec that needs no mapping. */
	RTSPNAT_NOTE_OTHER_ADDRESS,    /**< An address in the text that is not the opener's own: left alone. */
	RTSPNAT_NOTE_CANNOT_EDIT,      /**< The text has no room for the edit: left alone. */
	RTSPNAT_NOTE_CUT_TRANSPORT,    /**< A Transport line whose front had to be let go: left alone. */
	RTSPNAT_NOTE_NO_CSEQ,          /**< A SETUP without a usable CSeq: it is answered only while it alone waits. */
	RTSPNAT_NOTE_TABLE_FULL,       /**< Too many mappings, edits or Transport lines at once: left alone. */
	RTSPNAT_NOTE_NO_PORTS,         /**< RTSPNAT_RESERVE was refused, or every proposal was busy. */
	RTSPNAT_NOTE_EXPECT_FAILED,    /**< RTSPNAT_EXPECT was refused. */
	RTSPNAT_NOTE_OUT_OF_ORDER,     /**< A segment past the frontier was dropped. */
	RTSPNAT_NOTE_GAP,              /**< Too many of those, or the first in a direction with interleaved media:
					    transparent for good, and not dropped. */
	RTSPNAT_NOTE_WITHHELD,         /**< Bytes of a cut Transport line were withheld. */
	RTSPNAT_NOTE_CUSTODY,          /**< They were taken into custody: their sender waits for an acknowledgement. */
	RTSPNAT_NOTE_TRIMMED,          /**< A segment was cut at its tail, for its sender to send the rest again. */
	RTSPNAT_NOTE_LENGTH_CHANGED,   /**< The stream became longer. */
	RTSPNAT_NOTE_URGENT,           /**< Urgent data: transparent for good. */
	RTSPNAT_NOTE_PUBLISHED,        /**< Ports of the peer were published. */
	RTSPNAT_NOTE_NOT_PUBLISHED,    /**< The peer is behind NAT and its ports cannot be published: none were given, or
					    none is to be had. */
	RTSPNAT_NOTE_LINGERS,          /**< A mapping was left to linger. */
	RTSPNAT_NOTE_OTHER_TRAVERSAL,  /**< The opener finds its way through NAT itself (nat.stun): left alone. */
	RTSPNAT_NOTE_BARE_LINE_END,    /**< A header with a CR or LF in it that ends no line: left alone. */
	RTSPNAT_NOTE_REPLY_GAP,        /**< Text among replies that is not understood: reading goes on at the next status line. */
	RTSPNAT_NOTE_UNANSWERED,       /**< A request that waited for its reply made room for a newer one. */
	RTSPNAT_NOTES                  /**< How many notes there are. */
};

/** One step of the dialogue; which fields are valid depends on @c ask. */
struct rtspnat_step {
	uint8_t ask;                      /**< enum rtspnat_ask. */
	uint8_t mapping;                  /**< RESERVE, EXPECT, RELEASE: its number, below rtspnat_mappings(). */
	uint8_t count;                    /**< RESERVE, EXPECT, PUBLISH: ports of the mapping, 1 to RTSPNAT_PORTS. */
	uint8_t open;                     /**< EXPECT: bit i set if port i may pass media. */
	uint8_t digits;                   /**< RESERVE, PUBLISH: decimal digits that each new port may have at most. */
	uint8_t protocol;                 /**< RESERVE, EXPECT, PUBLISH, RELEASE: 17 for UDP, 6 for TCP. */
	uint8_t verdict;                  /**< DONE: enum rtspnat_verdict. */
	uint8_t edits;                    /**< DONE: how many edits rtspnat_get_edit() gives. */
	uint8_t transparent;              /**< DONE: 1 if nothing of this connection is read any more, nor kept, nor edited: it
					       may be forgotten, if no mapping is held. */
	uint8_t flags;                    /**< DONE: enum rtspnat_flags to send; FIN is lost if the last bytes in front of it do not leave. */
	uint8_t holding;                  /**< DONE: 1 while bytes are withheld: empty segments matter too, both ways. With 0
					       they need not be given, but for those with FIN, RST or URG. */
	uint8_t streams;                  /**< EXPECT: streams that use the ports, also those whose SETUP waits for its answer. */
	uint16_t inside[RTSPNAT_PORTS];   /**< RESERVE, EXPECT: the opener's own ports, as announced. */
	uint16_t outside[RTSPNAT_PORTS];  /**< RESERVE (proposed), EXPECT, RELEASE: ports on the outside address. */
	uint16_t peer[RTSPNAT_PORTS];     /**< EXPECT, PUBLISH: the peer's own ports, 0 if not known; REDIRECT: one. */
	uint16_t published[RTSPNAT_PORTS]; /**< PUBLISH (proposed), EXPECT: the peer's ports as the opener knows them. */
	uint16_t seconds;                 /**< LINGER. */
	uint16_t prefix_length;           /**< DONE: bytes to put in front of the payload. */
	uint16_t growth;                  /**< DONE: bytes by which the stream becomes longer, said once. */
	uint32_t growth_at;               /**< DONE: numbers above this one then move by growth; in the sender's own numbers. */
	uint64_t notes;                   /**< DONE: bits of enum rtspnat_note. */
	uint32_t keep;                    /**< DONE: bytes of payload to keep, from its front. */
	uint32_t seq;                     /**< DONE: sequence number to send, in the sender's own numbers. */
	uint32_t ack;                     /**< DONE: acknowledgement number to send, in the numbers of the one who sends it. */
	struct rtspnat_address media_source; /**< EXPECT: where the peer says media comes from (source=, src_addr), if it
					       says so and that is a unicast address and neither loopback nor
					       link-local; else family 0. Whether to believe it is the embedder's choice. */
	struct rtspnat_address redirect;  /**< REDIRECT. */
	const uint8_t *prefix;            /**< DONE: prefix_length bytes; valid until the next call that takes a segment. */
};

/** One replacement of bytes. */
struct rtspnat_edit {
	uint32_t offset;       /**< Into prefix and kept payload together. */
	uint32_t length;       /**< Bytes replaced. */
	uint32_t text_length;  /**< Bytes of @c text: as many, or more where the stream becomes longer. */
	const uint8_t *text;   /**< Owned by the connection, valid until the next call that takes a segment. */
};

/** Returns the bytes that one connection needs, at most RTSPNAT_CONNECTION_MAX. */
size_t rtspnat_connection_size(void);

/** Returns how many mappings a connection can have; step.mapping is below it. */
unsigned int rtspnat_mappings(void);

/** Makes @p memory (rtspnat_connection_size() bytes, aligned to 8) a fresh connection.
 *  Cannot fail. */
struct rtspnat_connection *rtspnat_open(void *memory, const struct rtspnat_setup *setup);

/** Tells how the stream of the side that opens the connection begins, of which @p bytes are the first @p length. Until it
 *  RTSPNAT_OPENS there is nothing to be remembered but where it stands, so that a connection need not be opened here
 *  before. What it is not opened for would note RTSPNAT_NOTE_NOT_RTSP. */
enum rtspnat_opening rtspnat_judge_opening(const uint8_t *bytes, uint32_t length);

/** Tells what would be lost if the connection were forgotten now, and fills in @p position unless that is
 *  RTSPNAT_LOSES_BYTES. An acknowledgement that was not shown is not known: rtspnat_skip() takes that of an empty segment. Only
 *  behind RTSPNAT_DONE. */
enum rtspnat_loss rtspnat_judge_loss(const struct rtspnat_connection *connection, struct rtspnat_position *position);

/** Deals with a segment without reading its payload, if that is possible: it is empty, or
 *  lies wholly inside a body or `$` frame, or the connection is transparent and no edit falls
 *  on it, and nothing is withheld. Returns true if the segment is to be passed on unmodified
 *  (but for rtspnat_map_sequence() and its inverse) and is done with. Returns false,
 *  with no change made, if rtspnat_begin() must see it. @p segment's payload is not touched and
 *  may be NULL. Saves the embedder from making a paged buffer linear. */
bool rtspnat_skip(struct rtspnat_connection *connection, const struct rtspnat_segment *segment);

/** Answers of rtspnat_skip_frames(). */
enum rtspnat_frames {
	RTSPNAT_FRAMES_NO = 0,    /**< rtspnat_begin() must see the segment; no change was made. */
	RTSPNAT_FRAMES_HEAD = 1,  /**< Call again with the payload from @c offset on: 4 bytes at least. */
	RTSPNAT_FRAMES_DONE = 2,  /**< The segment is to be passed on unmodified and is done with. */
	RTSPNAT_FRAMES_BEGUN = 3, /**< The same, and a frame began in it: RTSPNAT_NOTE_INTERLEAVED is for the embedder to
				       count. */
};

/** Does what rtspnat_skip() does for a segment of which nothing has to be read but the heads of `$`
 *  frames, 4 bytes each, so that media in a paged buffer need not be made linear. @p bytes are what
 *  lies together of the payload from @p offset on, @p length of them: at first those at offset 0, as many as are
 *  at hand or none; what lies behind the segment is not looked at. @p offset is otherwise the callee's. May be
 *  called before rtspnat_skip() or when that has returned false. */
enum rtspnat_frames rtspnat_skip_frames(struct rtspnat_connection *connection, const struct rtspnat_segment *segment,
					const uint8_t *bytes, uint32_t length, uint32_t *offset);

/** Takes a segment in. The dialogue before must have come to RTSPNAT_DONE: if it has not, an edit may be half made,
 *  and the connection turns transparent. */
void rtspnat_begin(struct rtspnat_connection *connection, const struct rtspnat_segment *segment);

/** Goes on to the next question, fills in @p step and returns step->ask. A question that was not
 *  answered counts as answered NO. After RTSPNAT_DONE it returns RTSPNAT_DONE with the same step. */
enum rtspnat_ask rtspnat_next(struct rtspnat_connection *connection, struct rtspnat_step *step);

/** Answers the last question. With YES to RTSPNAT_RESERVE or RTSPNAT_PUBLISH, @p first_port is the port
 *  that outside[0] or published[0] became (the proposed one, or another that keeps law 6; else it counts as NO
 *  and is released); it is ignored otherwise. */
void rtspnat_answer(struct rtspnat_connection *connection, enum rtspnat_reply reply, uint16_t first_port);

/** Gives edit @p index (0 .. step.edits - 1, ascending by offset) of the segment that
 *  is done. Returns false, and leaves @p edit alone, if there is no such edit. */
bool rtspnat_get_edit(const struct rtspnat_connection *connection, unsigned int index, struct rtspnat_edit *edit);

/** Returns what number @p seq of the sender of @p direction is in the stream that leaves, which
 *  differs once an edit has made it longer. For embedders whose system does not adjust sequence
 *  numbers: all numbers of all segments are to be mapped, also of those that rtspnat_skip() passed. */
uint32_t rtspnat_map_sequence(const struct rtspnat_connection *connection, enum rtspnat_direction direction,
			      uint32_t seq);

/** The inverse, for numbers that travel the other way: acknowledgement and both edges of every
 *  SACK block that speak of the stream of @p direction. A number inside added bytes gives the
 *  byte that they were added to; so a block of added bytes alone becomes empty, which Linux passes over. */
uint32_t rtspnat_map_acknowledgement(const struct rtspnat_connection *connection, enum rtspnat_direction direction,
				     uint32_t ack);

/** Gives one mapping to be released, as RTSPNAT_RELEASE would, and forgets it; for an embedder that
 *  ends them on its own account (timeout, want of room). Returns false when none is left. */
bool rtspnat_close(struct rtspnat_connection *connection, struct rtspnat_step *step);

/** Returns the name of a note for people and /proc, such as "out_of_order"; "?" if out of range. */
const char *rtspnat_note_name(unsigned int note);

#ifdef __cplusplus
}
#endif

#endif /* RTSPNAT_H */
