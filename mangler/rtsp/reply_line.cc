// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/rtsp/reply_line.h"

namespace mangle {
namespace {

using nat::Mapping;

// Gives the client its own ports and address back, so that it need not know of the NAT (R84).
void MapBack(Exchange& exchange, const rtsp::Ports& client, bool tcp) {
  Agreement& agreement = exchange.agreement;
  const nat::MappingSet waiting = agreement.MappingsOf(*exchange.head, client.value[0], tcp);
  if (waiting == 0) return;
  const std::uint32_t index = agreement.Mappings().Find(&Mapping::outside, client.value[0], tcp);
  const bool is_named = index < limits::kMappings && (waiting & nat::SetOf(index)) != 0;
  if (!is_named && client.count != 0) return;
  const PortChange ports = is_named ? ChangeOf(agreement.Mappings()[index], false) : PortChange();
  (void)Rewrite(exchange, ports, client, exchange.line.opener_hosts, ChangeKind::kOpener);
}

// True if the mapping has those ports published that the spec in hand names.
bool IsPublished(const Mapping& mapping, const ReplyChoice& choice) {
  return mapping.published.first != 0 && mapping.peers == choice.peers && mapping.peer == choice.peer;
}

// Puts the published ports and address into the text. Where an earlier line has said the same (`repeats`), the publication stands,
// whatever becomes of this line.
void ChangePeerText(Exchange& exchange, std::uint32_t index, bool repeats) {
  const PortChange ports = PublishedChangeOf(exchange.agreement.Mappings()[index]);
  const rtsp::Ports& server = exchange.line.choice.server;
  const Rewritten rewritten = Rewrite(exchange, ports, server, exchange.line.peer_hosts, ChangeKind::kPeer);
  if (repeats) return;
  if (rewritten == Rewritten::kNot) return RefusePublished(exchange, nat::SetOf(index));
  exchange.line.mappings |= nat::SetOf(index);
}

nat::PortRequest PublishRequest(const Exchange& exchange) {
  const ReplyChoice& choice = exchange.line.choice;
  nat::PortRequest request;
  request.inside = choice.peer;
  request.count = choice.peers;
  request.any_same = true;
  request.seed = exchange.setup.port_seed;
  request.digits = exchange.line.front_sent ? std::uint8_t{0} : RoomOf(choice.server, false);
  return request;
}

// Asks for ports on the address that the opener knows the peer by.
void Publish(Exchange& exchange, std::uint32_t index) {
  const ReplyChoice& choice = exchange.line.choice;
  if (IsPublished(exchange.agreement.Mappings()[index], choice))
    return ChangePeerText(exchange, index, false);
  if (choice.peers == 0 || exchange.agreement.IsShared(index, *exchange.head, choice.client.value[0]))
    return exchange.notes.Add(RTSPNAT_NOTE_NOT_PUBLISHED);
  exchange.proposal.Open(nat::Proposal::Side::kPublished, index, PublishRequest(exchange));
}

// Returns a new mapping for a peer that listens for TCP connections of the opener (RFC 7826 appendix C.2.2).
std::uint32_t NewPeerMapping(Exchange& exchange) {
  const Pending* request = exchange.agreement.RequestOf(*exchange.head, 0, false, false);
  if (request == nullptr || request->method != rtsp::Method::kSetup) return limits::kMappings;
  const std::uint32_t index = exchange.agreement.Mappings().New();
  if (index == limits::kMappings) {
    exchange.notes.Add(RTSPNAT_NOTE_TABLE_FULL);
    return index;
  }
  Mapping& mapping = exchange.agreement.Mappings()[index];
  mapping.tcp = true;
  mapping.count = exchange.line.choice.peers;
  mapping.open = static_cast<std::uint8_t>((1U << mapping.count) - 1);
  return index;
}

}  // namespace

void NoteChoice(Exchange& exchange) {
  Head& head = *exchange.head;
  Line& line = exchange.line;
  const ReplyChoice& choice = line.choice;
  line.is_first = head.chosen.choice == Choice::kNotSaid;
  if (!line.is_first || choice.choice == Choice::kNotSaid) return;
  if (head.chosen.client == 0) head.chosen.client = choice.client.value[0];
  if (head.doubted) return;  // As if nothing had been said of the server.
  head.chosen.choice = choice.choice;
  head.chosen.peers = choice.peers;
  head.chosen.peer = choice.peer;
  head.chosen.rtcp_mux = choice.rtcp_mux;
  head.chosen.media_source = ReadMediaSource(line.spec, line.reader.Line());
}

void UseReplySpec(Exchange& exchange) {
  Line& line = exchange.line;
  const bool is_first = line.is_first;
  const Choice choice = line.choice.choice;
  const bool has_media =
      choice == Choice::kUdp || choice == Choice::kTcpToClient || choice == Choice::kTcpToServer;
  if (!has_media || line.spec.repeat != 0) line.repeats = true;
  if (choice == Choice::kNotSaid) return;
  const bool tcp = choice == Choice::kTcpToClient;
  MapBack(exchange, line.choice.client, tcp);
  const Head& head = *exchange.head;
  if (!exchange.agreement.Publishes() || head.doubted || !has_media || !head.Succeeds()) return;
  const bool listens = choice == Choice::kTcpToServer;
  if (listens && !is_first) return;
  const std::uint32_t index =
      listens ? NewPeerMapping(exchange) : exchange.agreement.MappingOf(head, line.choice.client, tcp);
  if (index == limits::kMappings) return;
  if (is_first) return Publish(exchange, index);
  // A server may say once more what it has chosen.
  if (IsPublished(exchange.agreement.Mappings()[index], line.choice)) ChangePeerText(exchange, index, true);
}

void UsePublished(Exchange& exchange, nat::Proposal::Outcome outcome) {
  const std::uint32_t index = exchange.proposal.Index();
  Mapping& mapping = exchange.agreement.Mappings()[index];
  exchange.proposal.Close();
  if (outcome != nat::Proposal::Outcome::kGiven) return RefusePublished(exchange, nat::SetOf(index));
  mapping.peer = exchange.line.choice.peer;
  mapping.peers = exchange.line.choice.peers;
  exchange.notes.Add(RTSPNAT_NOTE_PUBLISHED);
  const bool is_new = mapping.state == nat::MappingState::kAsking;
  if (is_new && !exchange.agreement.HoldForReply(index, *exchange.head))
    return RefusePublished(exchange, nat::SetOf(index));
  ChangePeerText(exchange, index, false);
}

// The peer's ports stay as they are in the text, and are not led anywhere.
void RefusePublished(Exchange& exchange, nat::MappingSet set) {
  while (set != 0) {
    const std::uint32_t index = nat::Pop(set);
    Mapping& mapping = exchange.agreement.Mappings()[index];
    mapping.published = {};
    exchange.notes.Add(RTSPNAT_NOTE_NOT_PUBLISHED);
    if (mapping.state == nat::MappingState::kAsking) {
      exchange.agreement.Mappings().Free(index);
    } else if (mapping.outside.first == 0) {
      exchange.agreement.Unhold(index);
    }
  }
}

}  // namespace mangle
