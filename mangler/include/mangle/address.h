// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// IP addresses in text.
#include "rtsp/bytes.h"
#include "rtspnat.h"

namespace mangle {

/// Reads an IPv4 address (four decimal parts) or an IPv6 address (RFC 4291 section 2.2, without a zone and
/// without dotted parts). The family is 0 for everything else, host names too.
[[nodiscard]] rtspnat_address ReadAddress(rtsp::Cursor text);

/// True if both are the same address; never for family 0.
[[nodiscard]] bool IsSame(const rtspnat_address& a, const rtspnat_address& b);

}  // namespace mangle
