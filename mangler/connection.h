// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// One RTSP control connection: segments in, questions and edits out. The C ABI in rtspnat.h says what
/// each call means and numbers the laws; this is its implementation.
///
/// Everything decided is a function of the two byte streams, not of the segments that carry them: a header
/// line acts when its last byte is in order, a head when its empty line is.
///
/// A connection joins parts that know nothing of each other. Each direction has a stream::Lane, which knows TCP, an rtsp::Framer,
/// which cuts the stream into lines, and a Head. The Exchange knows what the messages mean for ports; the functions in mangler/rtsp/
/// turn a line into changes of its text, of the agreement and of the proposal.
#include <cstdint>

#include "mangler/rtsp/line.h"
#include "mangler/stream/lane.h"
#include "rtsp/framer.h"
#include "rtspnat.h"

namespace mangle {

/// One segment on its way through a connection, and the dialogue about it. It lies in memory that the embedder gives for that
/// time, because it would be a third of the memory of a connection.
struct Scratch {
  /// What the embedder is asked beside ports and mappings.
  enum class Question : std::uint8_t { kNone, kLend, kMore };

  /// Places it in memory that it does not own.
  static void* operator new(std::size_t, void* memory) noexcept { return memory; }

  Scratch(const Setup& setup, Agreement& agreement, Head& head, stream::Lane& lane, bool of_opener)
      : exchange(setup, agreement, &head, &lane, of_opener) {}

  Exchange exchange;
  bytes::Cursor in;           ///< What is at hand of the payload,
  std::uint32_t in_from = 0;  ///< and its offset in the payload.
  stream::Passage passage = {};
  std::uint32_t acknowledgement = 0;
  std::uint8_t flags = 0;
  bool reading = false;  ///< The segment has bytes that come next.
  bool closing = false;  ///< It ends the connection.
  Question question = Question::kNone;
  rtsp::Unit unit;  ///< Here and not on the stack, of which a kernel has little.

  /// Returns how much of the payload was read.
  [[nodiscard]] std::uint32_t Position() const { return in_from + in.Position(); }
};

class Connection {
 public:
  /// Places it in memory that it does not own.
  static void* operator new(std::size_t, void* memory) noexcept { return memory; }

  explicit Connection(const rtspnat_setup& setup);

  // passing_over.cc: segments of which nothing has to be read.
  [[nodiscard]] bool Skip(const rtspnat_segment& segment);
  [[nodiscard]] rtspnat_frames SkipFrames(const rtspnat_segment& segment, const bytes::Cursor& bytes,
                                          std::uint32_t& offset);

  // connection.cc: the dialogue about a segment.
  void Begin(void* memory, const rtspnat_segment& segment);
  [[nodiscard]] rtspnat_ask Next(rtspnat_step& step);
  void Answer(rtspnat_reply reply, std::uint16_t first_port);
  [[nodiscard]] bool Lend(void* memory);
  [[nodiscard]] bool Show(const bytes::Cursor& piece);
  [[nodiscard]] bool GetEdit(std::uint32_t index, rtspnat_edit& edit) const;
  [[nodiscard]] bool GetMapping(std::uint32_t index, rtspnat_mapping& mapping) const {
    return agreement_.DescribeMapping(index, mapping);
  }
  [[nodiscard]] bool Close(rtspnat_step& step) { return agreement_.Close(step); }
  [[nodiscard]] void* TakeBuffer();

  /// True if a segment was taken in and nothing has come since.
  [[nodiscard]] bool HasSegment() const { return scratch_ != nullptr; }

  // forgetting.cc: a connection that is forgotten and goes on later.
  [[nodiscard]] rtspnat_loss JudgeLoss(rtspnat_position& position) const;

  [[nodiscard]] std::uint32_t MapSequence(std::uint32_t direction, std::uint32_t sequence) const {
    return directions_[direction & 1].lane.Map().Forward(sequence);
  }
  [[nodiscard]] std::uint32_t MapAcknowledgement(std::uint32_t direction,
                                                 std::uint32_t acknowledgement) const {
    return directions_[direction & 1].lane.Map().Back(acknowledgement);
  }

 private:
  struct Direction {
    stream::Lane lane;
    rtsp::Framer framer;
    Head head;
  };

  enum class Phase : std::uint8_t {
    kReading,  ///< The segment is read. A question may interrupt that.
    kAsking,   ///< The segment was read; questions may be left.
    kDone,
  };

  [[nodiscard]] Direction& Current() { return directions_[direction_]; }
  [[nodiscard]] const Direction& Current() const { return directions_[direction_]; }
  [[nodiscard]] Direction& Other() { return directions_[1 - direction_]; }
  [[nodiscard]] bool IsStream() const { return (setup_.options & RTSPNAT_OPTION_STREAM) != 0; }
  void Note(std::uint32_t note) { scratch_->exchange.notes.Add(note); }

  // connection.cc
  void NoteAcknowledgement(const rtspnat_segment& segment);
  void Abandon();
  void PlaceSegment();
  void TurnTransparent(std::uint32_t note);
  [[nodiscard]] bool TakeStep(rtspnat_step& step);
  [[nodiscard]] [[gnu::noinline]] bool AskForPorts(rtspnat_step& step);
  void UseAnswer(nat::Proposal::Outcome outcome);
  void RefuseQuestion();
  [[gnu::noinline]] void FillDone(rtspnat_step& step) const;
  [[nodiscard]] bool IsIdle() const;

  // lending.cc: memory and bytes that the embedder gives.
  [[nodiscard]] bool Asks(rtspnat_step& step) const;
  [[nodiscard]] bool ReturnBuffer(rtspnat_step& step);
  [[nodiscard]] bool HasIdleBuffer(const Direction& direction) const;
  [[nodiscard]] bool WillHaveIdleBuffer(const Direction& direction, std::uint32_t acknowledged) const;
  [[nodiscard]] bool AwaitsAcknowledgement() const;
  [[nodiscard]] bool FreesBuffer(const rtspnat_segment& segment) const;

  // reading.cc: from the bytes of a segment to its heads and lines.
  [[nodiscard]] [[gnu::noinline]] bool ReadUnits();
  [[nodiscard]] bool AskForMore();
  void TakeUnit(const rtsp::Unit& unit);
  void TakeHeader(const rtsp::Unit& unit);
  [[gnu::noinline]] void BeginLine(const rtsp::Unit& unit, Line::Stage stage);
  void EndHead();
  [[gnu::noinline]] void FinishSegment();
  void FinishClose();
  [[nodiscard]] bool MustWithhold() const;
  void NotePassage();

  // passing_over.cc
  [[nodiscard]] bool MayPassOver(const rtspnat_segment& segment) const;
  [[nodiscard]] bool MayHoldFrames(const rtspnat_segment& segment, const Direction& direction) const;
  void PassOver(const rtspnat_segment& segment, Direction& direction, std::uint32_t count);
  // Not merged into PassOver(): that saves 3 of 101 instructions for each segment of media.
  [[gnu::noinline]] void ForgetEdits(const rtspnat_segment& segment, stream::Lane& lane);

  // forgetting.cc
  void Resume(const rtspnat_setup& setup);
  [[nodiscard]] bool MayTear() const;
  [[nodiscard]] std::uint32_t Marks() const;

  Setup setup_;
  Agreement agreement_;
  Direction directions_[2];
  Scratch* scratch_ = nullptr;  // Of the segment in hand, or of the last one.
  bool interleaved_[2] = {};    // A `$` frame has been seen, of each direction.
  bool transparent_ = false;    // Nothing is read any more.
  bool holds_ = false;          // One of the lanes holds bytes, as of the last segment.
  bool lent_ = false;           // One of them has a buffer.
  bool is_quiet_ = false;       // Segments that need no reading may be passed over.
  Phase phase_ = Phase::kDone;
  std::uint8_t direction_ = 0;  // Of the segment in hand.
};

/// IP and TCP header of @p segment, in bytes.
[[nodiscard]] inline std::uint32_t HeaderLength(const rtspnat_segment& segment) {
  return segment.header_length != 0 ? segment.header_length : limits::kHeaderBytes;
}

static_assert(sizeof(Connection) <= RTSPNAT_CONNECTION_MAX, "paid for once per connection");
static_assert(sizeof(Scratch) <= RTSPNAT_SCRATCH_MAX, "paid for once per dialogue");
static_assert(sizeof(stream::Buffer) <= RTSPNAT_BUFFER_MAX, "paid for while text is on its way");

}  // namespace mangle
