// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/nat/proposal.h"

namespace nat {
namespace {

constexpr std::uint32_t kNeighbours = 16;
constexpr std::uint32_t kScattered = 40;  // Up to this attempt with as many digits, then with fewer.
static_assert(kNeighbours < kScattered && kScattered < limits::kPortProposals);

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

constexpr Range kFourDigits = {kFirstPort, 9999};
constexpr Range kFiveDigits = {10000, 65535};

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
  return range.first + 2 * ((mixed ^ (mixed >> 16)) % pairs);
}

// True if the ports inside may be mapped at all.
bool AreAllowed(const PortRequest& request) {
  return request.inside.first >= kFirstPort && (request.count == 1 || request.inside.last >= kFirstPort);
}

// True if the same ports may be used outside.
bool MayStayTheSame(const PortRequest& request) {
  if (!AreAllowed(request)) return false;
  if (request.count == 1 || request.same_only || request.any_same) return true;
  return request.inside.first % 2 == 0 && request.inside.last - request.inside.first == request.count - 1;
}

}  // namespace

PortRange Propose(const PortRequest& request, std::uint32_t attempt) {
  if (attempt == 0) {
    if (!MayStayTheSame(request)) return {};
    return request.count == 1 ? RangeFrom(request.inside.first, 1) : request.inside;
  }
  const bool is_any = !request.same_only && request.digits >= 4 && AreAllowed(request);
  if (!is_any || attempt >= limits::kPortProposals) return {};
  const Range range = request.digits >= 5 && attempt <= kScattered ? kFiveDigits : kFourDigits;
  const std::uint32_t even = request.inside.first - request.inside.first % 2U;
  const bool has_neighbours = attempt <= kNeighbours && even >= range.first && even <= range.last;
  const std::uint32_t first =
      (has_neighbours ? Wrap(even + 2 * attempt, range) : Scatter(request, attempt, range)) + Parity(request);
  if (first + request.count - 1 > range.last) return {};
  return RangeFrom(static_cast<std::uint16_t>(first), request.count);
}

bool IsFit(const PortRequest& request, std::uint16_t first) {
  if (first == request.inside.first && MayStayTheSame(request)) return true;
  return !request.same_only && first >= kFirstPort && first % 2U == Parity(request) &&
         first <= kFiveDigits.last + 1 - request.count && Digits(first) <= request.digits;
}

bool Proposal::IsUsed(const MappingTable& mappings, PortRange ports, bool tcp) const {
  return request_.unlike_others && mappings.UsesOutside(ports, request_.count, tcp);
}

bool Proposal::Ask(MappingTable& mappings, std::uint8_t& made, rtspnat_step& step) {
  Mapping& mapping = mappings[index_];
  PortRange ports;
  do {
    if (attempt_ == limits::kPortProposals || made == limits::kPortProposals) return false;
    ports = Propose(request_, attempt_++);
  } while (ports.first == 0 || IsUsed(mappings, ports, mapping.tcp));
  ++made;
  is_asked_ = true;
  PortsOf(mapping) = ports;
  if (side_ == Side::kOutside) {
    step.ask = RTSPNAT_RESERVE;
    Describe(index_, mapping, false, step.mapping);
    step.mapping.digits = request_.digits;
    return true;
  }
  step.ask = RTSPNAT_PUBLISH;
  // The mapping has the ports of the peer only when they are published.
  Mapping asked = mapping;
  asked.peer = request_.inside;
  asked.peers = request_.count;
  Describe(index_, asked, true, step.mapping);
  step.mapping.digits = request_.digits;
  return true;
}

Proposal::Outcome Proposal::Answer(rtspnat_reply reply, std::uint16_t first_port, MappingTable& mappings) {
  is_asked_ = false;
  if (reply == RTSPNAT_BUSY) return Outcome::kNextOne;
  if (reply != RTSPNAT_YES) return Outcome::kRefused;
  Mapping& mapping = mappings[index_];
  PortRange& ports = PortsOf(mapping);
  if (first_port == ports.first) return Outcome::kGiven;
  ports = RangeFrom(first_port, request_.count);
  return !IsUsed(mappings, ports, mapping.tcp) && IsFit(request_, first_port) ? Outcome::kGiven
                                                                              : Outcome::kUnfit;
}

}  // namespace nat
