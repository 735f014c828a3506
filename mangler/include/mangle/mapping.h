// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Port mappings, streams that use them, and unanswered requests: three small tables of fixed size.
#include <cstdint>

#include "mangle/ports.h"
#include "rtsp/limits.h"
#include "rtsp/start_line.h"

namespace mangle {

/// A set of mappings; bit i stands for mapping i.
using MappingSet = std::uint16_t;
static_assert(rtsp::kMappings <= 16);
inline constexpr MappingSet kAllMappings = 0xffff;

/// Returns the set of one mapping.
constexpr MappingSet SetOf(std::uint32_t index) {
  return static_cast<MappingSet>(1U << index % rtsp::kMappings);
}

/// Removes the first mapping from @p set, which is not empty, and returns its index.
constexpr std::uint32_t Pop(MappingSet& set) {
  const auto index = static_cast<std::uint32_t>(__builtin_ctz(set)) % rtsp::kMappings;
  set = static_cast<MappingSet>(set & (set - 1U));
  return index;
}

enum class MappingState : std::uint8_t {
  kFree = 0,
  kAsking,    ///< Ports are being asked for.
  kReserved,  ///< Held at the embedder; no media may pass.
  kLive,      ///< Media may pass.
};

/// Inside ports, the ports outside that stand for them, and the same for the peer.
struct Mapping {
  MappingState state = MappingState::kFree;
  std::uint8_t count = 0;  ///< Ports: 1 to kPorts.
  std::uint8_t open = 0;   ///< Bit i: media may pass port i, once live.
  std::uint8_t holders =
      0;  ///< Streams and SETUPs that use it (RFC 2326 allows one pair for all streams, R85).
  std::uint8_t peers = 0;  ///< Ports of the peer that are known: 0 to kPorts.
  bool tcp = false;        ///< Else UDP.
  PortRange inside;        ///< None: the opener connects to a peer that listens.
  PortRange outside;
  PortRange peer;       ///< The peer's own ports.
  PortRange published;  ///< What the opener is told of them; none if they are not published.
};

/// The mappings of a connection.
class MappingTable {
 public:
  [[nodiscard]] Mapping& operator[](std::uint32_t index) { return mappings_[index]; }
  [[nodiscard]] const Mapping& operator[](std::uint32_t index) const { return mappings_[index]; }

  /// Returns the index of the mapping in use whose first inside port is @p port, not 0; kMappings if none.
  [[nodiscard]] std::uint32_t FindInside(std::uint16_t port, bool tcp) const;

  /// Returns the index of the mapping in use whose first outside port is @p port, not 0; kMappings if none.
  [[nodiscard]] std::uint32_t FindOutside(std::uint16_t port, bool tcp) const;

  /// Returns the index of a free mapping; kMappings if none.
  [[nodiscard]] std::uint32_t FindFree() const;

  /// True if a mapping in use has one of the @p count ports of @p range outside.
  [[nodiscard]] bool UsesOutside(PortRange range, std::uint32_t count, bool tcp) const;

  /// Returns all mappings that are reserved or live.
  [[nodiscard]] MappingSet Held() const { return held_; }

  /// Marks a mapping that is being asked for as reserved.
  void Reserve(std::uint32_t index);

  /// Frees a mapping in any state.
  void Free(std::uint32_t index);

  /// Returns those that are live.
  [[nodiscard]] MappingSet Live() const;

 private:
  MappingSet held_ = 0;
  Mapping mappings_[rtsp::kMappings];
};

/// The streams that were set up: each holds one mapping, and a mapping may be held by several.
///
/// Sessions and URIs are hashes, of which 28 bits of the URI are compared. 0 stands for any when asking.
class StreamTable {
 public:
  /// Notes that the stream @p uri of @p session uses mapping @p index. Returns false if the table is full.
  [[nodiscard]] bool Add(std::uint32_t session, std::uint32_t uri, std::uint32_t index);

  /// True if it does.
  [[nodiscard]] bool Has(std::uint32_t session, std::uint32_t uri, std::uint32_t index) const;

  /// Takes one stream that fits and whose mapping is not in @p kept, and returns its mapping; kMappings if there
  /// is none.
  [[nodiscard]] std::uint32_t Take(std::uint32_t session, std::uint32_t uri, MappingSet kept);

  /// Takes all streams of mapping @p index.
  void Forget(std::uint32_t index);

 private:
  struct Stream {
    std::uint32_t session = 0;
    std::uint32_t uri : 28 = 0;
    std::uint32_t mapping : 4 = 0;
  };
  static_assert(rtsp::kMappings <= 16);

  [[nodiscard]] bool Fits(std::uint32_t at, std::uint32_t session, std::uint32_t uri) const;

  std::uint32_t used_ = 0;  // Bit i: entry i.
  Stream streams_[rtsp::kStreams];
  static_assert(rtsp::kStreams < 32);
};

/// A request whose response matters.
struct Pending {
  rtsp::Method method = rtsp::Method::kOther;  ///< kOther: there is no request.
  MappingSet mappings = 0;                     ///< SETUP: each is held once on its account.
  std::uint32_t cseq = 0;
  std::uint32_t session = 0;  ///< Hash; 0 if the request names none.
  std::uint32_t uri = 0;      ///< Hash.
};

/// The unanswered SETUPs and TEARDOWNs of a connection.
class PendingTable {
 public:
  /// True if Add() would fail.
  [[nodiscard]] bool Full() const { return used_ == (1U << rtsp::kPendingRequests) - 1; }

  /// Stores @p request. Returns false if the table is full.
  [[nodiscard]] bool Add(const Pending& request);

  /// Removes and returns the request numbered @p cseq; method kOther if there is none.
  [[nodiscard]] Pending Take(std::uint32_t cseq);

  /// Removes and returns a TEARDOWN; method kOther if there is none.
  [[nodiscard]] Pending TakeTeardown();

  /// Returns the request numbered @p cseq, nullptr if there is none. Valid until the next change.
  [[nodiscard]] Pending* Find(std::uint32_t cseq);

  /// Takes all mappings that are not in @p kept off the requests.
  void Keep(MappingSet kept);

  /// True if a SETUP waits for an answer.
  [[nodiscard]] bool WaitsForSetup() const;

  /// Returns the mappings of all SETUPs that wait for an answer.
  [[nodiscard]] MappingSet Mappings() const;

 private:
  std::uint32_t used_ = 0;  // Bit i: entry i waits.
  Pending requests_[rtsp::kPendingRequests];
  static_assert(rtsp::kPendingRequests < 32);
};

}  // namespace mangle
