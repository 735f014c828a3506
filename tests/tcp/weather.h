// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Losses and delays that depend on the packet alone, and not on the order of packets. In two sessions that differ in other packets, the same
/// bytes meet the same losses, so that a test can compare the sessions.
#include <cstdint>
#include <optional>

#include "tests/tcp/clock.h"
#include "tests/tcp/packet.h"

namespace rtsp::test {

/// Only a packet whose bytes are sent for the first time can be lost or late. A retransmission always arrives, so that a loss costs one
/// retransmission timeout and never two.
class Weather {
 public:
  /// Nothing happens.
  Weather() = default;

  /// Of a thousand packets on each leg, @p lost are lost and @p late are late.
  Weather(std::uint32_t seed, std::uint32_t lost, std::uint32_t late)
      : seed_(seed), lost_(lost), late_(late) {}

  [[nodiscard]] bool Calm() const { return lost_ + late_ == 0; }

  /// Returns the delay of @p packet on leg @p leg, or nothing if it is lost.
  [[nodiscard]] std::optional<Time> DelayOf(unsigned leg, const TcpPacket& packet) const {
    constexpr std::uint64_t kThousand = 1000;
    constexpr std::uint64_t kLatest = 64;
    if (packet.first_sent_at < 0) return Time::zero();
    const std::uint64_t way = std::uint64_t{leg} * 2 + (packet.direction == RTSPNAT_REPLY ? 1 : 0);
    const std::uint64_t number =
        Mix(Mix(Mix(seed_) + way) + static_cast<std::uint64_t>(packet.first_sent_at));
    const std::uint64_t roll = number % kThousand;
    if (roll < lost_) return {};
    if (roll >= lost_ + late_) return Time::zero();
    return 1ms * static_cast<std::int64_t>(1 + (number >> 32U) % kLatest);
  }

 private:
  // SplitMix64 (Steele, Lea, Flood 2014): consecutive inputs give unrelated outputs.
  static std::uint64_t Mix(std::uint64_t number) {
    number += 0x9e3779b97f4a7c15U;
    number = (number ^ number >> 30U) * 0xbf58476d1ce4e5b9U;
    number = (number ^ number >> 27U) * 0x94d049bb133111ebU;
    return number ^ number >> 31U;
  }

  std::uint32_t seed_ = 0;
  std::uint32_t lost_ = 0;
  std::uint32_t late_ = 0;
};

}  // namespace rtsp::test
