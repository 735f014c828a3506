// SPDX-License-Identifier: MIT OR GPL-2.0-only
// What is lost with a connection that is forgotten, and how it goes on.
#include "mangler/connection.h"

namespace mangle {
namespace {

// rtspnat_position.marks: that a connection goes on, the marks of the agreement, and those of each framer.
constexpr std::uint32_t kResumed = 1;
constexpr std::uint32_t kAgreementShift = 1;
constexpr std::uint32_t kDirectionShift = kAgreementShift + Agreement::kMarkBits;
constexpr std::uint32_t kFramerBits = rtsp::Framer::kMarkBits;
static_assert(kDirectionShift + 2 * kFramerBits <= 16);

std::uint32_t ShiftOf(std::uint32_t direction) { return kDirectionShift + direction * kFramerBits; }

}  // namespace

// Goes on where a connection was forgotten.
void Connection::Resume(const rtspnat_setup& setup) {
  const std::uint32_t marks = setup.marks;
  agreement_.Resume(setup, marks >> kAgreementShift);
  for (std::uint32_t i = 0; i < 2; ++i)
    directions_[i].framer.Resume(marks >> ShiftOf(i) & ((1U << kFramerBits) - 1));
}

std::uint32_t Connection::Marks() const {
  std::uint32_t marks = kResumed | agreement_.Marks() << kAgreementShift;
  for (std::uint32_t i = 0; i < 2; ++i) marks |= directions_[i].framer.Marks() << ShiftOf(i);
  return marks;
}

// True while a byte of the stream or a mapping depends on this state. Numbers of a stream that became longer are right only
// while it is known by how much.
bool Connection::MayTear() const {
  if (phase_ != Phase::kDone || agreement_.Mappings().Held() != 0) return true;
  const auto is_changed = [](const stream::Lane& lane) {
    return lane.Holds() || !lane.HasNoEdits() || !lane.HasOwnNumbers();
  };
  return is_changed(directions_[0].lane) || is_changed(directions_[1].lane);
}

rtspnat_loss Connection::JudgeLoss(rtspnat_position& position) const {
  if (MayTear()) return RTSPNAT_LOSES_BYTES;
  agreement_.Fill(position);
  position.marks = static_cast<std::uint16_t>(Marks());
  bool loses_place = transparent_;
  for (unsigned i = 0; i < 2; ++i) {
    const Direction& direction = directions_[i];
    position.seq[i] = direction.lane.Frontier();
    // A loss in media ends the reading: whoever has forgotten that there were media would drop what is behind it.
    loses_place = loses_place || interleaved_[i] || !direction.framer.Idle();
  }
  if (loses_place) return RTSPNAT_LOSES_PLACE;
  return agreement_.IsNobodyWaiting() ? RTSPNAT_LOSES_NOTHING : RTSPNAT_LOSES_REQUESTS;
}

// Marks of the agreement.
namespace {

constexpr std::uint32_t kInterleaved = 1;
constexpr std::uint32_t kOtherTraversal = 2;
constexpr std::uint32_t kKindShift = 2;
constexpr std::uint32_t kKinds = 3;

}  // namespace

std::uint32_t Agreement::Marks() const {
  return (interleaved_ ? kInterleaved : 0) | (other_traversal_ ? kOtherTraversal : 0) |
         static_cast<std::uint32_t>(answered_kind_) << kKindShift;
}

void Agreement::Resume(const rtspnat_setup& setup, std::uint32_t marks) {
  interleaved_ = (marks & kInterleaved) != 0;
  other_traversal_ = (marks & kOtherTraversal) != 0;
  const std::uint32_t kind = marks >> kKindShift & kKinds;
  if (kind < kKinds) answered_kind_ = static_cast<CseqKind>(kind);
  answered_ = setup.answered;
  const bool is_known = setup.session_seconds <= limits::kMostSessionSeconds;
  if (is_known) NoteSessionTimeout(setup.session_seconds);
}

void Agreement::Fill(rtspnat_position& position) const {
  position.answered = answered_;
  position.session_seconds = session_seconds_;
}

}  // namespace mangle
