// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangle/mapping.h"

namespace mangle {
namespace {

// What is compared of the hash of a URI; not 0, like the hash itself.
constexpr std::uint32_t kUriBits = 0x0fff'ffff;

}  // namespace

std::uint32_t MappingTable::FindInside(std::uint16_t port, bool tcp) const {
  for (MappingSet held = held_; held != 0;) {
    const std::uint32_t index = Pop(held);
    if (mappings_[index].inside.first == port && mappings_[index].tcp == tcp) return index;
  }
  return rtsp::kMappings;
}

std::uint32_t MappingTable::FindOutside(std::uint16_t port, bool tcp) const {
  if (port == 0) return rtsp::kMappings;
  for (MappingSet held = held_; held != 0;) {
    const std::uint32_t index = Pop(held);
    if (mappings_[index].outside.first == port && mappings_[index].tcp == tcp) return index;
  }
  return rtsp::kMappings;
}

// At most one mapping is being asked for, and none is while a free one is looked for.
std::uint32_t MappingTable::FindFree() const {
  constexpr MappingSet kAll = (1U << rtsp::kMappings) - 1;
  if (held_ == kAll) return rtsp::kMappings;
  return static_cast<std::uint32_t>(__builtin_ctz(~static_cast<std::uint32_t>(held_))) % rtsp::kMappings;
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

void MappingTable::Reserve(std::uint32_t index) {
  mappings_[index].state = MappingState::kReserved;
  held_ |= SetOf(index);
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

bool StreamTable::Fits(std::uint32_t at, std::uint32_t session, std::uint32_t uri) const {
  const Stream& stream = streams_[at];
  return (session == 0 || stream.session == session) && (uri == 0 || stream.uri == (uri & kUriBits));
}

bool StreamTable::Add(std::uint32_t session, std::uint32_t uri, std::uint32_t index) {
  if (used_ == (1U << rtsp::kStreams) - 1) return false;
  const auto at = static_cast<std::uint32_t>(__builtin_ctz(~used_));
  used_ |= 1U << at;
  streams_[at].session = session;
  streams_[at].uri = uri & kUriBits;
  streams_[at].mapping = index & 15U;
  return true;
}

bool StreamTable::Has(std::uint32_t session, std::uint32_t uri, std::uint32_t index) const {
  for (std::uint32_t left = used_; left != 0; left &= left - 1) {
    const Stream& stream = streams_[__builtin_ctz(left)];
    if (stream.session == session && stream.uri == (uri & kUriBits) && stream.mapping == index) return true;
  }
  return false;
}

std::uint32_t StreamTable::Take(std::uint32_t session, std::uint32_t uri, MappingSet kept) {
  for (std::uint32_t left = used_; left != 0; left &= left - 1) {
    const auto at = static_cast<std::uint32_t>(__builtin_ctz(left));
    const std::uint32_t index = streams_[at].mapping;
    if (!Fits(at, session, uri) || (kept & SetOf(index)) != 0) continue;
    used_ &= ~(1U << at);
    return index;
  }
  return rtsp::kMappings;
}

bool StreamTable::Replace(std::uint32_t session, std::uint32_t uri, std::uint32_t index) {
  for (std::uint32_t left = used_; left != 0; left &= left - 1) {
    Stream& stream = streams_[__builtin_ctz(left)];
    if (stream.session != session || stream.mapping != index) continue;
    stream.uri = uri & kUriBits;
    return true;
  }
  return false;
}

void StreamTable::Forget(std::uint32_t index) {
  for (std::uint32_t left = used_; left != 0; left &= left - 1) {
    const auto at = static_cast<std::uint32_t>(__builtin_ctz(left));
    if (streams_[at].mapping == index) used_ &= ~(1U << at);
  }
}

void PendingTable::Add(const Pending& request) { requests_[size_++ % rtsp::kPendingRequests] = request; }

Pending PendingTable::Take(const Pending* request) {
  const Pending taken = *request;
  --size_;
  for (auto at = static_cast<std::uint32_t>(request - requests_); at < size_; ++at)
    requests_[at] = requests_[at + 1];
  return taken;
}

Pending* PendingTable::Find(CseqKind kind, std::uint32_t cseq) {
  if (kind == CseqKind::kNone) return nullptr;
  for (std::uint32_t at = 0; at < size_; ++at) {
    if (requests_[at].cseq_kind == kind && requests_[at].cseq == cseq) return &requests_[at];
  }
  return nullptr;
}

Pending* PendingTable::FindMethod(rtsp::Method method) {
  for (std::uint32_t at = 0; at < size_; ++at) {
    if (requests_[at].method == method) return &requests_[at];
  }
  return nullptr;
}

Pending* PendingTable::FindHolder(MappingSet mappings) {
  for (std::uint32_t at = 0; at < size_; ++at) {
    if ((requests_[at].mappings & mappings) != 0) return &requests_[at];
  }
  return nullptr;
}

void PendingTable::Keep(MappingSet kept) {
  for (std::uint32_t at = 0; at < size_; ++at) requests_[at].mappings &= kept;
}

std::uint32_t PendingTable::Setups() const {
  std::uint32_t count = 0;
  for (std::uint32_t at = 0; at < size_; ++at) count += requests_[at].method == rtsp::Method::kSetup;
  return count;
}

MappingSet PendingTable::Mappings() const {
  MappingSet mappings = 0;
  for (std::uint32_t at = 0; at < size_; ++at) mappings |= requests_[at].mappings;
  return mappings;
}

}  // namespace mangle
