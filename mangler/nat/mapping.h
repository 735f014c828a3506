// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Port mappings: a small table of fixed size.
#include <cstdint>

#include "bytes/limits.h"
#include "mangler/nat/ports.h"
#include "rtspnat.h"

namespace nat {

/// A set of mappings; bit i stands for mapping i.
using MappingSet = std::uint16_t;
static_assert(limits::kMappings <= 16);

/// Returns the set of one mapping.
constexpr MappingSet SetOf(std::uint32_t index) {
  return static_cast<MappingSet>(1U << index % limits::kMappings);
}

/// Removes the first mapping from @p set, which is not empty, and returns its index.
constexpr std::uint32_t Pop(MappingSet& set) {
  const auto index = static_cast<std::uint32_t>(__builtin_ctz(set)) % limits::kMappings;
  set = static_cast<MappingSet>(set & (set - 1U));
  return index;
}

enum class MappingState : std::uint8_t {
  kFree = RTSPNAT_FREE,
  kAsking = RTSPNAT_ASKED,       ///< Ports are being asked for.
  kReserved = RTSPNAT_RESERVED,  ///< Held at the embedder; no media may pass.
  kLive = RTSPNAT_LIVE,          ///< Media may pass.
};

/// Inside ports, the ports outside that stand for them, and the same for the peer.
struct Mapping {
  MappingState state = MappingState::kFree;
  std::uint8_t count = 0;  ///< Ports: 1 to kPorts.
  std::uint8_t open = 0;   ///< Media may pass these ports, once live: see WithMux() of ports.h.
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

  /// Returns the index of the mapping in use whose first port of @p side (&Mapping::inside, &Mapping::outside) is @p port;
  /// kMappings if there is none, and for port 0.
  [[nodiscard]] std::uint32_t Find(PortRange Mapping::* side, std::uint16_t port, bool tcp) const;

  /// Returns the index of a free mapping, for which ports are going to be asked from now on; kMappings if there is none.
  [[nodiscard]] std::uint32_t New();

  /// True if a mapping in use has one of the @p count ports of @p range outside.
  [[nodiscard]] bool UsesOutside(PortRange range, std::uint32_t count, bool tcp) const;

  /// Returns all mappings that are reserved or live.
  [[nodiscard]] MappingSet Held() const { return held_; }

  /// Marks a mapping that is being asked for as reserved.
  void Reserve(std::uint32_t index) {
    mappings_[index].state = MappingState::kReserved;
    held_ |= SetOf(index);
  }

  /// Frees a mapping in any state.
  void Free(std::uint32_t index);

  /// Frees those for which ports are being asked.
  void FreeAsked();

  /// Returns those that are live.
  [[nodiscard]] MappingSet Live() const;

 private:
  MappingSet held_ = 0;
  Mapping mappings_[limits::kMappings];
};

/// Writes @p mapping, which has number @p index, into @p described. Where the peer is behind NAT (@p publishes), the opener knows
/// its ports by those that are published.
void Describe(std::uint32_t index, const Mapping& mapping, bool publishes, rtspnat_mapping& described);

}  // namespace nat
