// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangle/connection.h"

namespace mangle {
namespace {

constexpr std::uint32_t kMaxCseq = 0xffff'ffff;

// A hash that is never 0, which stands for "none".
std::uint32_t HashOf(const rtsp::Cursor& line, rtsp::Field field) {
  return field.Empty() ? 0 : rtsp::Hash(line.Slice(field)) | 1U;
}

std::uint32_t UriOf(const rtsp::Unit& unit) {
  return (unit.start.odd_uri != 0 ? unit.start.odd_uri : rtsp::Hash(unit.line.Slice(unit.start.uri))) | 1U;
}

std::uint32_t NoteOf(rtsp::LostReason reason) {
  switch (reason) {
    case rtsp::LostReason::kNotRtsp: return RTSPNAT_NOTE_NOT_RTSP;
    case rtsp::LostReason::kBadLength: return RTSPNAT_NOTE_BAD_LENGTH;
    case rtsp::LostReason::kLineTooLong: return RTSPNAT_NOTE_LINE_TOO_LONG;
    case rtsp::LostReason::kNone:
    case rtsp::LostReason::kNoStart: break;
  }
  return RTSPNAT_NOTE_LOST_FRAMING;
}

bool Contains(MappingSet set, std::uint32_t index) { return (set >> index & 1U) != 0; }

}  // namespace

inline void Connection::BeginHead(Head& head, const rtsp::Unit& unit) {
  // Nothing is left of a head before: EndHead() or TurnTransparent() has let go of its mappings.
  head = {};
  head.method = unit.start.method;
  head.status = unit.start.status;
  const bool wants_uri = IsSetup(head) || head.method == rtsp::Method::kTeardown;
  if (wants_uri) head.uri = UriOf(unit);
  if (direction_ == RTSPNAT_ORIGINAL) {
    directions_[RTSPNAT_REPLY].framer.ReadAnswers();
  } else {
    head.doubted = Current().framer.Gap();
  }
}

// Returns false if there is something to do first.
inline bool Connection::ReadHeader(Head& head, const rtsp::Unit& unit) {
  if (unit.too_long || unit.bare) {
    const std::uint32_t note = unit.too_long ? RTSPNAT_NOTE_LINE_TOO_LONG : RTSPNAT_NOTE_BARE_LINE_END;
    if (unit.header.name != rtsp::HeaderName::kOther) Note(note);
    return true;
  }
  switch (unit.header.name) {
    case rtsp::HeaderName::kCSeq: {
      const rtsp::Number number = rtsp::ReadNumberValue(unit.line, unit.header.value, kMaxCseq);
      head.cseq_kind = CseqKind::kNumber;
      head.cseq = number.value;
      if (!number.valid) ReadOddCseq(unit, head);
      return true;
    }
    case rtsp::HeaderName::kTransport: {
      const bool request = direction_ == RTSPNAT_ORIGINAL && IsSetup(head);
      const bool reply = direction_ == RTSPNAT_REPLY && head.status != 0;
      if (!request && !reply) return true;
      if (head.transport_bytes >= rtsp::kTransportBytes) {
        Note(RTSPNAT_NOTE_TABLE_FULL);
        return true;
      }
      head.transport_bytes = static_cast<std::uint16_t>(head.transport_bytes + unit.line.Size());
      BeginTransport(unit);
      return false;
    }
    case rtsp::HeaderName::kContentLength:
    case rtsp::HeaderName::kOther: return true;
    default: break;
  }
  BeginLine(unit);
  line_name_ = unit.header.name;
  phase_ = Phase::kOtherLine;
  return false;
}

// Servers echo the text, whatever it is.
void Connection::ReadOddCseq(const rtsp::Unit& unit, Head& head) {
  const rtsp::Field text = rtsp::TrimmedValue(unit.line, unit.header.value);
  head.cseq_kind = text.Empty() ? CseqKind::kNone : CseqKind::kText;
  head.cseq = HashOf(unit.line, text);
}

// What not every SETUP has.
void Connection::ReadOtherLine() {
  Head& head = Current().head;
  phase_ = Phase::kRead;
  if (line_name_ == rtsp::HeaderName::kSession) {
    head.session = HashOf(Line(), rtsp::SessionIdentifier(Line(), line_value_));
    if (direction_ == RTSPNAT_REPLY && !IsDoubted()) NoteSessionTimeout();
  } else if (line_name_ == rtsp::HeaderName::kRequire || line_name_ == rtsp::HeaderName::kSupported) {
    const bool asks = direction_ == RTSPNAT_ORIGINAL && head.status == 0;
    if (asks && rtsp::NamesStun(Line(), line_value_)) hands_off_ = true;
  } else if (IsAddressLine(line_name_)) {
    ReadAddressLine();
  } else if (IsRedirection()) {
    phase_ = Phase::kRedirect;
  }
}

// Of all sessions of the connection the longest counts.
void Connection::NoteSessionTimeout() {
  const rtsp::Number seconds = rtsp::SessionTimeout(Line(), line_value_);
  if (!seconds.valid || seconds.value <= session_seconds_) return;
  const bool most = seconds.value > rtsp::kMostSessionSeconds;
  session_seconds_ = most ? rtsp::kMostSessionSeconds : static_cast<std::uint16_t>(seconds.value);
}

// Returns false if there is something to ask first.
inline bool Connection::EndHead(Head& head) {
  if (head.status != 0) {
    Note(RTSPNAT_NOTE_RESPONSE);
    if (direction_ == RTSPNAT_REPLY) phase_ = Phase::kResponse;
  } else {
    Note(RTSPNAT_NOTE_REQUEST);
    if (direction_ == RTSPNAT_ORIGINAL) EndRequest(head);
  }
  head.mappings = 0;
  return release_ == 0 && phase_ == Phase::kRead;
}

// Takes one unit. Returns false if there is something to do first, or nothing more to be read.
inline bool Connection::TakeUnit(Head& head, const rtsp::Unit& unit) {
  switch (unit.kind) {
    case rtsp::UnitKind::kStartLine: BeginHead(head, unit); return true;
    case rtsp::UnitKind::kHeader: return ReadHeader(head, unit);
    case rtsp::UnitKind::kHeadEnd:
      if (unit.reason != rtsp::LostReason::kNone) Note(RTSPNAT_NOTE_REPLY_GAP);
      return EndHead(head);
    case rtsp::UnitKind::kInterleaved:
      Current().interleaved = true;
      Note(RTSPNAT_NOTE_INTERLEAVED);
      if (ForgetsInterleaved()) TurnTransparent(RTSPNAT_NOTE_INTERLEAVED);
      return !transparent_;
    case rtsp::UnitKind::kGap: Note(RTSPNAT_NOTE_REPLY_GAP); return true;
    case rtsp::UnitKind::kLost: TurnTransparent(NoteOf(unit.reason)); return false;
    case rtsp::UnitKind::kNeedMore:
    case rtsp::UnitKind::kNoRoom: break;
  }
  return false;
}

// Reads on until there is something to do, or nothing more to be read.
void Connection::ReadUnits() {
  Direction& direction = Current();
  rtsp::Unit unit;
  do {
    if (!reading_ || transparent_) return FinishSegment();
    direction.framer.Next(in_, unit);
    const bool ends = unit.kind == rtsp::UnitKind::kNeedMore || unit.kind == rtsp::UnitKind::kNoRoom;
    if (ends) return FinishSegment();
  } while (TakeUnit(direction.head, unit));
}

// Every request is noted, because a reply without a usable CSeq belongs to the only one that waits.
void Connection::EndRequest(const Head& head) {
  const bool setup = head.method == rtsp::Method::kSetup;
  if (setup) Note(RTSPNAT_NOTE_SETUP);
  if (setup && head.cseq_kind == CseqKind::kNone) Note(RTSPNAT_NOTE_NO_CSEQ);
  if (pending_.Full()) GiveUp(pending_.Oldest());
  const rtsp::Method method = head.mappings != 0 ? rtsp::Method::kSetup : head.method;
  pending_.Add({method, head.cseq_kind, head.mappings, head.cseq, head.session, head.uri});
}

// A request that waits for its reply makes room for a newer one.
void Connection::GiveUp(const Pending* request) {
  Note(RTSPNAT_NOTE_UNANSWERED);
  UnholdAll(pending_.Take(request).mappings);
}

// Behind a gap a refusal may be what a stranger wrote into a body: it gives nothing back, nor does it answer anything.
void Connection::EndResponse() {
  const Head& head = Current().head;
  phase_ = Phase::kRead;
  // 1xx is not the answer yet (RFC 2326 section 11.1).
  if (head.status < 200 || (IsDoubted() && !head.Succeeds())) return;
  const Pending* waiting = RequestOfReply(head.client, head.choice == Choice::kTcpToClient, true);
  if (waiting == nullptr) return;
  const Pending request = pending_.Take(waiting);
  answered_kind_ = request.cseq_kind;
  answered_ = request.cseq;
  if (request.method == rtsp::Method::kSetup) ResolveSetup(request, head);
  if (request.method == rtsp::Method::kTeardown) ResolveTeardown(request, head);
}

// Which mappings of the request the reply has taken.
MappingSet Connection::ChosenOf(const Pending& request, const Head& head) const {
  MappingSet of_peer = 0;
  for (MappingSet left = request.mappings; left != 0;) {
    const std::uint32_t index = Pop(left);
    if (mappings_[index].outside.first == 0) of_peer |= SetOf(index);
  }
  if (head.choice == Choice::kTcpToServer) return of_peer;
  if (head.choice == Choice::kOtherWay || head.choice == Choice::kInterleaved) return 0;
  const auto others = static_cast<MappingSet>(request.mappings & ~of_peer);
  if (head.choice == Choice::kNotSaid) return others;
  const std::uint32_t named = mappings_.FindOutside(head.client, head.choice == Choice::kTcpToClient);
  return named < rtsp::kMappings && Contains(others, named) ? SetOf(named) : others;
}

void Connection::ResolveSetup(const Pending& request, const Head& head) {
  if (!head.Succeeds()) return UnholdAll(request.mappings);
  if (publishes_ && head.choice == Choice::kNotSaid) Note(RTSPNAT_NOTE_NOT_PUBLISHED);
  MappingSet chosen = ChosenOf(request, head);
  UnholdAll(request.mappings & static_cast<MappingSet>(~chosen));
  const std::uint32_t session = head.session != 0 ? head.session : request.session;
  if (!IsDoubted()) EndReplacedStreams(request, head, session, chosen);
  while (chosen != 0) MakeLive(Pop(chosen), session, request.uri, head);
}

// SETUP of the same URL in another way ends what the URL had on this connection: ffmpeg, which no datagram reaches, pauses and sets
// the URL up interleaved in another session. With other ports (RFC 2326 section 10.4) it ends those of its own session.
void Connection::EndReplacedStreams(const Pending& request, const Head& head,
                                                      std::uint32_t session, MappingSet chosen) {
  if (head.choice == Choice::kInterleaved) agreed_interleaved_ = true;
  const bool other_way = head.choice == Choice::kInterleaved || head.choice == Choice::kOtherWay;
  if (!other_way && session == 0) return;
  for (;;) {
    const std::uint32_t index = streams_.Take(other_way ? 0 : session, request.uri, chosen);
    if (index == rtsp::kMappings) return;
    Unhold(index);
  }
}

void Connection::MakeLive(std::uint32_t index, std::uint32_t session, std::uint32_t uri, const Head& head) {
  Mapping& mapping = mappings_[index];
  const bool is_known = streams_.Has(session, uri, index);
  if (is_known && mapping.holders > 1) --mapping.holders;  // SETUP repeated is no further holder.
  if (!is_known && !streams_.Add(session, uri, index)) {
    Note(RTSPNAT_NOTE_TABLE_FULL);
    // A session may set the same ports up under one URL after the other (SAT>IP): its last URL stands for one before.
    const bool replaces = streams_.Replace(session, uri, index);
    Unhold(index);
    if (!replaces && mapping.holders == 0) return;
  }
  // Streams that share the ports have servers' ports of their own: admit any.
  const bool is_shared = mapping.state == MappingState::kLive && mapping.holders > 1 &&
                         (mapping.peers != head.peers || mapping.peer != head.peer);
  const bool is_of_peer = mapping.outside.first == 0;
  if (is_shared) {
    mapping.peers = 0;
    mapping.peer = mapping.published = {};
  } else if (!is_of_peer) {
    if (mapping.peer != head.peer) mapping.published = {};
    mapping.peers = head.peers;
    mapping.peer = head.peer;
  }
  if (!head.rtcp_mux) mapping.open = WithoutMux(mapping.open);
  expect_ |= SetOf(index);
}

void Connection::ResolveTeardown(const Pending& request, const Head& head) {
  constexpr std::uint16_t kSessionNotFound = 454;
  const bool is_gone = head.status == kSessionNotFound && request.session != 0;
  if (head.Succeeds() || is_gone) EndStreams(request);
}

// Ends the stream, or if there is none of that name, the whole session (RFC 2326 section 10.7).
void Connection::EndStreams(const Pending& request) {
  std::uint32_t uri = request.uri;
  std::uint32_t index = streams_.Take(request.session, uri, 0);
  if (index == rtsp::kMappings) {
    uri = 0;
    index = streams_.Take(request.session, uri, 0);
  }
  for (; index != rtsp::kMappings; index = streams_.Take(request.session, uri, 0)) Unhold(index);
}

// Who says TEARDOWN and closes does not wait for the answer, nor does what it names.
void Connection::EndTeardowns() {
  while (const Pending* teardown = pending_.FindMethod(rtsp::Method::kTeardown))
    EndStreams(pending_.Take(teardown));
}

void Connection::Unhold(std::uint32_t index) {
  Mapping& mapping = mappings_[index];
  if (mapping.holders != 0) --mapping.holders;
  if (mapping.holders == 0) release_ |= SetOf(index);
}

void Connection::UnholdAll(MappingSet set) {
  while (set != 0) Unhold(Pop(set));
}

}  // namespace mangle
