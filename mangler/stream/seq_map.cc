// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/stream/seq_map.h"

#include "mangler/stream/sequence.h"

namespace stream {

bool SeqMap::Add(std::uint32_t position, std::uint32_t growth) {
  if (!HasRoom() || growth > kMostGrowth) return false;
  position_[size_] = position;
  growth_[size_++] = static_cast<std::uint8_t>(growth);
  return true;
}

std::uint32_t SeqMap::Forward(std::uint32_t sequence, std::uint32_t additions) const {
  std::uint32_t added = base_;
  for (std::uint32_t i = 0; i < additions && !Before(sequence, position_[i]); ++i) added += growth_[i];
  return sequence + added;
}

std::uint32_t SeqMap::Forward(std::uint32_t sequence) const { return Forward(sequence, size_); }

std::uint32_t SeqMap::ForwardSent(std::uint32_t sequence) const { return Forward(sequence, sent_); }

std::uint32_t SeqMap::Back(std::uint32_t sequence) const {
  std::uint32_t added = base_;
  for (std::uint32_t i = 0; i < size_; ++i) {
    const std::uint32_t position = position_[i] + added;
    if (Before(sequence, position)) break;
    if (Before(sequence, position + growth_[i])) return position_[i] - 1;
    added += growth_[i];
  }
  return sequence - added;
}

void SeqMap::Acknowledge(std::uint32_t acknowledged) {
  while (arrived_ < sent_ && !Before(acknowledged, position_[arrived_])) ++arrived_;
}

void SeqMap::Settle() {
  const std::uint32_t gone = arrived_;
  if (gone == 0) return;
  for (std::uint32_t i = 0; i < gone; ++i) base_ += growth_[i];
  for (std::uint32_t i = gone; i < size_; ++i) {
    position_[i - gone] = position_[i];
    growth_[i - gone] = growth_[i];
  }
  size_ = static_cast<std::uint8_t>(size_ - gone);
  sent_ = static_cast<std::uint8_t>(sent_ - gone);
  arrived_ = 0;
}

}  // namespace stream
