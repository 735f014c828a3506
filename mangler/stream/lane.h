// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// One direction of a TCP stream that may be rewritten on its way. Knows TCP, and no protocol that TCP carries.
#include <cstddef>
#include <cstdint>

#include "bytes/tail.h"
#include "mangler/stream/edit_writer.h"
#include "mangler/stream/seq_map.h"
#include "mangler/stream/sequence.h"

namespace stream {

/// Whether a stream may become longer, and how many additions may be on their way at once.
enum class LengthChanges : std::uint8_t { kNone, kOne, kAny };

/// Who is behind the lane.
enum class Transit : std::uint8_t {
  kSegments,  ///< Segments may be lost, come twice, and be sent again; acknowledgements say what has arrived.
  kInOrder,   ///< Bytes come once and in order, and what leaves arrives: a proxy reads and writes sockets.
};

/// Memory that a lane needs while it withholds bytes, has them in custody, or has edits on their way.
struct Buffer {
  Edit edits[limits::kEdits];
  std::uint8_t tail[limits::kLineBytes];
};
static_assert(offsetof(Buffer, edits) == 0, "the lane finds its buffer by them");

/// One segment on its way through a lane: what came, and what leaves in its place.
struct Passage {
  // What came. The caller fills this in.
  Range segment;                   ///< Its payload, at the sender's numbers.
  std::uint16_t segment_size = 0;  ///< Of an aggregate that will be cut again: bytes of each segment; else 0.
  std::uint16_t header_length = 0;  ///< Bytes of the packet in front of the payload.
  bool finishes = false;            ///< FIN stands behind the payload.
  bool resets = false;              ///< RST.
  std::uint8_t front = 0;  ///< The sender's own byte in front of the withheld ones, as the receiver gets it.

  // What leaves. Lane::Plan() fills this in.
  Range leaving;  ///< At the sender's numbers.
  std::uint32_t kept =
      0;  ///< Bytes of the payload that leave, from its front; the others in `leaving` lie before them.
  std::uint32_t growth_at = 0;  ///< Numbers above this one move by `growth` from now on.
  std::uint16_t growth = 0;
  std::uint8_t edits = 0;  ///< Parts of edits that fall on `leaving`.
  bool dropped = false;    ///< Nothing leaves at all: the sender sends the segment again.
  bool probes = false;     ///< `front` alone leaves once more, so that the receiver acknowledges what it has.
  bool withholds = false;  ///< The end of the payload is withheld,
  bool takes_custody = false;  ///< and its sender is going to be told that it has arrived.
  bool trimmed = false;        ///< The payload's end is cut off, and its sender sends it again.

  // For the lane alone.
  std::uint32_t read_from = 0;    // What lies before this number has come with another segment.
  Range recalled;                 // What was withheld when the segment came.
  std::uint16_t recalled_at = 0;  // Where in the tail it lies.
  std::uint16_t prefix_at = 0;    // Where in the tail the bytes lie that leave in front of the payload.
  bool releases = false;          // What was recalled is withheld no longer.
};

/// One direction of a stream.
///
/// Its user reads the stream in order, may withhold the end of what has come, and may replace bytes at positions that have not
/// left yet. The lane decides what leaves in the place of each segment, so that the receiver sees one stream without a
/// gap, whatever way the sender cuts it or sends it again.
///
///     lane.Open(first, LengthChanges::kNone, Transit::kSegments);
///     lane.Lend(&buffer);                           // Needed for Replace(), and to append to tail().
///     other_lane.Acknowledge(number);               // The segment acknowledges bytes of the other direction.
///     lane.Begin(passage);                          // passage.segment and so on are filled in.
///     switch (lane.Find(passage.segment, passage.finishes, offset)) ...
///     lane.Advance(end);                            // Bytes up to `end` were read.
///     lane.Replace(position, 4) ...                 // Only where nothing has left: behind the withheld bytes' start.
///     passage.front = byte;                         // Where bytes are withheld: the one before them.
///     lane.Plan(passage, end, withheld);            // Now passage.leaving and so on say what leaves,
///     lane.Part(passage, 0) ...                     // with which edits,
///     lane.Prefix(passage)                          // and what to put in front.
///     if (!lane.NeedsBuffer()) lane.TakeBuffer();   // Later, when the prefix was sent.
///
/// What is withheld must lie in tail() when Plan() is called, behind the bytes that the lane keeps there.
///
/// Laws (tests/unit/lane_test.cc, fuzz/lane_fuzz.cc):
///  1. The bytes that leave are the sender's own, but for edits.
///  2. The receiver gets the same stream however it is cut, sent again, or lost on the way: edits are a function of positions.
///  3. A sender is told that bytes have arrived only if the lane has them, until the receiver has acknowledged them.
///  4. With bytes in custody in front, no packet is longer than the one that came, or than limits::kPacketBytes.
///  5. An acknowledgement up to the last byte read is always noted; an edit outlives no limits::kMostWindow bytes.
class Lane {
 public:
  /// Opens the lane: the first byte has number @p first.
  void Open(std::uint32_t first, LengthChanges length_changes, Transit transit) {
    first_ = frontier_ = acknowledged_ = first;
    length_changes_ = length_changes;
    in_order_ = transit == Transit::kInOrder;
  }

  /// Lends @p buffer, which must live until TakeBuffer().
  void Lend(Buffer* buffer) {
    edits_.Use(buffer->edits);
    tail_.Use(buffer->tail);
  }

  [[nodiscard]] bool HasBuffer() const { return edits_.Memory() != nullptr; }

  /// True while something lies in the buffer, beside the front of a line that was not withheld.
  [[nodiscard]] bool NeedsBuffer() const { return Holds() || !edits_.Empty(); }

  /// True if NeedsBuffer() will be false once the receiver has acknowledged all before @p number, in its own numbers.
  [[nodiscard]] bool WillFreeBuffer(std::uint32_t number) const;

  /// Takes the buffer away and returns it; null if there is none.
  Buffer* TakeBuffer();

  /// Takes up a segment of this direction, before its payload is read.
  void Begin(Passage& passage);

  /// Where a segment lies.
  enum class Place : std::uint8_t {
    kOld,    ///< Nothing in it is new.
    kNext,   ///< Its bytes from an offset on come next.
    kAhead,  ///< Bytes are missing in front of it.
  };

  /// Tells where @p segment lies, and sets @p offset to that of its first new byte; behind a gap that is the gap's size.
  [[nodiscard]] Place Find(Range segment, bool finishes, std::uint32_t& offset) const;

  /// Counts a segment that is dropped because it came too early. Returns false if there were too many in a row.
  [[nodiscard]] bool DropAhead(Passage& passage);

  /// Notes that all bytes before @p end were read.
  void Advance(std::uint32_t end);

  /// Notes that the receiver has acknowledged all before @p number, in its own numbers.
  void Acknowledge(std::uint32_t number);

  /// Returns what to tell the sender when the receiver acknowledges @p number: more where the lane has bytes in custody.
  [[nodiscard]] std::uint32_t Raise(std::uint32_t number) const;

  /// Notes how long a packet of this direction is that does not go through Begin(): the payload, and what stands in front.
  void NoteSize(std::uint32_t payload, std::uint32_t header_length);

  /// Forgets what lies further back than any window.
  void LeaveBehind();

  /// Decides what leaves. @p stop is the end of the bytes that were read; of them @p withheld, their end, stay here. They do not stay if
  /// their front came with a segment before and was not withheld: it may have left.
  void Plan(Passage& passage, std::uint32_t stop, Range withheld);

  /// Withholds nothing any more. What the sender believes to have arrived is still sent.
  void LetGo();

  /// Notes that FIN or RST was sent.
  void Close() { closed_ = true; }
  [[nodiscard]] bool IsClosed() const { return closed_; }

  /// True while bytes are withheld or in custody, or numbers behind an addition must wait: then empty segments matter too.
  [[nodiscard]] bool Holds() const { return !withheld_.Empty() || !custody_.Empty() || map_.Waits(); }

  /// Begins to replace @p length bytes at @p position, which have not left.
  [[nodiscard]] EditWriter Replace(std::uint32_t position, std::uint32_t length) {
    return {edits_, position, length};
  }

  /// Returns how many edits fit.
  [[nodiscard]] std::uint32_t Room() const { return edits_.Room(); }

  /// True if the stream may become longer now.
  [[nodiscard]] bool MayGrow() const { return length_changes_ != LengthChanges::kNone && map_.HasRoom(); }

  /// True if it may ever.
  [[nodiscard]] bool MayEverGrow() const { return length_changes_ != LengthChanges::kNone; }

  /// Notes that an edit adds @p bytes in front of @p position. Returns false if that cannot be remembered.
  [[nodiscard]] bool Grow(std::uint32_t position, std::uint32_t bytes) { return map_.Add(position, bytes); }

  /// Returns part @p index of the edits that fall on what leaves; its text_length is 0 if there is none.
  [[nodiscard]] EditPart Part(const Passage& passage, std::uint32_t index) const {
    return edits_.Part(passage.leaving.start, passage.leaving.size, index);
  }

  /// Returns the bytes to put in front of the payload; valid until the next Begin(), and as long as @p passage is there.
  [[nodiscard]] const std::uint8_t* Prefix(const Passage& passage) const;

  /// True if no edit falls on @p segment.
  [[nodiscard]] bool IsUnedited(Range segment) const {
    return edits_.Count(segment.start, segment.size) == 0;
  }

  /// True if no edit waits for its acknowledgement.
  [[nodiscard]] bool HasNoEdits() const { return edits_.Empty(); }

  /// True if the numbers are the sender's own.
  [[nodiscard]] bool HasOwnNumbers() const { return map_.Empty(); }

  [[nodiscard]] std::uint32_t First() const { return first_; }

  /// Returns the number of the first byte that was not read.
  [[nodiscard]] std::uint32_t Frontier() const { return frontier_; }

  [[nodiscard]] const SeqMap& Map() const { return map_; }
  [[nodiscard]] bytes::Tail& Tail() { return tail_; }
  [[nodiscard]] const bytes::Tail& Tail() const { return tail_; }

 private:
  void Arrive(std::uint32_t acknowledged);
  void Withhold(Passage& passage, Range withheld);
  void PlanReset(Passage& passage) const;
  void PlanPrefix(Passage& passage) const;
  void PlanEmpty(Passage& passage, std::uint32_t stop) const;
  void PlanSize(Passage& passage) const;
  void HoldBackGrowth(Passage& passage) const;
  void PlanGrowth(Passage& passage);

  SeqMap map_;
  EditLog edits_;
  std::uint32_t first_ = 0;
  std::uint32_t frontier_ = 0;
  std::uint32_t acknowledged_ = 0;  // In the sender's numbers.
  Range withheld_;                  // Has not left; behind the bytes in custody.
  Range custody_;  // The sender may believe that these have arrived; they lie at the front of the tail.
  std::uint16_t largest_ = limits::kPacketBytes;  // The longest packet so far.
  std::uint8_t dropped_ = 0;                      // Segments that came too early, in a row.
  LengthChanges length_changes_ = LengthChanges::kNone;
  bool in_custody_ = false;  // The sender may believe that the withheld bytes have arrived.
  bool closed_ = false;
  bool in_order_ = false;
  bytes::Tail tail_;
};

}  // namespace stream
