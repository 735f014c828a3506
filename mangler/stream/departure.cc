// SPDX-License-Identifier: MIT OR GPL-2.0-only
// What leaves in the place of a segment.
#include "mangler/stream/lane.h"

namespace stream {
namespace {

constexpr std::uint32_t kAggregateBytes = 65535;  // The longest IP packet.

std::uint32_t Fewer(std::uint32_t a, std::uint32_t b) { return a < b ? a : b; }

// Cuts what leaves, which then is `size` bytes long.
void CutTail(Passage& passage, std::uint32_t size) {
  if (size >= passage.leaving.size) return;
  passage.trimmed = true;
  passage.kept -= Fewer(passage.kept, passage.leaving.size - size);
  passage.leaving.size = size;
}

}  // namespace

void Lane::Plan(Passage& passage, std::uint32_t stop, Range withheld) {
  const Range segment = passage.segment;
  Withhold(passage, withheld);
  passage.leaving = segment;
  passage.kept = segment.size;
  if (passage.resets) {
    PlanReset(passage);
  } else {
    PlanPrefix(passage);
    if (Before(stop, segment.End())) {
      passage.trimmed = true;
    } else {
      stop = segment.End();
    }
    if (!withheld_.Empty() && Before(withheld_.start, stop)) stop = withheld_.start;
    if (!Before(passage.leaving.start, stop)) return PlanEmpty(passage, stop);
    passage.leaving.size = stop - passage.leaving.start;
    passage.kept = Before(segment.start, stop) ? stop - segment.start : 0;
    PlanSize(passage);
    PlanGrowth(passage);
    if (passage.dropped) return;
  }
  passage.edits = static_cast<std::uint8_t>(edits_.Count(passage.leaving.start, passage.leaving.size));
}

// A reset without payload stands at the number that its receiver expects.
void Lane::PlanReset(Passage& passage) const {
  if (passage.segment.Empty() && withheld_.Precedes(passage.segment.start))
    passage.leaving.start = withheld_.start;
}

// Puts in front what the receiver lacks: bytes in custody, or those that the segment before was to carry.
void Lane::PlanPrefix(Passage& passage) const {
  const std::uint32_t start = passage.segment.start;
  if (passage.segment.Empty() && !passage.finishes) return;
  if (custody_.Precedes(start)) {
    const std::uint32_t passed = acknowledged_ - custody_.start;
    passage.prefix_at = static_cast<std::uint16_t>(passed < custody_.size ? passed : 0);
    passage.leaving.start = custody_.start + passage.prefix_at;
    if (Before(start, passage.leaving.start)) passage.leaving.start = start;
  } else if (passage.releases && passage.recalled.Precedes(start)) {
    passage.prefix_at = passage.recalled_at;
    passage.leaving.start = passage.recalled.start;
  }
}

// Nothing of the segment leaves. With bytes in custody the receiver is made to acknowledge what it has.
void Lane::PlanEmpty(Passage& passage, std::uint32_t stop) const {
  const Range segment = passage.segment;
  passage.kept = 0;
  passage.leaving = {Before(stop, segment.start) ? stop : segment.start, 0};
  // Numbers behind an addition that was not sent would tell of bytes that the receiver lacks.
  const std::uint32_t known = map_.Waits() ? map_.WaitingPosition(0) : withheld_.start;
  if (map_.Waits() && Before(known, passage.leaving.start)) passage.leaving.start = known - 1;
  const bool asks = !segment.Empty() || segment.start != frontier_;
  if (!in_custody_ || !asks || Before(known, withheld_.start)) return;
  passage.leaving = {withheld_.start - 1, 1};
  passage.probes = true;
}

// No packet becomes longer than others that came this way. With bytes in custody it does not become longer than the one that its
// sender sends now, because its sender believes that those bytes have arrived, and cannot send them in smaller packets when
// the path's MTU falls.
void Lane::PlanSize(Passage& passage) const {
  if (in_order_) return;
  const std::uint32_t growth = edits_.Growth(passage.leaving.start, passage.leaving.size);
  if (growth == 0 && passage.leaving.size == passage.kept) return;
  const std::uint32_t own = passage.segment.size + passage.header_length;
  const std::uint32_t safe = own > limits::kPacketBytes ? own : limits::kPacketBytes;
  const std::uint32_t longest = custody_.Precedes(passage.segment.start) ? Fewer(safe, largest_) : largest_;
  const std::uint32_t packet = passage.segment_size != 0 ? kAggregateBytes : longest;
  const std::uint32_t limit = packet > passage.header_length ? packet - passage.header_length : 0;
  if (passage.leaving.size + growth > limit) CutTail(passage, limit > growth ? limit - growth : 0);
}

// With one addition at a time on its way, what lies behind the next one cannot leave: its numbers are not known.
void Lane::HoldBackGrowth(Passage& passage) const {
  const std::uint32_t barred = map_.IsOnItsWay() ? 0 : 1;
  if (length_changes_ == LengthChanges::kAny || map_.Waiting() <= barred) return;
  const std::uint32_t before = map_.WaitingPosition(barred) - 1;
  const std::uint32_t start = passage.leaving.start;
  if (!Before(before, passage.leaving.End())) return;
  CutTail(passage, Before(start, before) ? before - start : 0);
  if (passage.leaving.Empty()) passage.dropped = true;
}

// Numbers behind an addition may leave only together with it or after it.
void Lane::PlanGrowth(Passage& passage) {
  HoldBackGrowth(passage);
  if (passage.dropped) return;
  while (map_.Waits() && Before(map_.WaitingPosition(0) - 1, passage.leaving.End())) {
    map_.Settle();
    edits_.Forget(acknowledged_, map_.Settled(0));
    passage.growth_at = map_.WaitingPosition(0) - 1;
    passage.growth = static_cast<std::uint16_t>(passage.growth + map_.Send());
  }
}

}  // namespace stream
