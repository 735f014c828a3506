// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangle/connection.h"
#include "mangle/sequence.h"

namespace mangle {
namespace {

constexpr std::uint32_t kAggregateBytes = 65535;  // The longest IP packet.

// A header line begins behind a line feed, whatever its cut: a byte that its receiver has had, for it to
// acknowledge once more.
constexpr std::uint8_t kLineFeed = '\n';

std::uint32_t Fewer(std::uint32_t a, std::uint32_t b) { return a < b ? a : b; }

}  // namespace

// The framer's buffer holds the bytes in custody, and behind them the line that is withheld. What it held
// besides has left with the segment before.
void Connection::RecallWithheld() {
  Direction& direction = Current();
  direction.framer.Keep(direction.custody.size);
  recalled_ = direction.withholds ? direction.Line() : Range{};
  recalled_at_ = static_cast<std::uint16_t>(direction.custody.size);
  if (recalled_.size != 0) direction.framer.Keep(direction.custody.size + recalled_.size);
}

// A line is withheld while it may be one whose ports or addresses will have to change. What closes the stream
// carries all there is.
bool Connection::MustWithhold() const {
  const Direction& direction = Current();
  if (transparent_ || !MayChange() || (flags_ & RTSPNAT_FIN) != 0) return false;
  using rtsp::HeaderName;
  constexpr HeaderName kAddressLines[2] = {HeaderName::kXNat, HeaderName::kLocation};
  const bool has_others = publishes_ || setup_.options != 0;
  for (unsigned i = 0; has_others && i < 2; ++i) {
    if (IsAddressLine(kAddressLines[i]) && direction.framer.MayBecome(kAddressLines[i])) return true;
  }
  const bool waits = IsDoubted() ? mappings_.Held() != 0 : pending_.Setups() != 0;
  const bool is_answer = direction.head.status != 0 && waits;
  const bool has_transport = direction_ == RTSPNAT_ORIGINAL ? IsSetup(direction.head) : is_answer;
  if (direction.head.transport_bytes >= rtsp::kTransportBytes) return false;
  return has_transport && direction.framer.MayBecome(HeaderName::kTransport);
}

// True if text of this direction is changed at all.
bool Connection::MayChange() const {
  return setup_.may_translate || (publishes_ && direction_ == RTSPNAT_REPLY);
}

void Connection::Withhold() {
  Direction& direction = Current();
  const bool withholds = MustWithhold();
  const Range line = direction.Line();
  recalled_goes_ = recalled_.size != 0 && (!withholds || line.start != recalled_.start);
  if (recalled_goes_ && direction.in_custody) {
    direction.custody = recalled_;
    direction.in_custody = false;
  }
  direction.withholds = withholds;
  if (!withholds) return;
  Note(RTSPNAT_NOTE_WITHHELD);
  // Their sender sends them again and has nothing new: it waits for them to be acknowledged.
  const bool again = recalled_.size == line.size && recalled_.start == line.start;
  const bool touches = length_ != 0 ? Before(line.start, seq_ + length_) : seq_ - line.start < line.size;
  if (!again || !touches || direction.custody.size != 0 || direction.in_custody) return;
  direction.in_custody = true;
  Note(RTSPNAT_NOTE_CUSTODY);
}

// Whoever sent what is withheld sends it again, unless told that it arrived.
void Connection::LetGo(Direction& direction) {
  if (direction.in_custody) direction.custody = direction.Line();
  direction.in_custody = false;
  direction.withholds = false;
}

// Puts in front what the segment's receiver lacks.
void Connection::PlanPrefix() {
  const Direction& direction = Current();
  if (length_ == 0 && (flags_ & RTSPNAT_FIN) == 0) return;
  if (direction.custody.Precedes(seq_)) {
    const std::uint32_t passed = direction.acknowledged - direction.custody.start;
    prefix_at_ = static_cast<std::uint16_t>(passed < direction.custody.size ? passed : 0);
    leaving_.start = direction.custody.start + prefix_at_;
    if (Before(seq_, leaving_.start)) leaving_.start = seq_;
  } else if (recalled_goes_ && recalled_.Precedes(seq_)) {
    prefix_at_ = recalled_at_;
    leaving_.start = recalled_.start;
  }
}

// Nothing of the segment leaves. With bytes in custody its receiver is made to acknowledge what it has.
void Connection::PlanEmpty(std::uint32_t stop) {
  const Direction& direction = Current();
  keep_ = 0;
  leaving_ = {Before(stop, seq_) ? stop : seq_, 0};
  // No number behind an addition that has not left: its receiver lacks what lies before.
  const bool waits = direction.map.Waits() && Before(direction.map.WaitingPosition(0), leaving_.start);
  if (waits) leaving_.start = direction.map.WaitingPosition(0) - 1;
  const bool asks = length_ != 0 || seq_ != direction.frontier;
  if (!direction.in_custody || !asks || waits) return;
  leaving_ = {direction.Line().start - 1, 1};
  probes_ = true;
}

// Cuts what leaves, which then is `size` bytes long.
void Connection::CutTail(std::uint32_t size) {
  if (size >= leaving_.size) return;
  Note(RTSPNAT_NOTE_TRIMMED);
  keep_ -= Fewer(keep_, leaving_.size - size);
  leaving_.size = size;
}

// No packet becomes longer than others that came this way. With bytes in custody it does not become longer than the one that its
// sender sends now, because its sender believes that those bytes have arrived, and cannot send them in smaller packets when
// the path's MTU falls.
void Connection::PlanSize() {
  const Direction& direction = Current();
  const std::uint32_t growth = direction.edits.Growth(leaving_.start, leaving_.size);
  if (growth == 0 && leaving_.size == keep_) return;
  const std::uint32_t own = length_ + header_length_;
  const std::uint32_t safe = own > rtsp::kPacketBytes ? own : rtsp::kPacketBytes;
  const std::uint32_t longest =
      direction.custody.Precedes(seq_) ? Fewer(safe, direction.largest) : direction.largest;
  const std::uint32_t packet = segment_size_ != 0 ? kAggregateBytes : longest;
  const std::uint32_t limit = packet > header_length_ ? packet - header_length_ : 0;
  if (leaving_.size + growth > limit) CutTail(limit > growth ? limit - growth : 0);
}

// With one addition at a time on its way, what lies behind the next one cannot leave: its numbers are not known.
void Connection::HoldBackGrowth() {
  const SeqMap& map = Current().map;
  const std::uint32_t barred = map.IsOnItsWay() ? 0 : 1;
  if (setup_.length_changes == RTSPNAT_ANY_LENGTH_CHANGE || map.Waiting() <= barred) return;
  const std::uint32_t before = map.WaitingPosition(barred) - 1;
  if (!Before(before, leaving_.End())) return;
  CutTail(Before(leaving_.start, before) ? before - leaving_.start : 0);
  if (leaving_.size == 0) verdict_ = RTSPNAT_DROP;
}

// Numbers behind an addition may leave only together with it or after it.
void Connection::PlanGrowth() {
  Direction& direction = Current();
  SeqMap& map = direction.map;
  HoldBackGrowth();
  if (verdict_ == RTSPNAT_DROP) return;
  while (map.Waits() && Before(map.WaitingPosition(0) - 1, leaving_.End())) {
    map.Settle();
    direction.edits.Forget(direction.acknowledged, map.Settled(0));
    growth_at_ = map.WaitingPosition(0) - 1;
    growth_ = static_cast<std::uint16_t>(growth_ + map.Leave());
    Note(RTSPNAT_NOTE_LENGTH_CHANGED);
  }
}

// Most segments leave as they came.
void Connection::PlanPassing() {
  const Direction& direction = Current();
  leaving_ = {seq_, length_};
  keep_ = length_;
  if (holds_ || direction.framer.LineSize() != 0 || !direction.map.Empty()) PlanOther();
  if (!direction.edits.Empty()) CountEdits();
}

void Connection::PlanOther() {
  Withhold();
  PlanParts();
  holds_ = Holds();
}

void Connection::CountEdits() {
  if (verdict_ != RTSPNAT_ACCEPT) return;
  edits_ = static_cast<std::uint8_t>(Current().edits.Count(leaving_.start, leaving_.size));
  if (edits_ != 0) Note(RTSPNAT_NOTE_EDITED);
}

void Connection::PlanParts() {
  const Direction& direction = Current();
  const Range line = direction.Line();
  if ((flags_ & RTSPNAT_RST) != 0) {
    if (length_ == 0 && direction.withholds && line.Precedes(seq_)) leaving_.start = line.start;
    return;
  }
  PlanPrefix();
  std::uint32_t stop = seq_ + length_;
  if (reading_ && !transparent_ && Before(direction.frontier, stop)) {
    stop = direction.frontier;
    Note(RTSPNAT_NOTE_TRIMMED);
  }
  if (direction.withholds && Before(line.start, stop)) stop = line.start;
  if (!Before(leaving_.start, stop)) return PlanEmpty(stop);
  leaving_.size = stop - leaving_.start;
  keep_ = Before(seq_, stop) ? stop - seq_ : 0;
  PlanSize();
  PlanGrowth();
}

// Acknowledgements of what precedes the bytes in custody stand for these too. The embedder's numbers have no addition
// that it was not told of.
std::uint32_t Connection::PlanAcknowledgement(const rtspnat_segment& segment) const {
  const Direction& other = directions_[1 - (segment.direction & 1)];
  const Range custody = other.in_custody ? other.Line() : other.custody;
  if ((segment.flags & RTSPNAT_ACK) == 0 || custody.size == 0) return segment.ack;
  const std::uint32_t acknowledged = other.map.Back(segment.ack);
  if (acknowledged - custody.start >= custody.size) return segment.ack;
  const bool maps_here = setup_.length_changes == RTSPNAT_ANY_LENGTH_CHANGE;
  return maps_here ? other.map.Forward(custody.End()) : other.map.ForwardLeft(custody.End());
}

bool Connection::Holds() const { return directions_[0].Holds() || directions_[1].Holds(); }

// True if nothing depends on this state any more, but for its mappings.
bool Connection::IsIdle() const {
  if (!transparent_ || Holds()) return false;
  if (!directions_[0].edits.Empty() || !directions_[1].edits.Empty()) return false;
  // Where the embedder's system adjusts numbers, it goes on without us.
  const bool moved = !directions_[0].map.Empty() || !directions_[1].map.Empty();
  return setup_.length_changes != RTSPNAT_ANY_LENGTH_CHANGE || !moved;
}

const std::uint8_t* Connection::Prefix() const {
  return probes_ ? &kLineFeed : Current().framer.Held().Slice(prefix_at_, rtsp::kLineBytes).Data();
}

std::uint32_t Connection::MapSequence(std::uint32_t direction, std::uint32_t sequence) const {
  return directions_[direction & 1].map.Forward(sequence);
}

std::uint32_t Connection::MapAcknowledgement(std::uint32_t direction, std::uint32_t acknowledgement) const {
  return directions_[direction & 1].map.Back(acknowledgement);
}

}  // namespace mangle
