/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/** @file
 * The C ABI of the rtspnat core. This header is all that a program includes; the types are in the headers of rtspnat/.
 *
 * The core follows one RTSP control connection through a NAT or a firewall. It is a plain state machine: it never calls out,
 * never allocates, has no clock and does no I/O. It asks for what it needs from outside, and the embedder answers:
 *
 *     memory = malloc(rtspnat_connection_size());
 *     scratch = malloc(rtspnat_scratch_size());     // One for many connections: needed from begin to the last edit.
 *     c = rtspnat_open(memory, rtspnat_connection_size(), &setup);
 *     ...
 *     struct rtspnat_step step = {.size = sizeof(step)};
 *     struct rtspnat_edit edit = {.size = sizeof(edit)};
 *     rtspnat_begin(c, scratch, &segment);
 *     while (rtspnat_next(c, &step) != RTSPNAT_DONE)
 *             switch (step.ask) {
 *             case RTSPNAT_RESERVE: rtspnat_answer(c, RTSPNAT_YES, step.mapping.outside[0]); break;
 *             case RTSPNAT_LEND:    rtspnat_lend(c, malloc(rtspnat_buffer_size())); break;
 *             case RTSPNAT_RETURN:  free(step.buffer.memory); break;
 *             ...                                   // See enum rtspnat_ask.
 *             }
 *     // With RTSPNAT_ACCEPT, in this order:
 *     //   cut the payload to step.done.keep bytes, put step.done.prefix in front of it,
 *     //   make the edits, from the last to the first,
 *     //   set the numbers to step.done.seq and step.done.ack, the flags to step.done.flags
 *     for (i = step.done.edits; i-- > 0;)
 *             rtspnat_get_edit(c, i, &edit);
 *
 * Whole programs: docs/using-library.md. Where a segment boundary cuts a Transport line, the core withholds the front of the line
 * and sends it in front of the next segment, so that what leaves does not depend on how the stream was cut.
 *
 * Laws (tests/unit/connection_test.cc, tests/unit/passing_test.cc and fuzz/connection_fuzz.cc bear the same numbers):
 *  1. No bytes make the core crash, hang, or read outside the segment.
 *  2. Every edit lies inside prefix and kept payload; edits ascend and do not overlap.
 *  3. Outside the edits nothing is changed: what leaves is the sender's own stream at the sender's own numbers. A segment with
 *     RTSPNAT_DROP has no edits.
 *  4. Every mapping begins with one RESERVE or PUBLISH and ends with one RELEASE or LINGER. Only a live one lingers. Behind a FIN or
 *     RST of either side that the core was shown, no mapping is held and none is reserved any more.
 *  5. What leaves depends on the bytes of the stream, not on how they are cut: any other cut, and any retransmission, gives the
 *     same bytes at the same numbers, and the core asks nothing again. A Transport line passes as it is where it is
 *     longer than 1024 bytes, lies behind 1024 bytes of others in its head, is ended by FIN, or needs edits for which there
 *     is no room until the receiver has acknowledged others.
 *  6. The ports outside that the core proposes are those inside or, with may_translate, others: consecutive, the first even
 *     if there are several, and with no more digits than the text that they replace. None is below 1024. The ports that the core
 *     proposes to publish are the peer's own or, with may_publish, others of the same kind.
 *  7. No sender waits for ever. Either the sender sends withheld bytes again. Or the core tells the sender that the receiver has
 *     them (rtspnat_done.ack), keeps them, and sends them until the receiver has acknowledged them.
 *  8. Without length_changes every edit keeps its length. With RTSPNAT_ONE_LENGTH_CHANGE at most one edit that changes its length is on
 *     its way unacknowledged in each direction. No text becomes shorter.
 *  9. The core rewrites an address only where the text has the opener's own address (inside, or outside on the way back), and
 *     the peer's own only in replies and in requests of the peer. It rewrites ports only where the text of a request announces them
 *     beside the opener's own address or none, and where a reply names the ports outside that stand for them, whatever
 *     address stands beside them there.
 * 10. Behind text among the replies that is not understood a reply only lets media in to ports that the opener has reserved:
 *     it publishes, narrows and redirects nothing, and gives nothing back, but for the 2xx of a TEARDOWN.
 * 11. An edit leaves only while the reservation that it speaks of is held. A reservation whose text has left is given back
 *     only by a final reply, by the end of the connection, by a bound (RTSPNAT_NOTE_UNANSWERED), or by rtspnat_close().
 * 12. The core always notes an acknowledgement up to the last byte taken in, that of a FIN too. No edit outlives 2^30 bytes of its
 *     direction, however seldom acknowledgements are shown.
 * 13. A packet that carries bytes which its sender believes to have arrived is not longer than the one that came in, or than
 *     576 bytes.
 * 14. Each direction borrows one buffer at most. It comes back by one RTSPNAT_RETURN, at the latest in the dialogue about the next
 *     segment that is shown behind the moment at which nothing in it is needed any more; or by rtspnat_take_buffer(). Needed are the
 *     front of a line, bytes that are withheld or in custody, and edits that the receiver has not acknowledged; with
 *     RTSPNAT_ONE_LENGTH_CHANGE also an edit that made the stream longer, until the next such edit leaves.
 *
 * What must not be given to this core, because it would be wrong or harmful:
 *  - a connection with TCP-MD5 (RFC 2385) or TCP-AO, whose segments are signed; one with Multipath TCP, whose checksum
 *    (RFC 8684) covers the text; one whose SYN carried data (TCP Fast Open): its first byte is not at ISN + 1;
 *  - IP fragments: a segment is whole;
 *  - RST and FIN that were not checked against the window: they end everything, wherever they stand.
 * And what an embedder has to know: where it drops a packet behind RTSPNAT_DONE, it still counts rtspnat_done.growth, which is
 * said once; a raised acknowledgement may make SACK blocks below it look like duplicates (D-SACK), which is
 * harmless; in front of urgent data a prefix moves the urgent pointer too.
 *
 * Misuse: no call crashes because of the order of calls. A call with a struct whose @c size is below that of version 1, or with a
 * null pointer where none is allowed, changes nothing and says so by what it returns. A connection whose dialogue was not brought to
 * RTSPNAT_DONE becomes transparent with the next segment: an edit may be half made. Memory that was lent must live, and the core
 * cannot check that.
 *
 * Versions: RTSPNAT_VERSION grows when a member or a question is added. Structs then grow at their end, and a question that is
 * not known is to be answered with NO, which every question allows. The soname of the library grows when that is not enough.
 *
 * Threads: one thread at a time uses one connection; the caller holds its lock.
 */
#ifndef RTSPNAT_H
#define RTSPNAT_H

#include "rtspnat/base.h"
#include "rtspnat/note.h"
#include "rtspnat/segment.h"
#include "rtspnat/setup.h"
#include "rtspnat/step.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Version of this header; rtspnat_version() is that of the library. */
#define RTSPNAT_VERSION 1

/** Upper bounds of rtspnat_connection_size(), rtspnat_scratch_size() and rtspnat_buffer_size() in this version, for embedders with
 *  static storage. */
#define RTSPNAT_CONNECTION_MAX 1424
#define RTSPNAT_SCRATCH_MAX 640
#define RTSPNAT_BUFFER_MAX 1280

/** State of one RTSP connection; opaque. It lies in memory of the embedder, and owns nothing: free the memory to be rid of it.
 *  Between RTSPNAT_DONE and the next rtspnat_begin() it points to nothing but lent buffers, and may be copied: use the copy
 *  from then on, and not the original. */
struct rtspnat_connection;

/** Returns the version of the library: not below the RTSPNAT_VERSION that the program was compiled with, if it may be used. */
unsigned int rtspnat_version(void);

/** Return the bytes of memory for one connection, for one scratch, and for one lent buffer; each aligned to 8. */
size_t rtspnat_connection_size(void);
size_t rtspnat_scratch_size(void);
size_t rtspnat_buffer_size(void);

/** Returns how many mappings a connection can have. */
unsigned int rtspnat_mappings(void);

/** Makes @p memory, of @p size bytes and aligned to 8, a new connection, and returns it. Returns NULL, and leaves @p memory alone, if
 *  it is NULL, too small or not aligned, or if @p setup is NULL or too small. */
struct rtspnat_connection *rtspnat_open(void *memory, size_t size, const struct rtspnat_setup *setup);

/** Tells how the stream of the opener begins, of which @p bytes are the first @p length. Until it
 *  RTSPNAT_OPENS an embedder has to remember only how many bytes have come, and need not open a connection. What
 *  RTSPNAT_OPENS_NOT would note RTSPNAT_NOTE_NOT_RTSP. With @p bytes NULL the stream is empty. */
enum rtspnat_opening rtspnat_judge_opening(const uint8_t *bytes, uint32_t length);

/** Tells what would be lost if the embedder forgot the connection now, and fills in @p position unless that is
 *  RTSPNAT_LOSES_BYTES. The core does not know of an acknowledgement that it was not shown: rtspnat_skip() takes that of an
 *  empty segment. Returns RTSPNAT_LOSES_BYTES before RTSPNAT_DONE, and where @p position is NULL or too small. */
enum rtspnat_loss rtspnat_judge_loss(const struct rtspnat_connection *connection, struct rtspnat_position *position);

/** Deals with a segment without reading its payload, if that is possible: it is empty, or
 *  lies wholly inside a body or `$` frame, or the connection is transparent and no edit falls
 *  on it, and nothing is withheld. Returns true if the embedder is to pass the segment on unmodified
 *  (but for rtspnat_map_sequence() and its inverse) and is done with it. Returns false,
 *  with no change made, if rtspnat_begin() must see it, and where @p segment is NULL or too small. Does not look at the payload.
 *  So an embedder need not make a paged buffer linear. */
bool rtspnat_skip(struct rtspnat_connection *connection, const struct rtspnat_segment *segment);

/** Does what rtspnat_skip() does for a segment of which nothing has to be read but the heads of `$`
 *  frames, 4 bytes each. @p offset is 0 at first. @p bytes are those of the payload from @p offset on: as many as lie together, or
 *  none at first; @p length says how many, and bytes behind the segment are ignored. With RTSPNAT_FRAMES_HEAD it has set
 *  @p offset: call again with the bytes from there on. To be called before rtspnat_skip() or when that has returned false.
 *  Misuse: as for rtspnat_skip(), with RTSPNAT_FRAMES_NO. */
enum rtspnat_frames rtspnat_skip_frames(struct rtspnat_connection *connection, const struct rtspnat_segment *segment,
					const uint8_t *bytes, uint32_t length, uint32_t *offset);

/** Takes a segment in. @p scratch has rtspnat_scratch_size() bytes, is aligned to 8, and belongs to the core from here to the last call of
 *  rtspnat_get_edit(); what it holds need not be kept from one segment to the next.
 *
 *  With RTSPNAT_OPTION_STREAM the payload is what was read from one socket; seq, ack and sizes are ignored, and FIN says that the
 *  sender closes. What leaves is to be written to the other socket, and then the payload behind rtspnat_done.taken, if there is any, is
 *  the next segment.
 *
 *  Returns false, and changes nothing, if @p scratch or @p segment is NULL or too small: pass the segment on unmodified. */
bool rtspnat_begin(struct rtspnat_connection *connection, void *scratch, const struct rtspnat_segment *segment);

/** Goes on to the next question, fills in @p step and returns step->ask. A question that was not
 *  answered counts as answered NO. After RTSPNAT_DONE it returns RTSPNAT_DONE with the same step. Returns RTSPNAT_MISUSE,
 *  and leaves @p step alone, where it is NULL or too small and where no segment was taken in by rtspnat_begin(). */
enum rtspnat_ask rtspnat_next(struct rtspnat_connection *connection, struct rtspnat_step *step);

/** Answers the last question. With YES to RTSPNAT_RESERVE or RTSPNAT_PUBLISH, @p first_port is the port
 *  that outside[0] or published[0] became: the proposed one, or another that keeps law 6. With any other port the answer counts as NO,
 *  and RTSPNAT_RELEASE follows. @p first_port is ignored otherwise. Without an open question nothing happens. */
void rtspnat_answer(struct rtspnat_connection *connection, enum rtspnat_reply reply, uint16_t first_port);

/** Answers RTSPNAT_LEND: @p memory, of rtspnat_buffer_size() bytes and aligned to 8, is the core's until RTSPNAT_RETURN or
 *  rtspnat_take_buffer(). NULL is NO. Returns false, and takes nothing, if that is not the open question. */
bool rtspnat_lend(struct rtspnat_connection *connection, void *memory);

/** Answers RTSPNAT_MORE: @p bytes are @p length bytes of the payload from the offset on that was asked for, borrowed until
 *  RTSPNAT_DONE. NULL or no bytes are NO. Returns false, and takes nothing, if that is not the open question. */
bool rtspnat_show(struct rtspnat_connection *connection, const uint8_t *bytes, uint32_t length);

/** Gives edit @p index (0 .. done.edits - 1, ascending by offset) of the segment that
 *  is done. Returns false, and leaves @p edit alone, if there is no such edit, or where @p edit is NULL or too small. */
bool rtspnat_get_edit(const struct rtspnat_connection *connection, unsigned int index, struct rtspnat_edit *edit);

/** Fills in step->mapping of mapping @p number as the core knows it. Returns false if it is RTSPNAT_FREE or there is no such number, and
 *  where @p step is NULL or too small. */
bool rtspnat_get_mapping(const struct rtspnat_connection *connection, unsigned int number, struct rtspnat_step *step);

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
 *  ends mappings for reasons of its own (timeout, want of room). Returns false when none is left, and where @p step is NULL or too
 *  small. */
bool rtspnat_close(struct rtspnat_connection *connection, struct rtspnat_step *step);

/** Takes one lent buffer back and returns it; NULL when none is lent. For an embedder that is about to free the
 *  connection, which is transparent from then on. */
void *rtspnat_take_buffer(struct rtspnat_connection *connection);

/** Returns the name of a note for people and /proc, such as "out_of_order"; "?" if out of range. */
const char *rtspnat_note_name(unsigned int note);

#ifdef __cplusplus
}
#endif

#endif /* RTSPNAT_H */
