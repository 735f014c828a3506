// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/rtsp/reply_line.h"

#include "mangler/rtsp/rewriting.h"

namespace mangle {
namespace {

using nat::Mapping;

// The first spec that is understood is what the server has chosen.
void NoteChoice(Work& work) {
  Head& head = work.head;
  const ReplyChoice& choice = work.line.choice;
  if (head.chosen.choice != Choice::kNotSaid || choice.choice == Choice::kNotSaid) return;
  if (head.chosen.client == 0) head.chosen.client = choice.client.value[0];
  if (head.doubted) return;  // As if nothing had been said of the server.
  head.chosen.choice = choice.choice;
  head.chosen.peers = choice.peers;
  head.chosen.peer = choice.peer;
  head.chosen.rtcp_mux = choice.rtcp_mux;
  head.chosen.media_source = ReadMediaSource(work.line.spec, work.line.Text());
}

// Gives the client its own ports and address back, so that it need not know of the NAT (R84).
void MapBack(Work& work, const Numbers& client, bool tcp) {
  Agreement& agreement = work.agreement;
  const nat::MappingSet waiting = agreement.MappingsOf(work.head, client.value[0], tcp);
  if (waiting == 0) return;
  const std::uint32_t index = agreement.Mappings().FindOutside(client.value[0], tcp);
  const bool is_named = index < limits::kMappings && (waiting & nat::SetOf(index)) != 0;
  if (!is_named && client.count != 0) return;
  const PortChange ports = is_named ? ChangeOf(agreement.Mappings()[index], false) : PortChange();
  const Rewritten rewritten = Rewrite(work, ports, client, OpenerHosts(work), ChangeKind::kOpener);
  if (rewritten == Rewritten::kChanged) RewriteDestinationPort(work, ports);
}

// True if the mapping has those ports published that the spec in hand names.
bool IsPublished(const Mapping& mapping, const ReplyChoice& choice) {
  return mapping.published.first != 0 && mapping.peers == choice.peers && mapping.peer == choice.peer;
}

// Puts the published ports and address into the text. Where an earlier line has said the same (`repeats`), the publication stands,
// whatever becomes of this line.
void ChangePeerText(Work& work, std::uint32_t index, bool repeats) {
  const PortChange ports = PublishedChangeOf(work.agreement.Mappings()[index]);
  const Numbers& server = work.line.choice.server;
  const Rewritten rewritten = Rewrite(work, ports, server, PeerHosts(work), ChangeKind::kPeer);
  if (repeats) return;
  if (rewritten == Rewritten::kNot) return RefusePublished(work, nat::SetOf(index));
  work.line.mappings |= nat::SetOf(index);
}

nat::PortRequest PublishRequest(const Work& work) {
  const ReplyChoice& choice = work.line.choice;
  nat::PortRequest request;
  request.inside = choice.peer;
  request.count = choice.peers;
  request.any_same = true;
  request.seed = work.setup.port_seed;
  std::uint32_t digits = work.line.front_sent ? 0 : nat::kPortDigits;
  for (unsigned i = 0; i < choice.server.count; ++i) {
    if (choice.server.field[i].length < digits) digits = choice.server.field[i].length;
  }
  request.digits = static_cast<std::uint8_t>(digits);
  return request;
}

// Asks for ports on the address that the opener knows the peer by.
void Publish(Work& work, std::uint32_t index) {
  const ReplyChoice& choice = work.line.choice;
  if (IsPublished(work.agreement.Mappings()[index], choice)) return ChangePeerText(work, index, false);
  if (choice.peers == 0 || work.agreement.IsShared(index, work.head, choice.client.value[0]))
    return work.notes.Add(RTSPNAT_NOTE_NOT_PUBLISHED);
  work.proposal.Open(nat::Proposal::Side::kPublished, index, PublishRequest(work));
}

// Returns a new mapping for a peer that listens for TCP connections of the opener (RFC 7826 appendix C.2.2).
std::uint32_t NewPeerMapping(Work& work) {
  const Pending* request = work.agreement.RequestOf(work.head, 0, false, false);
  if (request == nullptr || request->method != rtsp::Method::kSetup) return limits::kMappings;
  const std::uint32_t index = work.agreement.NewMapping();
  if (index == limits::kMappings) {
    work.notes.Add(RTSPNAT_NOTE_TABLE_FULL);
    return index;
  }
  Mapping& mapping = work.agreement.Mappings()[index];
  mapping.tcp = true;
  mapping.count = work.line.choice.peers;
  mapping.open = static_cast<std::uint8_t>((1U << mapping.count) - 1);
  return index;
}

}  // namespace

void UseReplySpec(Work& work) {
  Line& line = work.line;
  const bool is_first = work.head.chosen.choice == Choice::kNotSaid;
  ReadReplyChoice(line.spec, line.Text(), line.choice);
  NoteChoice(work);
  const Choice choice = line.choice.choice;
  const bool has_media =
      choice == Choice::kUdp || choice == Choice::kTcpToClient || choice == Choice::kTcpToServer;
  if (!has_media || line.spec.repeat != 0) line.repeats = true;
  if (choice == Choice::kNotSaid) return;
  const bool tcp = choice == Choice::kTcpToClient;
  MapBack(work, line.choice.client, tcp);
  const Head& head = work.head;
  if (!work.agreement.Publishes() || head.doubted || !has_media || !head.Succeeds()) return;
  const bool listens = choice == Choice::kTcpToServer;
  if (listens && !is_first) return;
  const std::uint32_t index =
      listens ? NewPeerMapping(work) : work.agreement.MappingOf(head, line.choice.client, tcp);
  if (index == limits::kMappings) return;
  if (is_first) return Publish(work, index);
  // A server may say once more what it has chosen.
  if (IsPublished(work.agreement.Mappings()[index], line.choice)) ChangePeerText(work, index, true);
}

void UsePublished(Work& work, nat::Proposal::Outcome outcome) {
  const std::uint32_t index = work.proposal.Index();
  Mapping& mapping = work.agreement.Mappings()[index];
  work.proposal.Close();
  if (outcome != nat::Proposal::Outcome::kGiven) return RefusePublished(work, nat::SetOf(index));
  mapping.peer = work.line.choice.peer;
  mapping.peers = work.line.choice.peers;
  work.notes.Add(RTSPNAT_NOTE_PUBLISHED);
  const bool is_new = mapping.state == nat::MappingState::kAsking;
  if (is_new && !work.agreement.HoldForReply(index, work.head))
    return RefusePublished(work, nat::SetOf(index));
  ChangePeerText(work, index, false);
}

// The peer's ports stay as they are in the text, and are not led anywhere.
void RefusePublished(Work& work, nat::MappingSet set) {
  while (set != 0) {
    const std::uint32_t index = nat::Pop(set);
    Mapping& mapping = work.agreement.Mappings()[index];
    mapping.published = {};
    work.notes.Add(RTSPNAT_NOTE_NOT_PUBLISHED);
    if (mapping.state == nat::MappingState::kAsking) {
      work.agreement.Mappings().Free(index);
    } else if (mapping.outside.first == 0) {
      work.agreement.Unhold(index);
    }
  }
}

}  // namespace mangle
