// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Which outside ports to try for a mapping, and in which order.
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

/// What is wanted of a range, or of one port.
struct PortRequest {
  PortRange inside;
  std::uint8_t count = 1;      ///< 1 to kPorts.
  std::uint8_t digits = 0;     ///< Digits that the text has room for; 0: it cannot be edited at all.
  bool same_only = false;      ///< Without NAT the ports cannot differ.
  bool any_same = false;       ///< The same ports will do, whatever they are.
  bool unlike_others = false;  ///< No port of another mapping of the connection will do.
  std::uint32_t seed = 0;
};

/// True if the ports inside may be mapped at all.
[[nodiscard]] inline bool AreAllowed(const PortRequest& request) {
  return request.inside.first >= kFirstPort && (request.count == 1 || request.inside.last >= kFirstPort);
}

/// True if the same ports may be used outside.
[[nodiscard]] inline bool MayStayTheSame(const PortRequest& request) {
  if (!AreAllowed(request)) return false;
  if (request.count == 1 || request.same_only || request.any_same) return true;
  return request.inside.first % 2 == 0 && request.inside.last - request.inside.first == request.count - 1;
}

/// Returns proposal number @p attempt (0 .. limits::kPortProposals - 1); none if there is none at this attempt.
///
/// Order: the same ports as inside, which need no edit; then neighbours with as many digits as the
/// text has; then scattered ones with as many; then with fewer, which are zero-padded (all 17 parsers
/// examined read that as decimal).
///
/// Laws (tests/unit/ports_test.cc):
///  1. Several ports follow each other, and the first is even, but for the same ports with same_only or any_same.
///  2. One port keeps the parity of the port inside (RFC 4787 REQ-4).
///  3. No port is below kFirstPort or has more digits than asked for, but for the same ports as inside.
///  4. With the ports inside below kFirstPort nothing is ever proposed.
[[nodiscard]] PortRange Propose(const PortRequest& request, std::uint32_t attempt);

/// True if an embedder may answer @p request with @p first: what laws 1 to 3 say.
[[nodiscard]] bool IsFit(const PortRequest& request, std::uint16_t first);

/// Most digits of a port in text (RFC 2326 section 12.39: port = 1*5DIGIT).
inline constexpr std::uint32_t kPortDigits = 5;

/// Returns how many decimal digits @p port has.
[[nodiscard]] constexpr std::uint8_t Digits(std::uint16_t port) {
  const int more = (port >= 10) + (port >= 100) + (port >= 1000) + (port >= 10000);
  return static_cast<std::uint8_t>(1 + more);
}

}  // namespace nat
