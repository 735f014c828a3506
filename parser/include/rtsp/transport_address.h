// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The addresses of dest_addr and src_addr (RFC 7826 section 18.54); for transport.cc only.
#include <cstdint>

#include "rtsp/transport.h"

namespace rtsp {

/// Reads `"addr" / "addr" ...` at the cursor and returns where the reading ended; of more than two addresses the first two
/// are given. Adds what is wrong to @p flags: kSpecBadAddress, kSpecMoreAddresses.
[[nodiscard]] Cursor ReadAddresses(Cursor in, Address (&addresses)[2], std::uint8_t& count,
                                   std::uint16_t& flags);

}  // namespace rtsp
