// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/rtsp/agreement.h"

namespace mangle {
namespace {

using nat::Mapping;
using nat::MappingSet;
using nat::MappingState;
using nat::Pop;
using nat::SetOf;

constexpr std::uint8_t kMostHolders = 255;

constexpr MappingSet Without(MappingSet set, MappingSet others) {
  return static_cast<MappingSet>(set & ~others);
}

bool Contains(MappingSet set, std::uint32_t index) { return (set & SetOf(index)) != 0; }

}  // namespace

bool Agreement::MakeRoom(Notes& notes) {
  const Pending* oldest = pending_.FindHolder(Without(mappings_.Held(), mappings_.Live()));
  if (oldest == nullptr) return false;
  GiveUp(oldest, notes);
  return true;
}

bool Agreement::Hold(std::uint32_t index, Notes& notes) {
  if (Contains(of_open_request_, index)) return true;
  Mapping& mapping = mappings_[index];
  if (mapping.holders == kMostHolders) {
    notes.Add(RTSPNAT_NOTE_TABLE_FULL);
    return false;
  }
  ++mapping.holders;
  of_open_request_ |= SetOf(index);
  return true;
}

void Agreement::GiveBack(MappingSet set) {
  UnholdAll(set);
  of_open_request_ = Without(of_open_request_, set);
}

void Agreement::Unhold(std::uint32_t index) {
  Mapping& mapping = mappings_[index];
  if (mapping.holders != 0) --mapping.holders;
  if (mapping.holders == 0) Release(index);
}

void Agreement::UnholdAll(MappingSet set) {
  while (set != 0) Unhold(Pop(set));
}

// Every request is noted, because a reply without a usable CSeq belongs to the only one that waits.
void Agreement::EndRequest(const Head& head, Notes& notes) {
  const bool is_setup = head.method == rtsp::Method::kSetup;
  if (is_setup) notes.Add(RTSPNAT_NOTE_SETUP);
  if (is_setup && head.cseq_kind == CseqKind::kNone) notes.Add(RTSPNAT_NOTE_NO_CSEQ);
  if (pending_.Full()) GiveUp(pending_.Oldest(), notes);
  const rtsp::Method method = of_open_request_ != 0 ? rtsp::Method::kSetup : head.method;
  pending_.Add({method, head.cseq_kind, of_open_request_, head.cseq, head.session, head.uri});
  of_open_request_ = 0;
}

// A request that waits for its reply makes room for a newer one.
void Agreement::GiveUp(const Pending* request, Notes& notes) {
  notes.Add(RTSPNAT_NOTE_UNANSWERED);
  UnholdAll(pending_.Take(request).mappings);
}

Pending* Agreement::RequestOf(const Head& head, std::uint16_t client, bool tcp, bool ended) {
  if (Pending* request = pending_.Find(head.cseq_kind, head.cseq)) return request;
  const bool has_cseq = head.cseq_kind != CseqKind::kNone;
  const bool repeats = has_cseq && head.cseq_kind == answered_kind_ && head.cseq == answered_;
  if (head.status < 200 || repeats) return nullptr;
  if (Pending* only = pending_.Only()) return only;
  if ((has_cseq || ended) && pending_.Setups() != 1) return nullptr;
  const std::uint32_t named = mappings_.Find(&Mapping::outside, client, tcp);
  return named < limits::kMappings ? pending_.FindHolder(SetOf(named)) : nullptr;
}

MappingSet Agreement::MappingsOf(const Head& head, std::uint16_t client, bool tcp) {
  if (head.doubted) return mappings_.Held();
  const Pending* request = RequestOf(head, client, tcp, false);
  if (request != nullptr) return request->mappings;
  return head.cseq_kind == CseqKind::kNone ? pending_.Mappings() : MappingSet{0};
}

std::uint32_t Agreement::MappingOf(const Head& head, const rtsp::Ports& client, bool tcp) {
  MappingSet waiting = MappingsOf(head, client.value[0], tcp);
  const std::uint32_t named = mappings_.Find(&Mapping::outside, client.value[0], tcp);
  if (named < limits::kMappings) return Contains(waiting, named) ? named : limits::kMappings;
  if (client.count != 0 || waiting == 0) return limits::kMappings;
  const std::uint32_t only = Pop(waiting);
  return waiting == 0 ? only : limits::kMappings;
}

// Of the holders one is the request that waits, and one may be the same stream, set up before.
bool Agreement::IsShared(std::uint32_t index, const Head& head, std::uint16_t client) {
  const Mapping& mapping = mappings_[index];
  const Pending* request = RequestOf(head, client, mapping.tcp, false);
  const bool is_known = request != nullptr && streams_.Has(request->session, request->uri, index);
  return mapping.state == MappingState::kLive && mapping.holders > (is_known ? 2 : 1);
}

bool Agreement::HoldForReply(std::uint32_t index, const Head& head) {
  Pending* request = RequestOf(head, 0, false, false);
  if (request == nullptr) return false;
  mappings_.Reserve(index);
  mappings_[index].holders = 1;
  request->mappings |= SetOf(index);
  return true;
}

void Agreement::NoteSessionTimeout(std::uint32_t seconds) {
  if (seconds <= session_seconds_) return;
  const bool is_most = seconds > limits::kMostSessionSeconds;
  session_seconds_ = is_most ? limits::kMostSessionSeconds : static_cast<std::uint16_t>(seconds);
}

// Behind a gap a refusal may be what a stranger wrote into a body: it gives nothing back, nor does it answer anything.
void Agreement::EndReply(const Head& head, Notes& notes) {
  constexpr std::uint16_t kSessionNotFound = 454;
  // 1xx is not the answer yet (RFC 2326 section 11.1).
  if (head.status < 200 || (head.doubted && !head.Succeeds())) return;
  const Pending* waiting = RequestOf(head, head.chosen.client, head.ChoosesTcpToClient(), true);
  if (waiting == nullptr) return;
  const Pending request = pending_.Take(waiting);
  answered_kind_ = request.cseq_kind;
  answered_ = request.cseq;
  if (request.method == rtsp::Method::kSetup) ResolveSetup(request, head, notes);
  const bool is_gone = head.status == kSessionNotFound && request.session != 0;
  if (request.method == rtsp::Method::kTeardown && (head.Succeeds() || is_gone)) EndStreams(request);
}

// Returns which mappings of the request the reply has taken.
MappingSet Agreement::ChosenOf(const Pending& request, const Head& head) const {
  MappingSet of_peer = 0;
  for (MappingSet rest = request.mappings; rest != 0;) {
    const std::uint32_t index = Pop(rest);
    if (mappings_[index].outside.first == 0) of_peer |= SetOf(index);
  }
  const Choice choice = head.chosen.choice;
  if (choice == Choice::kTcpToServer) return of_peer;
  if (choice == Choice::kOtherWay || choice == Choice::kInterleaved) return 0;
  const MappingSet others = Without(request.mappings, of_peer);
  if (choice == Choice::kNotSaid) return others;
  const std::uint32_t named =
      mappings_.Find(&Mapping::outside, head.chosen.client, head.ChoosesTcpToClient());
  return named < limits::kMappings && Contains(others, named) ? SetOf(named) : others;
}

void Agreement::ResolveSetup(const Pending& request, const Head& head, Notes& notes) {
  if (!head.Succeeds()) return UnholdAll(request.mappings);
  if (publishes_ && head.chosen.choice == Choice::kNotSaid) notes.Add(RTSPNAT_NOTE_NOT_PUBLISHED);
  MappingSet chosen = ChosenOf(request, head);
  UnholdAll(Without(request.mappings, chosen));
  const std::uint32_t session = head.session != 0 ? head.session : request.session;
  if (!head.doubted) EndReplacedStreams(request, head, session, chosen);
  while (chosen != 0) MakeLive(Pop(chosen), session, request.uri, head, notes);
}

// SETUP of the same URL in another way ends what the URL had on this connection: ffmpeg, which no datagram reaches, pauses and sets
// the URL up interleaved in another session. With other ports (RFC 2326 section 10.4) it ends those of its own session.
void Agreement::EndReplacedStreams(const Pending& request, const Head& head, std::uint32_t session,
                                   MappingSet chosen) {
  const Choice choice = head.chosen.choice;
  if (choice == Choice::kInterleaved) interleaved_ = true;
  const bool other_way = choice == Choice::kInterleaved || choice == Choice::kOtherWay;
  if (!other_way && session == 0) return;
  while (EndStream(other_way ? 0 : session, request.uri, chosen)) continue;
}

// Ends one stream that fits and whose mapping is not in `kept`. Returns false if there is none.
bool Agreement::EndStream(std::uint32_t session, std::uint32_t uri, MappingSet kept) {
  const std::uint32_t index = streams_.Take(session, uri, kept);
  if (index == limits::kMappings) return false;
  Unhold(index);
  return true;
}

void Agreement::MakeLive(std::uint32_t index, std::uint32_t session, std::uint32_t uri, const Head& head,
                         Notes& notes) {
  Mapping& mapping = mappings_[index];
  const bool is_known = streams_.Has(session, uri, index);
  if (is_known && mapping.holders > 1) --mapping.holders;  // SETUP repeated is no further holder.
  if (!is_known && !streams_.Add(session, uri, index)) {
    notes.Add(RTSPNAT_NOTE_TABLE_FULL);
    // A session may set the same ports up under one URL after the other (SAT>IP): its last URL stands for one before.
    const bool replaces = streams_.Replace(session, uri, index);
    Unhold(index);
    if (!replaces && mapping.holders == 0) return;
  }
  // Streams that share the ports have servers' ports of their own: admit any.
  const bool is_shared = mapping.state == MappingState::kLive && mapping.holders > 1 &&
                         (mapping.peers != head.chosen.peers || mapping.peer != head.chosen.peer);
  const bool is_of_peer = mapping.outside.first == 0;
  if (is_shared) {
    mapping.peers = 0;
    mapping.peer = mapping.published = {};
  } else if (!is_of_peer) {
    if (mapping.peer != head.chosen.peer) mapping.published = {};
    mapping.peers = head.chosen.peers;
    mapping.peer = head.chosen.peer;
  }
  if (!head.chosen.rtcp_mux) mapping.open = nat::WithoutMux(mapping.open);
  expect_ |= SetOf(index);
}

// Ends the stream, or if there is none of that name, the whole session (RFC 2326 section 10.7).
void Agreement::EndStreams(const Pending& request) {
  const std::uint32_t uri = EndStream(request.session, request.uri, 0) ? request.uri : 0;
  while (EndStream(request.session, uri, 0)) continue;
}

// Who says TEARDOWN and closes does not wait for the answer, nor do the streams that it names.
void Agreement::End() {
  while (const Pending* teardown = pending_.FindMethod(rtsp::Method::kTeardown))
    EndStreams(pending_.Take(teardown));
  linger_ = Without(mappings_.Live(), release_);
  release_ = Without(mappings_.Held(), linger_);
}

rtspnat_ask Agreement::Ask(const rtspnat_address& source, rtspnat_step& step, Notes& notes) {
  if (release_ != 0) {
    Leave(Pop(release_), step, RTSPNAT_RELEASE);
    notes.Add(RTSPNAT_NOTE_RELEASED);
    return RTSPNAT_RELEASE;
  }
  if (linger_ != 0) {
    Leave(Pop(linger_), step, RTSPNAT_LINGER);
    step.mapping.seconds = session_seconds_;
    notes.Add(RTSPNAT_NOTE_LINGERS);
    return RTSPNAT_LINGER;
  }
  asked_ = static_cast<std::uint8_t>(Pop(expect_));
  is_asked_ = true;
  Describe(asked_, mappings_[asked_], publishes_, step.mapping);
  step.mapping.media_source = source;
  step.ask = RTSPNAT_EXPECT;
  return RTSPNAT_EXPECT;
}

void Agreement::Answer(rtspnat_reply reply, Notes& notes) {
  is_asked_ = false;
  if (reply == RTSPNAT_YES) {
    mappings_[asked_].state = MappingState::kLive;
    return notes.Add(RTSPNAT_NOTE_LIVE);
  }
  notes.Add(RTSPNAT_NOTE_EXPECT_FAILED);
  Release(asked_);
}

bool Agreement::DescribeMapping(std::uint32_t index, rtspnat_mapping& described) const {
  if (index >= limits::kMappings || mappings_[index].state == MappingState::kFree) return false;
  Describe(index, mappings_[index], publishes_, described);
  return true;
}

void Agreement::LeaveDialogue(Notes& notes) {
  if (is_asked_) Answer(RTSPNAT_NO, notes);
  mappings_.FreeAsked();
}

bool Agreement::Close(rtspnat_step& step) {
  MappingSet held = mappings_.Held();
  if (held == 0) return false;
  Leave(Pop(held), step, RTSPNAT_RELEASE);
  return true;
}

// The mapping is given up, one way or the other.
void Agreement::Leave(std::uint32_t index, rtspnat_step& step, rtspnat_ask ask) {
  Describe(index, mappings_[index], publishes_, step.mapping);
  Forget(index);
  step.ask = static_cast<std::uint8_t>(ask);
}

// Nothing may speak of a mapping that is gone: not a question, not a head, not a reply to come.
void Agreement::Forget(std::uint32_t index) {
  const MappingSet gone = SetOf(index);
  mappings_.Free(index);
  streams_.Forget(index);
  pending_.Keep(static_cast<MappingSet>(~gone));
  of_open_request_ = Without(of_open_request_, gone);
  release_ = Without(release_, gone);
  linger_ = Without(linger_, gone);
  expect_ = Without(expect_, gone);
}

}  // namespace mangle
