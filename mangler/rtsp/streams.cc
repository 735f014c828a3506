// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/rtsp/streams.h"

namespace mangle {
namespace {

// What is compared of the hash of a URI; not 0, like the hash itself.
constexpr std::uint32_t kUriBits = 0x0fff'ffff;

}  // namespace

bool StreamTable::Add(std::uint32_t session, std::uint32_t uri, std::uint32_t index) {
  if (used_ == (1U << limits::kStreams) - 1) return false;
  const auto at = static_cast<std::uint32_t>(__builtin_ctz(~used_));
  used_ |= 1U << at;
  streams_[at].session = session;
  streams_[at].uri = uri & kUriBits;
  streams_[at].mapping = index & 15U;
  return true;
}

bool StreamTable::Has(std::uint32_t session, std::uint32_t uri, std::uint32_t index) const {
  return First([=](const Stream& stream) {
           return stream.session == session && stream.uri == (uri & kUriBits) && stream.mapping == index;
         }) < limits::kStreams;
}

std::uint32_t StreamTable::Take(std::uint32_t session, std::uint32_t uri, nat::MappingSet kept) {
  const std::uint32_t at = First([=](const Stream& stream) {
    return (session == 0 || stream.session == session) && (uri == 0 || stream.uri == (uri & kUriBits)) &&
           (kept & nat::SetOf(stream.mapping)) == 0;
  });
  if (at == limits::kStreams) return limits::kMappings;
  used_ &= ~(1U << at);
  return streams_[at].mapping;
}

bool StreamTable::Replace(std::uint32_t session, std::uint32_t uri, std::uint32_t index) {
  const std::uint32_t at =
      First([=](const Stream& stream) { return stream.session == session && stream.mapping == index; });
  if (at == limits::kStreams) return false;
  streams_[at].uri = uri & kUriBits;
  return true;
}

void StreamTable::Forget(std::uint32_t index) {
  for (;;) {
    const std::uint32_t at = First([=](const Stream& stream) { return stream.mapping == index; });
    if (at == limits::kStreams) return;
    used_ &= ~(1U << at);
  }
}

}  // namespace mangle
