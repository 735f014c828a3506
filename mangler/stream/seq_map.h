// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Sequence numbers of one direction, where edits have made its stream longer.
///
/// The sender's numbers and those that leave differ by what has been added before them. Several additions may
/// be on their way; what is acknowledged can be summed up and forgotten. A stream only ever grows: what an edit saves
/// is refilled with blanks (docs/decisions/0002).
///
/// An acknowledgement that has passed here may yet be lost, and its receiver then sends again from before an addition, with
/// new bytes behind. So an addition is settled, that is taken as having been there from the start, at one moment for
/// numbers and text: its edit is not made any more. Where the numbers are Linux's, that moment is when the next
/// addition leaves.
#include <cstdint>

#include "bytes/limits.h"

namespace stream {

/// Most bytes of one addition.
inline constexpr std::uint32_t kMostGrowth = 255;

/// The additions of one direction.
///
/// Laws (tests/unit/seq_map_test.cc):
///  1. Forward() is strictly monotone: numbers keep their order, no two become one.
///  2. Back(Forward(x)) == x, for every x from the last acknowledged on.
///  3. Back() is monotone. A number inside added bytes gives the byte that they belong to, so that their sender
///     sends that byte again.
///  4. Settle() changes no Forward() of a number from the acknowledged one on.
///  5. ForwardSent() is what Forward() was before the additions that wait were made.
class SeqMap {
 public:
  /// True if one more addition can be remembered.
  [[nodiscard]] bool HasRoom() const { return size_ < limits::kLengthChanges; }

  /// True if there is no addition, nor ever was one.
  [[nodiscard]] bool Empty() const { return size_ == 0 && base_ == 0; }

  /// Adds @p growth bytes (at most kMostGrowth) in front of number @p position, which lies behind all additions
  /// before. Returns false if there is no room.
  [[nodiscard]] bool Add(std::uint32_t position, std::uint32_t growth);

  /// Returns the number that leaves for @p sequence of the sender.
  [[nodiscard]] std::uint32_t Forward(std::uint32_t sequence) const;

  /// The same, but without the additions that still wait: what an embedder makes of it that is told of each as it leaves.
  [[nodiscard]] std::uint32_t ForwardSent(std::uint32_t sequence) const;

  /// Returns the sender's number for @p sequence of those that leave.
  [[nodiscard]] std::uint32_t Back(std::uint32_t sequence) const;

  /// Notes that all before @p acknowledged has arrived, in the sender's numbers.
  void Acknowledge(std::uint32_t acknowledged);

  /// Sums up the additions that have arrived.
  void Settle();

  /// Returns the number before which all additions are settled; @p none if there is no other.
  [[nodiscard]] std::uint32_t Settled(std::uint32_t none) const { return size_ != 0 ? position_[0] : none; }

  /// True if an addition was sent and is not acknowledged yet.
  [[nodiscard]] bool IsOnItsWay() const { return sent_ != arrived_; }

  /// Returns how many additions wait to be sent.
  [[nodiscard]] std::uint32_t Waiting() const { return size_ - std::uint32_t{sent_}; }

  /// True if one does.
  [[nodiscard]] bool Waits() const { return sent_ < size_; }

  /// Returns the number in front of which addition @p index (below Waiting()) of those that wait will stand.
  [[nodiscard]] std::uint32_t WaitingPosition(std::uint32_t index) const { return position_[sent_ + index]; }

  /// Notes that the first addition that waits is sent, and returns its bytes.
  std::uint8_t Send() { return growth_[sent_++]; }

 private:
  [[nodiscard]] std::uint32_t Forward(std::uint32_t sequence, std::uint32_t additions) const;

  std::uint32_t base_ = 0;  // Added before all that follow.
  std::uint8_t size_ = 0;
  std::uint8_t sent_ = 0;     // Of the additions, these many were sent,
  std::uint8_t arrived_ = 0;  // and these many are acknowledged.
  std::uint8_t growth_[limits::kLengthChanges] = {};
  std::uint32_t position_[limits::kLengthChanges] = {};
};

}  // namespace stream
