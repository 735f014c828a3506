// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Gigabytes of bytes, for laws about sequence numbers that wrap. They pass while both ends are idle, and no stream of the
/// tests stores them.
#include <cstdint>

#include "rtspnat.h"

namespace rtsp::test {

struct Bulk {
  rtspnat_direction direction = RTSPNAT_REPLY;
  std::uint64_t bytes = 0;  ///< 4 or more, or 0 for none.
  /// True if each segment of up to 64 KiB is one `$` frame. Otherwise the bytes are a body, whose Content-Length was sent
  /// before.
  bool in_frames = true;
};

}  // namespace rtsp::test
