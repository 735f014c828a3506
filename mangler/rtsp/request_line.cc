// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/rtsp/request_line.h"

namespace mangle {
namespace {

nat::PortRequest ReserveRequest(const Exchange& exchange) {
  const Announcement& announcement = exchange.line.announcement;
  nat::PortRequest request;
  request.inside = announcement.inside;
  request.count = announcement.count;
  request.digits = exchange.line.front_sent ? std::uint8_t{0} : announcement.digits;
  request.same_only = !exchange.setup.may_translate;
  request.unlike_others = true;
  request.seed = exchange.setup.port_seed;
  return request;
}

// Puts a reserved mapping into the text and holds it for this request, or leaves both alone.
void UseMapping(Exchange& exchange, std::uint32_t index) {
  nat::Mapping& mapping = exchange.agreement.Mappings()[index];
  const Announcement& announcement = exchange.line.announcement;
  const PortChange ports = ChangeOf(mapping, true);
  // It may have been reserved for another spec, with another second port.
  if (!ports.Has(announcement.text)) return exchange.notes.Add(RTSPNAT_NOTE_BAD_PORT);
  const nat::MappingSet held = exchange.agreement.OfOpenRequest();
  if (!exchange.agreement.Hold(index, exchange.notes)) return;
  const auto gained = static_cast<nat::MappingSet>(exchange.agreement.OfOpenRequest() & ~held);
  const Rewritten rewritten =
      Rewrite(exchange, ports, announcement.text, exchange.line.opener_hosts, ChangeKind::kOpener);
  if (rewritten == Rewritten::kNot) return exchange.agreement.GiveBack(gained);
  exchange.line.mappings |= gained;
  if (mapping.count >= announcement.count) mapping.open |= announcement.open;
  if (ports.from == ports.to) exchange.notes.Add(RTSPNAT_NOTE_SAME_PORT);
  if (rewritten == Rewritten::kSame) return;
  if (exchange.line.spec.repeat != 0) exchange.line.repeats = true;
}

}  // namespace

void UseRequestSpec(Exchange& exchange) {
  Line& line = exchange.line;
  nat::MappingTable& mappings = exchange.agreement.Mappings();
  ReadAnnouncement(line.spec, line.behind_host, line.is_own, line.announcement);
  if (exchange.agreement.HasOtherTraversal()) return exchange.notes.Add(RTSPNAT_NOTE_OTHER_TRAVERSAL);
  const Announcement& announcement = line.announcement;
  if (announcement.refusal != RTSPNAT_NOTES) {
    line.repeats = true;
    return exchange.notes.Add(announcement.refusal);
  }
  if (exchange.lane->Room() < 2) return exchange.notes.Add(RTSPNAT_NOTE_TABLE_FULL);
  std::uint32_t index = mappings.Find(&nat::Mapping::inside, announcement.inside.first, announcement.tcp);
  if (index < limits::kMappings) return UseMapping(exchange, index);
  index = exchange.agreement.Mappings().New();
  if (index == limits::kMappings) {
    if (!exchange.agreement.MakeRoom(exchange.notes)) return exchange.notes.Add(RTSPNAT_NOTE_TABLE_FULL);
    line.stage = Line::Stage::kSpecAgain;
    return;
  }
  nat::Mapping& mapping = mappings[index];
  mapping.count = announcement.count;
  mapping.open = announcement.open & nat::kAllPorts;  // UseMapping() adds what goes with RTCP-mux.
  mapping.tcp = announcement.tcp;
  mapping.inside = announcement.inside;
  exchange.proposal.Open(nat::Proposal::Side::kOutside, index, ReserveRequest(exchange));
}

void UseReserved(Exchange& exchange, nat::Proposal::Outcome outcome) {
  const std::uint32_t index = exchange.proposal.Index();
  nat::MappingTable& mappings = exchange.agreement.Mappings();
  exchange.proposal.Close();
  if (outcome == nat::Proposal::Outcome::kRefused) {
    mappings.Free(index);
    return exchange.notes.Add(RTSPNAT_NOTE_NO_PORTS);
  }
  mappings.Reserve(index);
  exchange.notes.Add(RTSPNAT_NOTE_RESERVED);
  if (outcome == nat::Proposal::Outcome::kUnfit) {
    exchange.notes.Add(RTSPNAT_NOTE_NO_PORTS);
  } else {
    UseMapping(exchange, index);
  }
  if (mappings[index].holders == 0) exchange.agreement.Release(index);
}

void GiveSpecUp(Exchange& exchange) {
  const bool is_cut = exchange.line.front_sent && exchange.setup.may_translate;
  exchange.agreement.Mappings().Free(exchange.proposal.Index());
  exchange.proposal.Close();
  exchange.notes.Add(is_cut ? RTSPNAT_NOTE_CUT_TRANSPORT : RTSPNAT_NOTE_NO_PORTS);
}

}  // namespace mangle
