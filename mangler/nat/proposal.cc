// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/nat/proposal.h"

namespace nat {

bool Proposal::Ask(MappingTable& mappings, std::uint8_t& made, rtspnat_step& step) {
  Mapping& mapping = mappings[index_];
  while (attempt_ < limits::kPortProposals && made < limits::kPortProposals) {
    const PortRange ports = Propose(request_, attempt_++);
    const bool is_used = request_.unlike_others && mappings.UsesOutside(ports, request_.count, mapping.tcp);
    if (ports.first == 0 || is_used) continue;
    ++made;
    is_asked_ = true;
    PortsOf(mapping) = ports;
    Describe(index_, mapping, side_ == Side::kPublished, step);
    if (side_ == Side::kPublished) {
      for (std::uint32_t i = 0; i < limits::kPorts; ++i) {
        const bool is_there = i < request_.count && i < mapping.count;
        step.peer[i] = is_there ? request_.inside.At(i, request_.count) : std::uint16_t{0};
        step.published[i] = is_there ? ports.At(i, request_.count) : std::uint16_t{0};
      }
    }
    step.digits = request_.digits;
    step.ask = side_ == Side::kPublished ? RTSPNAT_PUBLISH : RTSPNAT_RESERVE;
    return true;
  }
  return false;
}

Proposal::Outcome Proposal::Answer(rtspnat_reply reply, std::uint16_t first_port, MappingTable& mappings) {
  is_asked_ = false;
  if (reply == RTSPNAT_BUSY) return Outcome::kNextOne;
  if (reply != RTSPNAT_YES) return Outcome::kRefused;
  Mapping& mapping = mappings[index_];
  PortRange& ports = PortsOf(mapping);
  if (first_port == ports.first) return Outcome::kGiven;
  ports = RangeFrom(first_port, request_.count);
  const bool is_used = request_.unlike_others && mappings.UsesOutside(ports, request_.count, mapping.tcp);
  return !is_used && IsFit(request_, first_port) ? Outcome::kGiven : Outcome::kUnfit;
}

}  // namespace nat
