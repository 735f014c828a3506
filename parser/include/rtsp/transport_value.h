// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Values of Transport parameters: numbers and addresses; for transport.re only.
#include <cstdint>

#include "rtsp/transport.h"

namespace rtsp {

inline constexpr std::uint32_t kMaxPort = 65535;
inline constexpr std::uint32_t kMaxChannel = 255;

/// True where a value ends: at a separator, or at the end.
[[nodiscard]] constexpr bool AtValueEnd(const Cursor& in) {
  return in.AtEnd() || in.Peek() == ';' || in.Peek() == ',';
}

/// Reads one number or two up to @p maximum, and the white space behind each. Returns false, with any @p ports, if there is no number or
/// something stands behind. A comma separates numbers only where a whole number follows: otherwise it begins the next spec. A
/// second port that is 0 or missing is none: `5000-0` and `5000-` are port 5000 alone.
[[nodiscard]] bool ReadNumbers(Cursor& in, std::uint32_t maximum, Ports& ports);

/// Reads `"addr" / "addr" ...` (RFC 7826 section 18.54) and moves to where the reading ended; of more than two addresses the first two
/// are given. Returns what is wrong: kSpecBadAddress, kSpecMoreAddresses.
[[nodiscard]] std::uint16_t ReadAddresses(Cursor& in, Address (&addresses)[2], std::uint8_t& count);

}  // namespace rtsp
