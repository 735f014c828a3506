// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangle/connection.h"

namespace mangle {
namespace {

// Marks of the connection; above them, those of its directions.
constexpr std::uint32_t kResumed = 1;
constexpr std::uint32_t kAgreedInterleaved = 2;
constexpr std::uint32_t kHandsOff = 4;
constexpr std::uint32_t kAnsweredShift = 3;
constexpr std::uint32_t kAnsweredKinds = 3;
constexpr std::uint32_t kDirectionShift = 5;
constexpr std::uint32_t kFramerMarks = (1U << rtsp::Framer::kMarkBits) - 1;
constexpr std::uint32_t kDirectionBits = rtsp::Framer::kMarkBits;
static_assert(kDirectionShift + 2 * kDirectionBits <= 16);

std::uint32_t ShiftOf(std::uint32_t direction) { return kDirectionShift + direction * kDirectionBits; }

}  // namespace

// Goes on where a connection was forgotten.
void Connection::Resume() {
  const std::uint32_t marks = setup_.marks;
  agreed_interleaved_ = (marks & kAgreedInterleaved) != 0;
  hands_off_ = (marks & kHandsOff) != 0;
  const std::uint32_t kind = marks >> kAnsweredShift & kAnsweredKinds;
  if (kind < kAnsweredKinds) answered_kind_ = static_cast<CseqKind>(kind);
  answered_ = setup_.answered;
  for (std::uint32_t i = 0; i < 2; ++i) directions_[i].framer.Resume(marks >> ShiftOf(i) & kFramerMarks);
  if (setup_.session_seconds > session_seconds_ && setup_.session_seconds <= rtsp::kMostSessionSeconds)
    session_seconds_ = setup_.session_seconds;
}

std::uint32_t Connection::Marks() const {
  std::uint32_t marks = kResumed | (agreed_interleaved_ ? kAgreedInterleaved : 0) |
                        (hands_off_ ? kHandsOff : 0) |
                        static_cast<std::uint32_t>(answered_kind_) << kAnsweredShift;
  for (std::uint32_t i = 0; i < 2; ++i) marks |= directions_[i].framer.Marks() << ShiftOf(i);
  return marks;
}

// True while a byte of the stream or a mapping depends on this state. Numbers of a stream that became longer are right only
// while it is known by how much.
bool Connection::MayTear() const {
  const auto is_changed = [](const Direction& direction) {
    return !direction.edits.Empty() || !direction.map.Empty();
  };
  return phase_ != Phase::kDone || question_ != Question::kNone || mappings_.Held() != 0 || Holds() ||
         is_changed(directions_[0]) || is_changed(directions_[1]);
}

rtspnat_loss Connection::JudgeLoss(rtspnat_position& position) const {
  if (MayTear()) return RTSPNAT_LOSES_BYTES;
  position = {};
  for (unsigned i = 0; i < 2; ++i) position.seq[i] = directions_[i].frontier;
  position.answered = answered_;
  position.marks = static_cast<std::uint16_t>(Marks());
  position.session_seconds = session_seconds_;
  // A loss in media ends the reading: whoever has forgotten that there were media would drop what is behind it.
  const bool has_media = directions_[0].interleaved || directions_[1].interleaved;
  if (transparent_ || has_media || !directions_[0].framer.Idle() || !directions_[1].framer.Idle())
    return RTSPNAT_LOSES_PLACE;
  return pending_.Empty() ? RTSPNAT_LOSES_NOTHING : RTSPNAT_LOSES_REQUESTS;
}

}  // namespace mangle
