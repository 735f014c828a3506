// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Ports of a mapping.
#include <cstdint>

#include "bytes/limits.h"

namespace nat {

/// Ports below are neither mapped nor given out (RFC 4787 REQ-3: the classes do not mix, and no
/// stream needs a system port).
inline constexpr std::uint16_t kFirstPort = 1024;

/// Ports of a mapping: one, two of any kind, or more that follow each other.
struct PortRange {
  std::uint16_t first = 0;  ///< 0: there are none.
  std::uint16_t last = 0;   ///< Of one port: that port, or 0.

  /// Returns port @p index of @p count.
  [[nodiscard]] constexpr std::uint16_t At(std::uint32_t index, std::uint32_t count) const {
    return index != 0 && index + 1 == count ? last : static_cast<std::uint16_t>(first + index);
  }

  /// True if @p port, not 0, is one of the @p count ports.
  [[nodiscard]] constexpr bool Has(std::uint16_t port, std::uint32_t count) const {
    return port == first || port == last || (count > 2 && port > first && port < last);
  }

  constexpr bool operator==(const PortRange&) const = default;
};

/// Returns @p count ports that follow each other from @p first on, which is not 0.
[[nodiscard]] constexpr PortRange RangeFrom(std::uint16_t first, std::uint32_t count) {
  return {first, count > 1 ? static_cast<std::uint16_t>(first + count - 1) : std::uint16_t{0}};
}

/// Ports of a mapping that media uses are a set: bit i stands for port i. With them goes the set of those that it uses
/// if RTCP-mux was offered and is not taken (RFC 7826 section 18.54), kPorts bits further up.
inline constexpr std::uint8_t kAllPorts = (1U << limits::kPorts) - 1;
static_assert(2 * limits::kPorts <= 8);

/// Returns @p open, of which RTCP-mux makes one port only, as a pair of sets.
[[nodiscard]] constexpr std::uint8_t WithMux(std::uint8_t open) {
  return static_cast<std::uint8_t>(1U | static_cast<unsigned>(open) << limits::kPorts);
}

/// Returns the pair of sets for a peer that does not take RTCP-mux.
[[nodiscard]] constexpr std::uint8_t WithoutMux(std::uint8_t open) {
  return static_cast<std::uint8_t>(open | open >> limits::kPorts);
}

/// Most digits of a port in text (RFC 2326 section 12.39: port = 1*5DIGIT).
inline constexpr std::uint32_t kPortDigits = 5;

/// Returns how many decimal digits @p port has.
[[nodiscard]] constexpr std::uint8_t Digits(std::uint16_t port) {
  const int more = (port >= 10) + (port >= 100) + (port >= 1000) + (port >= 10000);
  return static_cast<std::uint8_t>(1 + more);
}

}  // namespace nat
