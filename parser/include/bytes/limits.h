// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Every bound of the core, in one place. Beyond a bound bytes pass unmodified and the
/// event is counted; nothing is ever allocated, and what was begun is undone.
#include <cstdint>

namespace limits {

/// Longest header line (folds included, in bytes) that is interpreted, and the bytes of an unfinished line that are kept
/// per direction. A start line may be longer: LongStartLine keeps what is needed of it.
inline constexpr std::uint32_t kLineBytes = 1024;

/// Longest line of any kind, and the longest text among replies that is searched for a status line. A connection that has
/// more is no RTSP.
inline constexpr std::uint32_t kLongLineBytes = 0x1'0000;

/// Largest Content-Length that is believed; also keeps lengths clear of 2^31.
inline constexpr std::uint32_t kBodyBytes = 0x1000'0000;

/// Requests without a final response, per connection (RFC 7826 section 10.2 advises at
/// most 10). The oldest makes room for a newer one.
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

/// How often a Transport spec is read again for ports and addresses that it repeats; one that repeats more is not changed.
inline constexpr std::uint32_t kRepeats = 4;

/// Ports and addresses rewritten in one Transport line.
inline constexpr std::uint32_t kLineChanges = 12;

/// A packet that every path carries (RFC 791 section 3.1: what every host accepts). None is made longer than this or
/// the longest seen.
inline constexpr std::uint32_t kPacketBytes = 576;

/// IP and TCP header of a packet whose embedder does not say how long they are.
inline constexpr std::uint32_t kHeaderBytes = 64;

/// Bytes of Transport lines behind which a head's next Transport line is not read. Real clients write one or two lines. Each line
/// that a segment boundary cuts is withheld and may cost its sender a retransmission timeout: 60 KB of them cost 27 s.
inline constexpr std::uint32_t kTransportBytes = kLineBytes;

/// No TCP window is larger (RFC 7323 section 2.3): bytes further back have arrived.
inline constexpr std::uint32_t kMostWindow = 0x4000'0000;

/// Port proposals made for one head before it is given up.
inline constexpr std::uint32_t kPortProposals = 64;

/// Segments past the frontier that are dropped in a row before the connection turns
/// transparent.
inline constexpr std::uint32_t kOutOfOrderSegments = 64;

}  // namespace limits
