// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// One RTSP control connection: segments in, questions and edits out. The C ABI in rtspnat.h says what
/// each call means and numbers the laws; this is its implementation.
///
/// Everything decided is a function of the two byte streams, not of the segments that carry them: a header
/// line acts when its last byte is in order, a head when its empty line is.
#include <cstdint>

#include "mangle/edit_log.h"
#include "mangle/mapping.h"
#include "mangle/ports.h"
#include "mangle/reading.h"
#include "rtsp/framer.h"
#include "rtspnat.h"

namespace mangle {

class Connection {
 public:
  explicit Connection(const rtspnat_setup& setup);

  [[nodiscard]] bool Skip(const rtspnat_segment& segment);
  void Begin(const rtspnat_segment& segment);
  [[nodiscard]] rtspnat_ask Next(rtspnat_step& step);
  void Answer(rtspnat_reply reply, std::uint16_t first_port);
  [[nodiscard]] bool GetEdit(std::uint32_t index, rtspnat_edit& edit) const;
  [[nodiscard]] bool Close(rtspnat_step& step);

 private:
  /// What is known of the message whose head is open.
  struct Head {
    rtsp::Method method = rtsp::Method::kOther;
    Choice choice = Choice::kNotSaid;  ///< Replies: the first spec that is understood.
    bool has_cseq = false;
    std::uint16_t status = 0;    ///< 0 for a request.
    std::uint16_t client = 0;    ///< Replies: first client port of that spec.
    std::uint16_t peer[2] = {};  ///< Replies: its server ports.
    MappingSet mappings = 0;     ///< Requests: held on account of this head.
    std::uint32_t cseq = 0;
    std::uint32_t session = 0;
    std::uint32_t uri = 0;
  };

  struct Direction {
    rtsp::Framer framer;
    EditLog edits;
    Head head;
    std::uint32_t first = 0;     ///< Sequence number of stream offset 0.
    std::uint32_t frontier = 0;  ///< Of the first byte not yet taken in.
    std::uint8_t dropped = 0;    ///< Segments past the frontier dropped in a row.
  };

  enum class Phase : std::uint8_t { kDone, kRead, kSpecs, kPropose };
  enum class Question : std::uint8_t { kNone, kReserve, kExpect };

  // connection.cc: segments and the dialogue.
  [[nodiscard]] Direction& Current() { return directions_[direction_]; }
  void Note(std::uint32_t note) { notes_ |= 1U << note; }
  [[nodiscard]] bool IsSkippable(const rtspnat_segment& segment) const;
  void TakeAcknowledgement(const rtspnat_segment& segment);
  void PlaceSegment(const rtspnat_segment& segment);
  inline void ReadUnit();
  void FinishSegment();
  void TurnTransparent(std::uint32_t note);
  void Forget(std::uint32_t index);
  void FillMapping(std::uint32_t index, rtspnat_step& step) const;
  void FillDone(rtspnat_step& step) const;

  // head.cc: heads of both kinds.
  void BeginHead(const rtsp::Unit& unit);
  void ReadHeader(const rtsp::Unit& unit);
  void EndHead();
  void EndRequest(const Head& head);
  void EndResponse(const Head& head);
  void ResolveSetup(const Pending& request, const Head& head);
  void ResolveTeardown(const Pending& request, const Head& head);
  void MakeLive(std::uint32_t index, const Pending& request, const Head& head);
  void Unhold(std::uint32_t index);
  void UnholdAll(MappingSet set);

  // rewrite.cc: Transport lines.
  void BeginTransport(const rtsp::Unit& unit);
  void ReadSpec();
  void UseRequestSpec();
  void UseMapping(std::uint32_t index);
  [[nodiscard]] PortRequest CurrentRequest() const;
  [[nodiscard]] bool ProposePorts(rtspnat_step& step);
  void AnswerReserve(rtspnat_reply reply, std::uint16_t first_port);
  void RefuseMapping(std::uint32_t note);
  void UseReplySpec();
  void MapBack(const Chosen& chosen);
  void Replace(std::uint32_t fields, const rtsp::Field (&field)[2], const std::uint16_t (&old_value)[2],
               const std::uint16_t (&from)[2], const std::uint16_t (&to)[2]);

  rtspnat_setup setup_;
  MappingTable mappings_;
  PendingTable pending_;
  Direction directions_[2];

  // The segment in hand.
  rtsp::Cursor in_;
  std::uint32_t seq_ = 0;
  std::uint32_t length_ = 0;
  std::uint32_t notes_ = 0;
  MappingSet release_ = 0;  // To be asked for.
  MappingSet expect_ = 0;
  std::uint8_t direction_ = 0;
  bool transparent_ = false;
  bool interleaved_ = false;  // A `$` frame has been seen.
  bool reading_ = false;      // Bytes past the frontier are in in_.
  bool closing_ = false;      // FIN or RST.
  std::uint8_t verdict_ = RTSPNAT_ACCEPT;
  std::uint8_t edits_ = 0;  // Of the segment that is done.
  Phase phase_ = Phase::kDone;
  Question question_ = Question::kNone;
  std::uint8_t asked_ = 0;  // The mapping that question_ is about.

  // The Transport line in hand.
  bool line_held_ = false;  // Its front has left with an earlier segment.
  std::uint8_t attempt_ = 0;
  std::uint32_t line_position_ = 0;
  rtsp::Cursor line_;
  rtsp::TransportReader reader_;
  rtsp::TransportSpec spec_;  // Here and not on the stack, of which a kernel has little.
  Announcement announcement_;
};

static_assert(sizeof(Connection) <= RTSPNAT_CONNECTION_MAX, "paid for once per connection");

}  // namespace mangle
