// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// A TCP packet of the tests, with the fields that matter to a middlebox and nothing of the layers below.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "rtspnat.h"

namespace rtsp::test {

/// One packet. Its numbers are those on the wire at the place where the packet is.
struct TcpPacket {
  rtspnat_direction direction = RTSPNAT_ORIGINAL;
  std::uint32_t seq = 0;
  std::uint32_t ack = 0;
  bool syn = false;
  bool fin = false;
  bool rst = false;
  bool has_ack = false;
  bool psh = false;
  bool urg = false;
  std::uint16_t urgent = 0;  ///< The urgent pointer: the byte in front of seq + urgent is urgent.
  /// The offset of its bytes in the sender's stream if they are sent for the first time; else -1.
  std::int64_t first_sent_at = -1;
  std::uint32_t window = 0;  ///< In bytes, already scaled.
  std::uint16_t segment_size =
      0;  ///< The size of a segment in an aggregate (gso_size); 0 if this is one segment.
  std::vector<std::pair<std::uint32_t, std::uint32_t>>
      sack;  ///< Blocks: first number, and one past the last.
  bool has_timestamp = false;
  std::uint32_t timestamp = 0;
  std::uint32_t timestamp_echo = 0;
  std::string payload;
};

}  // namespace rtsp::test
