// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/tcp/sender.h"

#include <algorithm>

namespace rtsp::test {

std::string_view Sender::Bytes(Range range) const {
  const std::int64_t end = std::min(range.second, Size());
  if (range.first >= end) return {};
  return std::string_view(stream_).substr(static_cast<std::size_t>(range.first),
                                          static_cast<std::size_t>(end - range.first));
}

std::uint32_t Sender::OnTheirWay() const {
  std::uint32_t count = 0;
  for (const auto& [begin, flight] : flight_) count += flight.sacked || flight.lost ? 0 : 1;
  return count;
}

std::optional<Range> Sender::NextNew() const {
  const std::int64_t full = std::min(sent_ + options_.segment_bytes, Size());
  std::int64_t end = std::min(full, limit_);
  const bool fin = closed_ && end == Size();
  if (fin) ++end;
  if (end <= sent_) return {};
  const bool small = end - sent_ < options_.segment_bytes;
  // Nagle's rule (RFC 1122 section 4.2.3.4), and no silly windows; FIN does not wait.
  if (small && !fin && Waits() && (options_.nagle || end < full)) return {};
  return Range(sent_, end);
}

std::optional<Range> Sender::NextLost() {
  const auto lost = std::find_if(flight_.begin(), flight_.end(),
                                 [](const auto& item) { return item.second.lost && !item.second.sacked; });
  if (lost == flight_.end()) return {};
  // FIN takes no room.
  Range range(lost->first, std::min(lost->second.end, lost->first + options_.segment_bytes));
  if (range.second == Size() && lost->second.end > Size()) range.second = lost->second.end;
  if (!options_.recut) return range;
  // The size is anything from one byte to a whole segment, across the boundaries of old and new bytes.
  const std::int64_t most =
      std::min({range.first + options_.segment_bytes, Size(), std::max(limit_, range.second)});
  const std::uint32_t room = static_cast<std::uint32_t>(std::max<std::int64_t>(most - range.first, 0));
  const std::uint32_t roll = dice_.Roll(room + 1);
  if (roll != 0) range.second = range.first + roll;
  return range;
}

void Sender::Record(Range range, Time now) {
  const bool again = range.first < sent_;
  // The new segment replaces old ones at these places. A part of an old one behind its end stays.
  auto old = flight_.lower_bound(range.first);
  while (old != flight_.end() && old->first < range.second) {
    if (old->second.end > range.second) flight_.emplace(range.second, old->second);
    old = flight_.erase(old);
  }
  flight_.emplace(range.first, Flight{range.second, now, again});
  sent_ = std::max(sent_, range.second);
}

std::optional<Range> Sender::Next(Time now) {
  if (OnTheirWay() >= window_) return {};
  std::optional<Range> range = NextLost();
  if (!range) range = NextNew();
  if (range) Record(*range, now);
  return range;
}

std::optional<Time> Sender::Advance(std::int64_t upto, Time now) {
  std::optional<Time> took;
  while (!flight_.empty() && flight_.begin()->first < upto) {
    auto first = flight_.extract(flight_.begin());
    // Karn: a segment that was sent twice says nothing about the round trip time.
    if (!first.mapped().again) took = now - first.mapped().sent;
    if (first.mapped().end <= upto) continue;
    first.key() = upto;
    flight_.insert(std::move(first));
    break;
  }
  acknowledged_ = upto;
  duplicates_ = 0;
  if (window_ < threshold_) {
    ++window_;
  } else if (++acknowledged_in_window_ >= window_) {
    acknowledged_in_window_ = 0;
    ++window_;
  }
  return took;
}

void Sender::LoseBelow(std::int64_t offset) {
  for (auto& [begin, flight] : flight_) {
    if (flight.end <= offset && !flight.sacked && !flight.again) flight.lost = true;
  }
}

void Sender::LoseFirst() {
  if (flight_.empty()) return;
  Flight& first = flight_.begin()->second;
  if (!first.sacked && first.sent <= recovering_since_) first.lost = true;
}

void Sender::NoteSack(const std::vector<Range>& blocks) {
  for (const Range& block : blocks) {
    complaints_.Check(std::max(block.first, block.second) <= sent_,
                      "the other end reports (SACK) what was never sent");
    // A block within added bytes becomes empty. netfilter's seqadj, which knows only two offsets, may even map its end before its
    // beginning. Linux ignores both.
    if (block.second <= acknowledged_ || block.first >= block.second) continue;
    for (auto& [begin, flight] : flight_) {
      if (begin >= block.first && flight.end <= block.second) flight.sacked = true;
    }
    highest_sack_ = std::max(highest_sack_, block.second);
  }
}

void Sender::EnterRecovery(Time now) {
  recovering_since_ = now;
  recover_ = sent_;
  threshold_ = std::max(OnTheirWay() / 2, 2U);
  window_ = threshold_;
  LoseFirst();
  LoseBelow(highest_sack_);
}

std::optional<Time> Sender::Take(const Acknowledgement& acknowledgement, Time now) {
  constexpr std::uint32_t kDuplicates = 3;
  const std::int64_t upto = acknowledgement.upto;
  complaints_.Check(upto <= sent_, "the other end acknowledges what was never sent");
  if (upto > sent_ || upto < acknowledged_) return {};
  NoteSack(acknowledgement.sack);
  const std::int64_t limit = upto + acknowledgement.window;
  if (upto > acknowledged_) {
    const bool recovering = acknowledged_ < recover_;
    const std::optional<Time> took = Advance(upto, now);
    limit_ = limit;
    if (recovering && upto < recover_) {
      LoseFirst();
      LoseBelow(highest_sack_);
    }
    return took;
  }
  const bool window_only = limit > limit_;
  limit_ = std::max(limit_, limit);
  if (!Waits() || acknowledgement.carries_data || window_only) return {};
  if (++duplicates_ == kDuplicates && acknowledged_ >= recover_) EnterRecovery(now);
  return {};
}

void Sender::Shrink(std::uint32_t bytes) {
  if (bytes >= options_.segment_bytes) return;
  options_.segment_bytes = bytes;
  for (auto& [begin, flight] : flight_) {
    if (std::min(flight.end, Size()) - begin > bytes) flight.lost = true;
  }
}

void Sender::TimeOut(Time now) {
  recovering_since_ = now;
  threshold_ = std::max(OnTheirWay() / 2, 2U);
  window_ = 1;
  recover_ = sent_;
  duplicates_ = 0;
  for (auto& [begin, flight] : flight_) flight.lost = !flight.sacked;
  // A receiver that reported the first one and did not acknowledge it has thrown it away (RFC 2018 section 8).
  if (!flight_.empty()) flight_.begin()->second.sacked = false;
  LoseFirst();
}

}  // namespace rtsp::test
