// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Which outside ports to try for a mapping, and in which order.
#include <cstdint>

namespace mangle {

/// Ports below are neither mapped nor given out (RFC 4787 REQ-3: the classes do not mix, and no
/// stream needs a system port).
inline constexpr std::uint16_t kFirstPort = 1024;

/// What is wanted of a pair, or of one port.
struct PortRequest {
  std::uint16_t inside[2] = {};
  std::uint8_t count = 1;   ///< 1 or 2.
  std::uint8_t digits = 0;  ///< Digits that the text has room for; 0: it cannot be edited at all.
  bool same_only = false;   ///< Without NAT the ports cannot differ.
  std::uint32_t seed = 0;
};

/// A proposal; first is 0 if there is none at this attempt.
struct PortProposal {
  std::uint16_t first = 0;
  std::uint16_t second = 0;  ///< 0 if one port is wanted.
};

/// Returns proposal number @p attempt (0 .. rtsp::kPortProposals - 1).
///
/// Order: the same ports as inside, which need no edit; then neighbours with as many digits as the
/// text has; then scattered ones with as many; then with fewer, which are zero-padded (all 17 parsers
/// examined read that as decimal).
///
/// Laws (tests/ports_test.cc):
///  1. A pair is adjacent, and even first, unless same_only.
///  2. One port keeps the parity of the port inside (RFC 4787 REQ-4).
///  3. No port is below kFirstPort or has more digits than asked for, but for the same ports as inside.
///  4. With the ports inside below kFirstPort nothing is ever proposed.
[[nodiscard]] PortProposal Propose(const PortRequest& request, std::uint32_t attempt);

/// True if an embedder may answer @p request with @p first: what laws 1 to 3 say.
[[nodiscard]] bool IsFit(const PortRequest& request, std::uint16_t first);

/// Returns how many decimal digits @p port has.
[[nodiscard]] std::uint8_t Digits(std::uint16_t port);

}  // namespace mangle
