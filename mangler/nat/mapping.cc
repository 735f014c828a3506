// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/nat/mapping.h"

namespace nat {

std::uint32_t MappingTable::Find(PortRange Mapping::* side, std::uint16_t port, bool tcp) const {
  for (MappingSet held = port != 0 ? held_ : MappingSet{0}; held != 0;) {
    const std::uint32_t index = Pop(held);
    if ((mappings_[index].*side).first == port && mappings_[index].tcp == tcp) return index;
  }
  return limits::kMappings;
}

// At most one mapping is being asked for, and none is when this is called.
std::uint32_t MappingTable::New() {
  constexpr MappingSet kAll = (1U << limits::kMappings) - 1;
  if (held_ == kAll) return limits::kMappings;
  const auto index = static_cast<std::uint32_t>(__builtin_ctz(~std::uint32_t{held_})) % limits::kMappings;
  mappings_[index] = {};
  mappings_[index].state = MappingState::kAsking;
  return index;
}

bool MappingTable::UsesOutside(PortRange range, std::uint32_t count, bool tcp) const {
  for (MappingSet held = held_; held != 0;) {
    const Mapping& mapping = mappings_[Pop(held)];
    if (mapping.tcp != tcp) continue;
    for (std::uint32_t i = 0; i < mapping.count; ++i) {
      if (range.Has(mapping.outside.At(i, mapping.count), count)) return true;
    }
  }
  return false;
}

void MappingTable::Free(std::uint32_t index) {
  mappings_[index] = {};
  held_ &= static_cast<MappingSet>(~SetOf(index));
}

MappingSet MappingTable::Live() const {
  MappingSet live = 0;
  for (MappingSet held = held_; held != 0;) {
    const std::uint32_t index = Pop(held);
    if (mappings_[index].state == MappingState::kLive) live |= SetOf(index);
  }
  return live;
}

void MappingTable::FreeAsked() {
  for (std::uint32_t i = 0; i < limits::kMappings; ++i) {
    if (mappings_[i].state == MappingState::kAsking) Free(i);
  }
}

namespace {

// Writes `count` ports of `range`, of which there is one at least.
void Spread(PortRange range, std::uint32_t count, std::uint16_t (&ports)[limits::kPorts]) {
  ports[0] = range.first;
  for (std::uint32_t i = 1; i < count && i < limits::kPorts; ++i) ports[i] = range.At(i, count);
}

}  // namespace

void Describe(std::uint32_t index, const Mapping& mapping, bool publishes, rtspnat_mapping& described) {
  constexpr std::uint8_t kTcp = 6;
  constexpr std::uint8_t kUdp = 17;
  described.number = static_cast<std::uint8_t>(index);
  described.state = static_cast<std::uint8_t>(mapping.state);
  described.count = mapping.count;
  described.open = mapping.open & kAllPorts;
  described.streams = mapping.holders;
  described.protocol = mapping.tcp ? kTcp : kUdp;
  if (mapping.inside.first != 0) {
    Spread(mapping.inside, mapping.count, described.inside);
    Spread(mapping.outside, mapping.count, described.outside);
  }
  if (mapping.peers == 0) return;
  PortRange peer = mapping.peer;
  PortRange known = publishes ? mapping.published : peer;
  std::uint32_t peers = mapping.peers;
  if (peers > mapping.count) {
    peers = mapping.count;
    peer.last = peer.At(peers - 1, mapping.peers);
    known.last = known.At(peers - 1, mapping.peers);
  }
  Spread(peer, peers, described.peer);
  if (known.first != 0) Spread(known, peers, described.published);
}

}  // namespace nat
