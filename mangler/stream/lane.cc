// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/stream/lane.h"

namespace stream {

void Lane::Begin(Passage& passage) {
  NoteSize(passage.segment_size != 0 ? passage.segment_size : passage.segment.size, passage.header_length);
  // Acknowledgements are not shown while nothing depends on them. From here on one may matter: the last one that was
  // noted must not look like one to come.
  if (edits_.Empty() && !Holds()) acknowledged_ = frontier_;
  if (in_order_ && acknowledged_ != frontier_) Arrive(frontier_);
  passage.read_from = frontier_;
  if (!Holds() && !tail_.KeepsAny()) return;
  // Behind the bytes in custody the tail holds those that are withheld; both stay while the segment is read. What lay
  // before them has left with the segment before.
  tail_.Keep(custody_.size);
  passage.recalled = withheld_;
  passage.recalled_at = static_cast<std::uint16_t>(custody_.size);
  if (!withheld_.Empty()) tail_.Keep(custody_.size + withheld_.size);
}

Lane::Place Lane::Find(Range segment, bool finishes, std::uint32_t& offset) const {
  const std::int32_t gap = Distance(segment.start, frontier_);
  const bool carries = !segment.Empty() || finishes;
  if (Distance(segment.End(), frontier_) <= 0 || !carries) return Place::kOld;
  offset = static_cast<std::uint32_t>(gap < 0 ? -gap : gap);
  return gap > 0 ? Place::kAhead : Place::kNext;
}

bool Lane::DropAhead(Passage& passage) {
  if (dropped_ == limits::kOutOfOrderSegments) return false;
  ++dropped_;
  passage.dropped = true;
  return true;
}

bool Lane::WillFreeBuffer(std::uint32_t number) const {
  const std::uint32_t acknowledged = map_.Back(number);
  if (!HasBuffer() || Holds() || Before(frontier_, acknowledged)) return false;
  return edits_.AreDone(acknowledged, length_changes_ == LengthChanges::kAny);
}

Buffer* Lane::TakeBuffer() {
  auto* const buffer = reinterpret_cast<Buffer*>(edits_.Memory());
  edits_.Use(nullptr);
  tail_.Use(nullptr);
  return buffer;
}

void Lane::Advance(std::uint32_t end) {
  if (!Before(frontier_, end)) return;
  frontier_ = end;
  dropped_ = 0;
}

void Lane::Acknowledge(std::uint32_t number) {
  std::uint32_t acknowledged = map_.Back(number);
  // FIN takes a number of its own, behind the last byte.
  if (closed_ && acknowledged == frontier_ + 1) acknowledged = frontier_;
  if (Before(frontier_, acknowledged) || !Before(acknowledged_, acknowledged)) return;
  Arrive(acknowledged);
}

void Lane::Arrive(std::uint32_t acknowledged) {
  acknowledged_ = acknowledged;
  map_.Acknowledge(acknowledged);
  if (length_changes_ == LengthChanges::kAny) map_.Settle();
  edits_.Forget(acknowledged, map_.Settled(acknowledged + 1));
  if (!Before(acknowledged, custody_.End())) custody_.size = 0;
}

// An edit must be gone before the numbers come round, however seldom an acknowledgement is shown.
void Lane::LeaveBehind() {
  if (frontier_ - acknowledged_ <= limits::kMostWindow) return;
  const std::uint32_t arrived = frontier_ - limits::kMostWindow;
  acknowledged_ = arrived;
  map_.Acknowledge(arrived);
  map_.Settle();
  edits_.Forget(arrived, arrived);
  if (Before(custody_.End(), arrived)) custody_.size = 0;
}

// An embedder that adjusts numbers itself knows only of additions that were sent.
std::uint32_t Lane::Raise(std::uint32_t number) const {
  const Range custody = in_custody_ ? withheld_ : custody_;
  if (custody.Empty() || map_.Back(number) - custody.start >= custody.size) return number;
  const bool maps_here = length_changes_ == LengthChanges::kAny;
  return maps_here ? map_.Forward(custody.End()) : map_.ForwardSent(custody.End());
}

void Lane::NoteSize(std::uint32_t payload, std::uint32_t header_length) {
  constexpr std::uint32_t kMost = 0xffff;
  const std::uint32_t size = payload + header_length;
  if (size > largest_) largest_ = static_cast<std::uint16_t>(size < kMost ? size : kMost);
}

// The sender has to send withheld bytes again, unless it was told that they have arrived.
void Lane::LetGo() {
  if (in_custody_) custody_ = withheld_;
  in_custody_ = false;
  withheld_ = {};
}

void Lane::Withhold(Passage& passage, Range withheld) {
  const Range recalled = passage.recalled;
  const bool goes_on = !recalled.Empty() && recalled.start == withheld.start;
  if (!goes_on && Before(withheld.start, passage.read_from)) withheld = {};
  passage.releases = !recalled.Empty() && (withheld.Empty() || withheld.start != recalled.start);
  if (passage.releases && in_custody_) {
    custody_ = recalled;
    in_custody_ = false;
  }
  withheld_ = withheld;
  if (withheld.Empty()) return;
  passage.withholds = true;
  // A sender that sends withheld bytes again and has nothing new waits for their acknowledgement.
  const Range segment = passage.segment;
  const bool again = recalled.size == withheld.size && recalled.start == withheld.start;
  const bool touches = segment.Empty() ? segment.start - withheld.start < withheld.size
                                       : Before(withheld.start, segment.End());
  if (!again || !touches || !custody_.Empty() || in_custody_ || in_order_) return;
  in_custody_ = true;
  passage.takes_custody = true;
}

const std::uint8_t* Lane::Prefix(const Passage& passage) const {
  // The receiver may lack the byte that stands at the number of a probe. So a probe carries that very byte.
  return passage.probes ? &passage.front : tail_.All().Slice(passage.prefix_at, limits::kLineBytes).Data();
}

}  // namespace stream
