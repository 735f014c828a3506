// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// TCP sequence numbers, compared modulo 2^32 (RFC 9293 section 3.4).
#include <cstdint>

namespace stream {

/// Returns how far @p a is past @p b; negative if it is before it.
constexpr std::int32_t Distance(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(a - b); }

/// True if @p a is before @p b.
constexpr bool Before(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(a - b) < 0; }

/// A run of a stream, at sequence numbers.
struct Range {
  std::uint32_t start = 0;
  std::uint32_t size = 0;

  [[nodiscard]] constexpr bool Empty() const { return size == 0; }
  [[nodiscard]] constexpr std::uint32_t End() const { return start + size; }

  /// True for the numbers behind the start up to the end: a segment that begins there lacks bytes of the range.
  [[nodiscard]] constexpr bool Precedes(std::uint32_t sequence) const {
    return size != 0 && sequence - start - 1 < size;
  }
};

}  // namespace stream
