// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/rtsp/request_line.h"

#include "mangler/rtsp/rewriting.h"

namespace mangle {
namespace {

nat::PortRequest ReserveRequest(const Work& work) {
  const Announcement& announcement = work.line.announcement;
  nat::PortRequest request;
  request.inside = announcement.inside;
  request.count = announcement.count;
  request.digits = work.line.front_sent ? std::uint8_t{0} : announcement.digits;
  request.same_only = !work.setup.may_translate;
  request.unlike_others = true;
  request.seed = work.setup.port_seed;
  return request;
}

// True if the text of the spec has the ports of the mapping, and no other ones: it may have been reserved for another spec.
bool Announces(const Announcement& announcement, const nat::Mapping& mapping) {
  const Numbers& text = announcement.text;
  if (text.count < 2 || text.value[1] == mapping.inside.first) return true;
  return mapping.count > 1 && text.value[1] == mapping.inside.last;
}

// Puts a reserved mapping into the text and holds it for this request, or leaves both alone.
void UseMapping(Work& work, std::uint32_t index) {
  nat::Mapping& mapping = work.agreement.Mappings()[index];
  const Announcement& announcement = work.line.announcement;
  if (!Announces(announcement, mapping)) return work.notes.Add(RTSPNAT_NOTE_BAD_PORT);
  const PortChange ports = ChangeOf(mapping, true);
  const nat::MappingSet held = work.agreement.OfOpenRequest();
  if (!work.agreement.Hold(index, work.notes)) return;
  const auto gained = static_cast<nat::MappingSet>(work.agreement.OfOpenRequest() & ~held);
  const Rewritten rewritten = Rewrite(work, ports, announcement.text, OpenerHosts(work), ChangeKind::kOpener);
  if (rewritten == Rewritten::kNot) return work.agreement.GiveBack(gained);
  work.line.mappings |= gained;
  if (mapping.count >= announcement.count) mapping.open |= announcement.open;
  if (ports.from == ports.to) work.notes.Add(RTSPNAT_NOTE_SAME_PORT);
  if (rewritten == Rewritten::kSame) return;
  RewriteDestinationPort(work, ports);
  if (work.line.spec.repeat != 0) work.line.repeats = true;
}

}  // namespace

void UseRequestSpec(Work& work) {
  Line& line = work.line;
  nat::MappingTable& mappings = work.agreement.Mappings();
  if (work.agreement.HasOtherTraversal()) return work.notes.Add(RTSPNAT_NOTE_OTHER_TRAVERSAL);
  ReadAnnouncement(line.spec, line.Text(), work.setup.inside, line.announcement);
  const Announcement& announcement = line.announcement;
  if (announcement.refusal != RTSPNAT_NOTES) {
    line.repeats = true;
    return work.notes.Add(announcement.refusal);
  }
  if (work.lane.Room() < 2) return work.notes.Add(RTSPNAT_NOTE_TABLE_FULL);
  std::uint32_t index = mappings.FindInside(announcement.inside.first, announcement.tcp);
  if (index < limits::kMappings) return UseMapping(work, index);
  index = work.agreement.NewMapping();
  if (index == limits::kMappings) {
    if (!work.agreement.MakeRoom(work.notes)) return work.notes.Add(RTSPNAT_NOTE_TABLE_FULL);
    line.stage = Line::Stage::kSpecAgain;
    return;
  }
  nat::Mapping& mapping = mappings[index];
  mapping.count = announcement.count;
  mapping.open = announcement.open & nat::kAllPorts;  // UseMapping() adds what goes with RTCP-mux.
  mapping.tcp = announcement.tcp;
  mapping.inside = announcement.inside;
  work.proposal.Open(nat::Proposal::Side::kOutside, index, ReserveRequest(work));
}

void UseReserved(Work& work, nat::Proposal::Outcome outcome) {
  const std::uint32_t index = work.proposal.Index();
  nat::MappingTable& mappings = work.agreement.Mappings();
  work.proposal.Close();
  if (outcome == nat::Proposal::Outcome::kRefused) {
    mappings.Free(index);
    return work.notes.Add(RTSPNAT_NOTE_NO_PORTS);
  }
  mappings.Reserve(index);
  work.notes.Add(RTSPNAT_NOTE_RESERVED);
  if (outcome == nat::Proposal::Outcome::kUnfit) {
    work.notes.Add(RTSPNAT_NOTE_NO_PORTS);
  } else {
    UseMapping(work, index);
  }
  if (mappings[index].holders == 0) work.agreement.Release(index);
}

void GiveSpecUp(Work& work) {
  const bool is_cut = work.line.front_sent && work.setup.may_translate;
  work.agreement.Mappings().Free(work.proposal.Index());
  work.proposal.Close();
  work.notes.Add(is_cut ? RTSPNAT_NOTE_CUT_TRANSPORT : RTSPNAT_NOTE_NO_PORTS);
}

}  // namespace mangle
