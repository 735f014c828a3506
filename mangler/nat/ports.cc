// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/nat/ports.h"

#include "bytes/limits.h"

namespace nat {
namespace {

constexpr std::uint32_t kNeighbours = 16;
constexpr std::uint32_t kScattered = 40;  // Up to this attempt with as many digits, then with fewer.
static_assert(kNeighbours < kScattered && kScattered < limits::kPortProposals);

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

constexpr Range kNoPorts = {1, 0};
constexpr Range kFourDigits = {kFirstPort, 9999};
constexpr Range kFiveDigits = {10000, 65535};

Range WithDigits(std::uint32_t digits) {
  if (digits == 4) return kFourDigits;
  return digits >= 5 ? kFiveDigits : kNoPorts;
}

std::uint32_t Parity(const PortRequest& request) {
  return request.count > 1 ? 0U : request.inside.first % 2U;
}

// Moves `port` into the range by whole laps, keeping its parity: both ranges hold an even number of ports.
std::uint32_t Wrap(std::uint32_t port, Range range) {
  const std::uint32_t size = range.last - range.first + 1;
  static_assert((kFourDigits.last - kFourDigits.first) % 2 == 1 &&
                (kFiveDigits.last - kFiveDigits.first) % 2 == 1);
  return range.first + (port - range.first) % size;
}

std::uint32_t Scatter(const PortRequest& request, std::uint32_t attempt, Range range) {
  std::uint32_t mixed = request.seed ^ (attempt * 0x9E37'79B9U);
  mixed = (mixed ^ (mixed >> 16)) * 0x85EB'CA6BU;
  mixed = (mixed ^ (mixed >> 13)) * 0xC2B2'AE35U;
  const std::uint32_t pairs = (range.last - range.first + 1) / 2;
  return range.first + 2 * ((mixed ^ (mixed >> 16)) % pairs) + Parity(request);
}

// None where the last would not be in the range any more.
PortRange From(const PortRequest& request, std::uint32_t first, Range range) {
  if (first + request.count - 1 > range.last) return {};
  return RangeFrom(static_cast<std::uint16_t>(first), request.count);
}

}  // namespace

PortRange Propose(const PortRequest& request, std::uint32_t attempt) {
  if (!AreAllowed(request)) return {};
  if (attempt == 0) {
    if (!MayStayTheSame(request)) return {};
    return request.count == 1 ? RangeFrom(request.inside.first, 1) : request.inside;
  }
  if (request.same_only || attempt >= limits::kPortProposals) return {};
  const Range range = WithDigits(request.digits);
  if (range.first > range.last) return {};
  const std::uint32_t even = request.inside.first - request.inside.first % 2U;
  if (attempt <= kNeighbours && even >= range.first && even <= range.last)
    return From(request, Wrap(even + 2 * attempt, range) + Parity(request), range);
  const bool fewer = attempt > kScattered && request.digits >= 5;
  const Range chosen = fewer ? kFourDigits : range;
  return From(request, Scatter(request, attempt, chosen), chosen);
}

bool IsFit(const PortRequest& request, std::uint16_t first) {
  if (first == request.inside.first && MayStayTheSame(request)) return true;
  return !request.same_only && first >= kFirstPort && first % 2U == Parity(request) &&
         first <= kFiveDigits.last + 1 - request.count && Digits(first) <= request.digits;
}

}  // namespace nat
