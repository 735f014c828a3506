// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/rtsp/streams.h"

namespace mangle {
namespace {

// What is compared of the hash of a URI; not 0, like the hash itself.
constexpr std::uint32_t kUriBits = 0x0fff'ffff;

}  // namespace

bool StreamTable::Fits(std::uint32_t at, std::uint32_t session, std::uint32_t uri) const {
  const Stream& stream = streams_[at];
  return (session == 0 || stream.session == session) && (uri == 0 || stream.uri == (uri & kUriBits));
}

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
  for (std::uint32_t left = used_; left != 0; left &= left - 1) {
    const Stream& stream = streams_[__builtin_ctz(left)];
    if (stream.session == session && stream.uri == (uri & kUriBits) && stream.mapping == index) return true;
  }
  return false;
}

std::uint32_t StreamTable::Take(std::uint32_t session, std::uint32_t uri, nat::MappingSet kept) {
  for (std::uint32_t left = used_; left != 0; left &= left - 1) {
    const auto at = static_cast<std::uint32_t>(__builtin_ctz(left));
    const std::uint32_t index = streams_[at].mapping;
    if (!Fits(at, session, uri) || (kept & nat::SetOf(index)) != 0) continue;
    used_ &= ~(1U << at);
    return index;
  }
  return limits::kMappings;
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

}  // namespace mangle
