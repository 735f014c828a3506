// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/tcp/receiver.h"

#include <algorithm>
#include <ranges>

namespace rtsp::test {

std::uint32_t Receiver::Window() const {
  const std::int64_t free = read_ + options_.buffer_bytes;
  // The right edge of the window never moves back.
  return static_cast<std::uint32_t>(std::max(free, promised_) - InOrder());
}

void Receiver::NoteAcknowledged() {
  acknowledged_ = next_;
  promised_ = std::max(promised_, InOrder() + Window());
}

void Receiver::Store(std::int64_t begin, std::string_view bytes) {
  const auto first = static_cast<std::size_t>(begin);
  if (bytes_.size() < first) {
    bytes_.resize(first);
    has_.resize(first, kMissing);
  }
  const std::size_t known = std::min(bytes.size(), bytes_.size() - first);
  for (std::size_t i = 0; i < known; ++i) {
    const std::size_t at = first + i;
    if (has_[at] == kMissing) {
      has_[at] = kHere;
      bytes_[at] = bytes[i];
    } else if (static_cast<std::int64_t>(at) >= acknowledged_) {
      complaints_.Check(bytes_[at] == bytes[i], "L2: a byte differs from one that was accepted before");
    }
  }
  // Most segments begin where the stream ends, and spec_cuts sends millions of them.
  bytes_.append(bytes.substr(known));
  has_.append(bytes.size() - known, kHere);
}

bool Receiver::Take(std::int64_t begin, std::string_view bytes, bool fin) {
  std::int64_t end = begin + static_cast<std::int64_t>(bytes.size());
  if (bytes.empty() && !fin) return false;
  complaints_.Check(end <= promised_ + options_.may_overshoot,
                    "L2: data beyond what was promised to the sender");
  complaints_.Check(fin_at_ < 0 || end <= fin_at_, "L2: data behind the end of the stream");
  const std::int64_t before = next_;
  if (end > promised_) {
    bytes = bytes.substr(0, static_cast<std::size_t>(std::max<std::int64_t>(promised_ - begin, 0)));
    end = begin + static_cast<std::int64_t>(bytes.size());
    fin = false;
  }
  if (begin < 0) {  // Some keep-alive probes repeat the place of SYN.
    bytes.remove_prefix(std::min(bytes.size(), static_cast<std::size_t>(-begin)));
    begin = 0;
  }
  if (fin) {
    complaints_.Check(fin_at_ < 0 || fin_at_ == end, "L2: FIN at two places");
    fin_at_ = end;
  }
  if (begin < before && !bytes.empty()) twice_ = {begin, std::min(end, before)};
  Store(begin, bytes);
  newest_ = begin;
  const std::size_t gap = has_.find(kMissing, static_cast<std::size_t>(InOrder()));
  next_ += static_cast<std::int64_t>(std::min(gap, has_.size())) - InOrder();
  if (!finished_ && next_ == fin_at_) {
    finished_ = true;
    ++next_;
  }
  const bool in_order = begin <= before && next_ > before;
  const bool holes = static_cast<std::size_t>(InOrder()) < has_.size();
  return !in_order || holes || fin || begin < before;
}

std::string Receiver::Read() const {
  std::string text(Stream());
  for (const std::int64_t at : std::views::reverse(urgent_)) {
    if (at >= 0 && at < static_cast<std::int64_t>(text.size())) text.erase(static_cast<std::size_t>(at), 1);
  }
  return text;
}

std::vector<Range> Receiver::TakeSack(std::size_t most) {
  std::vector<Range> blocks;
  if (!options_.reports_sack) return blocks;
  std::vector<Range> islands;
  const auto size = static_cast<std::int64_t>(has_.size());
  for (std::int64_t i = InOrder(); i < size; ++i) {
    if (has_[static_cast<std::size_t>(i)] == kMissing) continue;
    if (islands.empty() || islands.back().second != i) islands.emplace_back(i, i);
    islands.back().second = i + 1;
  }
  std::reverse(islands.begin(), islands.end());
  const auto newest = std::find_if(islands.begin(), islands.end(), [this](const Range& island) {
    return island.first <= newest_ && newest_ < island.second;
  });
  if (newest != islands.end()) std::rotate(islands.begin(), newest, newest + 1);
  if (twice_.first < twice_.second) blocks.push_back(twice_);
  twice_ = {0, 0};
  for (const Range& island : islands) {
    if (blocks.size() < most) blocks.push_back(island);
  }
  return blocks;
}

}  // namespace rtsp::test
