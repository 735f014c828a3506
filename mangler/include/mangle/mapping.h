// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Port mappings and unanswered requests: two small tables of fixed size.
#include <cstdint>

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

/// One or two inside ports and the ports outside that stand for them.
struct Mapping {
  MappingState state = MappingState::kFree;
  std::uint8_t count = 0;    ///< Ports: 1 or 2.
  std::uint8_t open = 0;     ///< Bit i: media may pass port i, once live.
  std::uint8_t holders = 0;  ///< SETUPs that use it (RFC 2326 allows one pair for all streams, R85).
  std::uint16_t inside[2] = {};
  std::uint16_t outside[2] = {};
  std::uint16_t peer[2] = {};  ///< The peer's ports; 0 if not known.
  std::uint32_t session = 0;   ///< Hash of the session identifier; 0 before the reply.
  std::uint32_t uri = 0;       ///< Hash of the URI of the SETUP.
};

/// The mappings of a connection.
class MappingTable {
 public:
  [[nodiscard]] Mapping& operator[](std::uint32_t index) { return mappings_[index]; }
  [[nodiscard]] const Mapping& operator[](std::uint32_t index) const { return mappings_[index]; }

  /// Returns the index of the mapping in use whose first inside port is @p port; kMappings if none.
  [[nodiscard]] std::uint32_t FindInside(std::uint16_t port) const;

  /// Returns the index of the mapping in use whose first outside port is @p port; kMappings if none.
  [[nodiscard]] std::uint32_t FindOutside(std::uint16_t port) const;

  /// Returns the index of a free mapping; kMappings if none.
  [[nodiscard]] std::uint32_t FindFree() const;

  /// True if a mapping in use has @p port outside.
  [[nodiscard]] bool UsesOutside(std::uint16_t port) const;

  /// Returns all mappings that are reserved or live.
  [[nodiscard]] MappingSet Held() const { return held_; }

  /// Marks a mapping that is being asked for as reserved.
  void Reserve(std::uint32_t index);

  /// Frees a mapping in any state.
  void Free(std::uint32_t index);

  /// Returns the mappings that a TEARDOWN of @p uri in @p session ends: those of the URI if others of the
  /// session are left, else all of the session (RFC 2326 section 10.7). @p session 0 stands for any.
  [[nodiscard]] MappingSet Ended(std::uint32_t session, std::uint32_t uri) const;

 private:
  MappingSet held_ = 0;
  Mapping mappings_[rtsp::kMappings];
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

  /// Takes all mappings that are not in @p kept off the requests.
  void Keep(MappingSet kept);

  /// True if a SETUP with @p mappings among its own waits for an answer.
  [[nodiscard]] bool Waits(MappingSet mappings) const;

 private:
  std::uint32_t used_ = 0;  // Bit i: entry i waits.
  Pending requests_[rtsp::kPendingRequests];
  static_assert(rtsp::kPendingRequests < 32);
};

}  // namespace mangle
