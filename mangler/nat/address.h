// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// IP addresses in text.
#include "bytes/text.h"
#include "rtspnat.h"

namespace nat {

/// Reads an IPv4 address (four decimal parts) or an IPv6 address (RFC 4291 section 2.2, without a zone and
/// without dotted parts). The family is 0 for everything else, host names too.
[[nodiscard]] rtspnat_address ReadAddress(bytes::Cursor text);

/// Most bytes of an address as text.
inline constexpr std::uint32_t kAddressBytes = 39;

/// Writes @p address as text: dotted, or lower case hexadecimal with the longest run of zeros left out (RFC 5952
/// section 4). Returns the bytes written; 0 for family 0.
[[nodiscard]] std::uint32_t WriteAddress(const rtspnat_address& address, std::uint8_t (&text)[kAddressBytes]);

/// True if both are the same address; never for family 0.
[[nodiscard]] bool IsSame(const rtspnat_address& a, const rtspnat_address& b);

}  // namespace nat
