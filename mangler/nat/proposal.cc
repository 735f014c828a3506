// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/nat/proposal.h"

namespace nat {

PortRange Proposal::NextPorts(const MappingTable& mappings, std::uint8_t& made) {
  const bool tcp = mappings[index_].tcp;
  while (attempt_ < limits::kPortProposals && made < limits::kPortProposals) {
    const PortRange ports = Propose(request_, attempt_++);
    const bool is_used = request_.unlike_others && mappings.UsesOutside(ports, request_.count, tcp);
    if (ports.first == 0 || is_used) continue;
    ++made;
    return ports;
  }
  return {};
}

bool Proposal::Ask(MappingTable& mappings, std::uint8_t& made, rtspnat_step& step) {
  const PortRange ports = NextPorts(mappings, made);
  if (ports.first == 0) return false;
  Mapping& mapping = mappings[index_];
  is_asked_ = true;
  step.digits = request_.digits;
  if (side_ == Side::kOutside) {
    mapping.outside = ports;
    step.ask = RTSPNAT_RESERVE;
    Describe(index_, mapping, false, step);
    return true;
  }
  mapping.published = ports;
  step.ask = RTSPNAT_PUBLISH;
  // The mapping has the ports of the peer only when they are published.
  Mapping asked = mapping;
  asked.peer = request_.inside;
  asked.peers = request_.count;
  Describe(index_, asked, true, step);
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
  const bool is_used = request_.unlike_others && mappings.UsesOutside(ports, request_.count, mapping.tcp);
  return !is_used && IsFit(request_, first_port) ? Outcome::kGiven : Outcome::kUnfit;
}

}  // namespace nat
