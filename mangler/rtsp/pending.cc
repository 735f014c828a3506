// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/rtsp/pending.h"

namespace mangle {

Pending PendingTable::Take(const Pending* request) {
  const Pending taken = *request;
  --size_;
  for (auto at = static_cast<std::uint32_t>(request - requests_); at < size_; ++at)
    requests_[at] = requests_[at + 1];
  return taken;
}

Pending* PendingTable::Find(CseqKind kind, std::uint32_t cseq) {
  if (kind == CseqKind::kNone) return nullptr;
  return First([=](const Pending& request) { return request.cseq_kind == kind && request.cseq == cseq; });
}

Pending* PendingTable::FindMethod(rtsp::Method method) {
  return First([=](const Pending& request) { return request.method == method; });
}

Pending* PendingTable::FindHolder(nat::MappingSet mappings) {
  return First([=](const Pending& request) { return (request.mappings & mappings) != 0; });
}

void PendingTable::Keep(nat::MappingSet kept) {
  for (std::uint32_t at = 0; at < size_; ++at) requests_[at].mappings &= kept;
}

std::uint32_t PendingTable::Setups() const {
  std::uint32_t count = 0;
  for (std::uint32_t at = 0; at < size_; ++at) count += requests_[at].method == rtsp::Method::kSetup;
  return count;
}

nat::MappingSet PendingTable::Mappings() const {
  nat::MappingSet mappings = 0;
  for (std::uint32_t at = 0; at < size_; ++at) mappings |= requests_[at].mappings;
  return mappings;
}

}  // namespace mangle
