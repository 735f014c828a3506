// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangle/address.h"
#include "mangle/connection.h"

namespace mangle {

void Connection::UseReplySpec() {
  const bool is_first = Current().head.choice == Choice::kNotSaid;
  ReadReplyChoice(spec_, Line(), chosen_);
  NoteChoice();
  const bool is_other = chosen_.choice == Choice::kNotSaid || chosen_.choice == Choice::kOtherWay ||
                        chosen_.choice == Choice::kInterleaved;
  if (is_other || spec_.repeat != 0) line_rest_ = true;
  if (chosen_.choice == Choice::kNotSaid) return;
  const bool tcp = chosen_.choice == Choice::kTcpToClient;
  MapBack(chosen_.client, tcp);
  const bool has_media = chosen_.choice != Choice::kOtherWay && chosen_.choice != Choice::kInterleaved;
  if (!publishes_ || IsDoubted() || !has_media || !Current().head.Succeeds()) return;
  const bool listens = chosen_.choice == Choice::kTcpToServer;
  if (listens && !is_first) return;
  const std::uint32_t index = listens ? MakePeerMapping() : MappingOfReply(chosen_.client, tcp);
  if (index == rtsp::kMappings) return;
  if (is_first) return Publish(index);
  // A server may say once more what it has chosen.
  if (IsPublished(index)) ChangePeerText(index, true);
}

// True if the mapping has those ports published that the spec in hand names.
bool Connection::IsPublished(std::uint32_t index) const {
  const Mapping& mapping = mappings_[index];
  return mapping.published.first != 0 && mapping.peers == chosen_.peers && mapping.peer == chosen_.peer;
}

// Returns the request that the reply in hand answers, null if that cannot be told: the one with its CSeq. A final reply without CSeq,
// or with one that nobody waits for, answers the only request that waits, or the only SETUP if the reply names its ports outside. In
// a line above CSeq (`ended` is false) it may answer any SETUP whose ports it names. A reply that repeats the CSeq of the reply
// before it (Tapo cameras) answers nothing.
Pending* Connection::RequestOfReply(std::uint16_t client, bool tcp, bool ended) {
  const Head& head = Current().head;
  if (Pending* request = pending_.Find(head.cseq_kind, head.cseq)) return request;
  const bool has_cseq = head.cseq_kind != CseqKind::kNone;
  if (head.status < 200 || (has_cseq && head.cseq_kind == answered_kind_ && head.cseq == answered_))
    return nullptr;
  if (Pending* only = pending_.Only()) return only;
  if ((has_cseq || ended) && pending_.Setups() != 1) return nullptr;
  const std::uint32_t named = mappings_.FindOutside(client, tcp);
  return named < rtsp::kMappings ? pending_.FindHolder(SetOf(named)) : nullptr;
}

// The first spec that is understood is what the server has chosen.
void Connection::NoteChoice() {
  Head& head = Current().head;
  if (head.choice != Choice::kNotSaid || chosen_.choice == Choice::kNotSaid) return;
  if (head.client == 0) head.client = chosen_.client.value[0];
  if (IsDoubted()) return;  // As if nothing had been said of the server.
  head.choice = chosen_.choice;
  head.peers = chosen_.peers;
  head.peer = chosen_.peer;
  head.rtcp_mux = chosen_.rtcp_mux;
  head.media_source = ReadMediaSource(spec_, Line());
}

// Gives the client its own ports and address back, so that it need not know of the NAT (R84).
void Connection::MapBack(const Numbers& client, bool tcp) {
  const MappingSet waiting = MappingsOfReply(client, tcp);
  if (waiting == 0) return;
  const std::uint32_t index = mappings_.FindOutside(client.value[0], tcp);
  const bool is_named = index < rtsp::kMappings && (waiting & SetOf(index)) != 0;
  bool changes = false;
  if (is_named) {
    const Mapping& mapping = mappings_[index];
    for (unsigned i = 0; i < client.count; ++i) {
      const bool first = client.value[i] == mapping.outside.first;
      if (!first && (mapping.count < 2 || client.value[i] != mapping.outside.last)) continue;
      const std::uint16_t port = first ? mapping.inside.first : mapping.inside.last;
      if (port == client.value[i]) continue;
      changes = true;
      if (!Fits(port, client.field[i])) return Note(RTSPNAT_NOTE_CANNOT_EDIT);
    }
  } else if (client.count != 0) {
    return;
  }
  Hosts hosts;
  FindHostsToChange(hosts);
  if (!changes && hosts.count == 0) return;
  if (line_left_) return Note(RTSPNAT_NOTE_CUT_TRANSPORT);
  if (!HasRoomFor(std::uint32_t{client.count} + hosts.count + 1)) return;
  if (changes)
    AddClientPorts(mappings_[index].outside, mappings_[index].inside, mappings_[index].count, client);
  AddHosts(hosts, ChangeKind::kOpener);
}

// Returns the mappings that the reply in hand can be about: those of its request (R11), or of every SETUP where its CSeq may stand
// further down. Behind a gap the request may have been answered by what was no reply.
MappingSet Connection::MappingsOfReply(const Numbers& client, bool tcp) {
  if (IsDoubted()) return mappings_.Held();
  const Pending* request = RequestOfReply(client.value[0], tcp, false);
  if (request != nullptr) return request->mappings;
  return Current().head.cseq_kind == CseqKind::kNone ? pending_.Mappings() : MappingSet{0};
}

// Returns the mapping that the reply in hand is about: the one that it names, else the only one there is.
std::uint32_t Connection::MappingOfReply(const Numbers& client, bool tcp) {
  MappingSet waiting = MappingsOfReply(client, tcp);
  const std::uint32_t named = mappings_.FindOutside(client.value[0], tcp);
  if (named < rtsp::kMappings) return (waiting & SetOf(named)) != 0 ? named : rtsp::kMappings;
  if (client.count != 0 || waiting == 0) return rtsp::kMappings;
  const std::uint32_t only = Pop(waiting);
  return waiting == 0 ? only : rtsp::kMappings;
}

// Returns a new mapping for a peer that listens for TCP connections of the opener (RFC 7826 appendix C.2.2).
std::uint32_t Connection::MakePeerMapping() {
  const Pending* request = RequestOfReply(0, false, false);
  if (request == nullptr || request->method != rtsp::Method::kSetup) return rtsp::kMappings;
  const std::uint32_t index = mappings_.FindFree();
  if (index == rtsp::kMappings) {
    Note(RTSPNAT_NOTE_TABLE_FULL);
    return index;
  }
  Mapping& mapping = mappings_[index];
  mapping = {};
  mapping.state = MappingState::kAsking;
  mapping.tcp = true;
  mapping.count = chosen_.peers;
  mapping.open = static_cast<std::uint8_t>((1U << chosen_.peers) - 1);
  return index;
}

// Asks for ports on the address that the opener knows the peer by.
void Connection::Publish(std::uint32_t index) {
  const Mapping& mapping = mappings_[index];
  asked_ = static_cast<std::uint8_t>(index);
  if (IsPublished(index)) return ChangePeerText(index, false);
  // Of the holders one is the request in hand, and one may be the same stream, set up before.
  const Pending* request = RequestOfReply(chosen_.client.value[0], mapping.tcp, false);
  const bool is_known = request != nullptr && streams_.Has(request->session, request->uri, index);
  const bool is_shared = mapping.state == MappingState::kLive && mapping.holders > (is_known ? 2 : 1);
  if (chosen_.peers == 0 || is_shared) return Note(RTSPNAT_NOTE_NOT_PUBLISHED);
  attempt_ = 0;
  phase_ = Phase::kPublish;
}

PortRequest Connection::PublishRequest() const {
  PortRequest request;
  request.inside = chosen_.peer;
  request.count = chosen_.peers;
  request.any_same = true;
  request.seed = setup_.port_seed;
  std::uint32_t digits = line_left_ ? 0 : kPortDigits;
  for (unsigned i = 0; i < chosen_.server.count; ++i) {
    if (chosen_.server.field[i].length < digits) digits = chosen_.server.field[i].length;
  }
  request.digits = static_cast<std::uint8_t>(digits);
  return request;
}

bool Connection::ProposePublished(rtspnat_step& step) {
  const PortRequest request = PublishRequest();
  std::uint8_t& proposals = Current().head.proposals;
  while (attempt_ < rtsp::kPortProposals && proposals < rtsp::kPortProposals) {
    const PortRange ports = Propose(request, attempt_++);
    if (ports.first == 0) continue;
    ++proposals;
    FillMapping(asked_, step);
    for (unsigned i = 0; i < RTSPNAT_PORTS; ++i) {
      const bool is_there = i < request.count && i < step.count;
      step.peer[i] = is_there ? request.inside.At(i, request.count) : std::uint16_t{0};
      step.published[i] = is_there ? ports.At(i, request.count) : std::uint16_t{0};
    }
    mappings_[asked_].published = ports;
    step.digits = request.digits;
    step.ask = RTSPNAT_PUBLISH;
    question_ = Question::kPublish;
    return true;
  }
  RefusePublished(asked_);
  phase_ = Phase::kSpecs;
  return false;
}

void Connection::AnswerPublish(rtspnat_reply reply, std::uint16_t first_port) {
  if (reply == RTSPNAT_BUSY) return;
  phase_ = Phase::kSpecs;
  Mapping& mapping = mappings_[asked_];
  const PortRequest request = PublishRequest();
  const bool fits = first_port == mapping.published.first || IsFit(request, first_port);
  if (reply != RTSPNAT_YES || !fits) return RefusePublished(asked_);
  if (first_port != mapping.published.first) mapping.published = RangeFrom(first_port, request.count);
  mapping.peer = chosen_.peer;
  mapping.peers = chosen_.peers;
  Note(RTSPNAT_NOTE_PUBLISHED);
  if (mapping.state == MappingState::kAsking) {
    Pending* request_of = RequestOfReply(0, false, false);
    if (request_of == nullptr) return RefusePublished(asked_);
    mappings_.Reserve(asked_);
    mapping.holders = 1;
    request_of->mappings |= SetOf(asked_);
  }
  ChangePeerText(asked_, false);
}

// The peer's ports stay as they are in the text, and are not led anywhere.
void Connection::RefusePublished(std::uint32_t index) {
  Mapping& mapping = mappings_[index];
  mapping.published = {};
  Note(RTSPNAT_NOTE_NOT_PUBLISHED);
  if (mapping.state == MappingState::kAsking) return mappings_.Free(index);
  if (mapping.outside.first == 0) Unhold(index);
}

// Where it only repeats what a line before has said, that stands, whatever becomes of this one.
void Connection::ChangePeerText(std::uint32_t index, bool repeats) {
  const Mapping& mapping = mappings_[index];
  Hosts sources = FindSources(spec_, Line());
  KeepOnly(sources, Line(), setup_.peer);
  for (unsigned i = 0; i < chosen_.server.count; ++i) {
    const std::uint16_t widest =
        mapping.published.first > mapping.published.last ? mapping.published.first : mapping.published.last;
    if (mapping.published != mapping.peer && !Fits(widest, chosen_.server.field[i]))
      return Note(RTSPNAT_NOTE_CANNOT_EDIT);
  }
  const bool changes = mapping.published != mapping.peer || sources.count != 0;
  const bool is_cut = changes && line_left_;
  if (is_cut && repeats) Note(RTSPNAT_NOTE_CUT_TRANSPORT);
  if (is_cut || !HasRoomFor(std::uint32_t{chosen_.server.count} + sources.count)) {
    if (!repeats) RefusePublished(index);
    return;
  }
  if (!repeats) line_mappings_ |= SetOf(index);
  AddPorts(chosen_.server, mapping.peer, mapping.published, mapping.peers);
  AddHosts(sources, ChangeKind::kPeer);
}

}  // namespace mangle
