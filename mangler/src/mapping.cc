// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangle/mapping.h"

namespace mangle {

std::uint32_t MappingTable::FindInside(std::uint16_t port) const {
  for (MappingSet held = held_; held != 0;) {
    const std::uint32_t index = Pop(held);
    if (mappings_[index].inside[0] == port) return index;
  }
  return rtsp::kMappings;
}

std::uint32_t MappingTable::FindOutside(std::uint16_t port) const {
  for (MappingSet held = held_; held != 0;) {
    const std::uint32_t index = Pop(held);
    if (mappings_[index].outside[0] == port) return index;
  }
  return rtsp::kMappings;
}

// At most one mapping is being asked for, and none is while a free one is looked for.
std::uint32_t MappingTable::FindFree() const {
  constexpr MappingSet kAll = (1U << rtsp::kMappings) - 1;
  if (held_ == kAll) return rtsp::kMappings;
  return static_cast<std::uint32_t>(__builtin_ctz(~static_cast<std::uint32_t>(held_))) % rtsp::kMappings;
}

bool MappingTable::UsesOutside(std::uint16_t port) const {
  for (MappingSet held = held_; held != 0;) {
    const Mapping& mapping = mappings_[Pop(held)];
    if (mapping.outside[0] == port || (mapping.count == 2 && mapping.outside[1] == port)) return true;
  }
  return false;
}

void MappingTable::Reserve(std::uint32_t index) {
  mappings_[index].state = MappingState::kReserved;
  held_ |= SetOf(index);
}

void MappingTable::Free(std::uint32_t index) {
  mappings_[index] = {};
  held_ &= static_cast<MappingSet>(~SetOf(index));
}

MappingSet MappingTable::Ended(std::uint32_t session, std::uint32_t uri) const {
  MappingSet of_session = 0;
  MappingSet of_stream = 0;
  for (MappingSet held = held_; held != 0;) {
    const std::uint32_t index = Pop(held);
    const Mapping& mapping = mappings_[index];
    if (mapping.state != MappingState::kLive || (session != 0 && mapping.session != session)) continue;
    of_session |= SetOf(index);
    if (mapping.uri == uri) of_stream |= SetOf(index);
  }
  return of_stream != 0 ? of_stream : of_session;
}

bool PendingTable::Add(const Pending& request) {
  if (Full()) return false;
  const auto index = static_cast<std::uint32_t>(__builtin_ctz(~used_));
  used_ |= 1U << index;
  requests_[index] = request;
  return true;
}

Pending PendingTable::Take(std::uint32_t cseq) {
  for (std::uint32_t left = used_; left != 0; left &= left - 1) {
    const auto index = static_cast<std::uint32_t>(__builtin_ctz(left));
    if (requests_[index].cseq != cseq) continue;
    used_ &= ~(1U << index);
    return requests_[index];
  }
  return {};
}

void PendingTable::Keep(MappingSet kept) {
  for (std::uint32_t left = used_; left != 0; left &= left - 1)
    requests_[__builtin_ctz(left)].mappings &= kept;
}

bool PendingTable::Waits(MappingSet mappings) const {
  for (std::uint32_t left = used_; left != 0; left &= left - 1) {
    const Pending& request = requests_[__builtin_ctz(left)];
    if (request.method == rtsp::Method::kSetup && (request.mappings & mappings) != 0) return true;
  }
  return false;
}

}  // namespace mangle
