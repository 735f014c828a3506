// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// TCP sequence numbers, compared modulo 2^32 (RFC 9293 section 3.4).
#include <cstdint>

namespace mangle {

/// Returns how far @p a is past @p b; negative if it is before it.
constexpr std::int32_t Distance(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(a - b); }

/// True if @p a is before @p b.
constexpr bool Before(std::uint32_t a, std::uint32_t b) { return Distance(a, b) < 0; }

}  // namespace mangle
