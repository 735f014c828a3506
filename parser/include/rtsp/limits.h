// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Every bound of the core, in one place. Beyond a bound bytes pass unmodified and the
/// event is counted; nothing is ever allocated, evicted or cut short.
#include <cstdint>

namespace rtsp {

/// Longest start line or interesting header line (folds included, in bytes) that is interpreted,
/// and the bytes of an unfinished line that are kept per direction.
inline constexpr std::uint32_t kLineBytes = 1024;

/// Longest header line of any name; a longer one means that this is not RTSP. FFmpeg and GStreamer stop at
/// 4096 as well.
inline constexpr std::uint32_t kHeaderLineBytes = 4096;

/// Largest Content-Length that is believed; also keeps lengths clear of 2^31.
inline constexpr std::uint32_t kBodyBytes = 0x1000'0000;

/// Requests without a final response, per connection (RFC 7826 section 10.2 advises at
/// most 10).
inline constexpr std::uint32_t kPendingRequests = 16;

/// Port mappings per connection.
inline constexpr std::uint32_t kMappings = 16;

/// Ports of one mapping: RTP, RTCP, and retransmission with its RTCP.
inline constexpr std::uint32_t kPorts = 4;

/// Streams that were set up, per connection.
inline constexpr std::uint32_t kStreams = 16;

/// Seconds that a session lives without a sign of life: if the server says nothing else (RFC 2326 section 12.37), or
/// less; and the most that it is believed.
inline constexpr std::uint16_t kSessionSeconds = 60;
inline constexpr std::uint16_t kMostSessionSeconds = 3600;

/// Edits remembered per direction, so that a retransmission gets the same bytes again.
inline constexpr std::uint32_t kEdits = 16;

/// Additions to a stream remembered per direction until they are acknowledged.
inline constexpr std::uint32_t kLengthChanges = 8;

/// Ports and addresses rewritten in one Transport line.
inline constexpr std::uint32_t kLineChanges = 12;

/// A packet that every path carries (RFC 791 section 3.1: what every host accepts). None is made longer than this or
/// the longest seen.
inline constexpr std::uint32_t kPacketBytes = 576;

/// IP and TCP header of a packet whose embedder does not say how long they are.
inline constexpr std::uint32_t kHeaderBytes = 64;

/// Port proposals made for one mapping before it is given up.
inline constexpr std::uint32_t kPortProposals = 64;

/// Segments past the frontier that are dropped in a row before the connection turns
/// transparent.
inline constexpr std::uint32_t kOutOfOrderSegments = 64;

}  // namespace rtsp
