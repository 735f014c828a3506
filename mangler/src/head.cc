// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangle/connection.h"

namespace mangle {
namespace {

constexpr std::uint32_t kMaxCseq = 0xffff'ffff;

// A hash that is never 0, which stands for "none".
std::uint32_t HashOf(const rtsp::Cursor& line, rtsp::Field field) {
  return field.Empty() ? 0 : rtsp::Hash(line.Slice(field)) | 1U;
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

[[gnu::always_inline]] inline void Connection::BeginHead(Head& head, const rtsp::Unit& unit) {
  // Nothing is left of a head before: EndHead() or TurnTransparent() has let go of its mappings.
  head = {};
  head.method = unit.start.method;
  head.status = unit.start.status;
  const bool wants_uri = IsSetup(head) || head.method == rtsp::Method::kTeardown;
  if (wants_uri) head.uri = HashOf(unit.line, unit.start.uri);
}

// Returns false if there is something to do first.
[[gnu::always_inline]] inline bool Connection::ReadHeader(Head& head, const rtsp::Unit& unit) {
  if (unit.too_long) {
    if (unit.header.name != rtsp::HeaderName::kOther) Note(RTSPNAT_NOTE_LINE_TOO_LONG);
    return true;
  }
  switch (unit.header.name) {
    case rtsp::HeaderName::kCSeq: {
      const rtsp::Number number = rtsp::ReadNumberValue(unit.line, unit.header.value, kMaxCseq);
      head.has_cseq = number.valid;
      head.cseq = number.value;
      return true;
    }
    case rtsp::HeaderName::kTransport: {
      const bool request = direction_ == RTSPNAT_ORIGINAL && IsSetup(head);
      const bool reply = direction_ == RTSPNAT_REPLY && head.status != 0;
      if (!request && !reply) return true;
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

// What not every SETUP has.
[[gnu::noinline]] void Connection::ReadOtherLine() {
  Head& head = Current().head;
  phase_ = Phase::kRead;
  if (line_name_ == rtsp::HeaderName::kSession) {
    head.session = HashOf(Line(), rtsp::SessionIdentifier(Line(), line_value_));
    if (direction_ == RTSPNAT_REPLY) NoteSessionTimeout();
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
[[gnu::always_inline]] inline bool Connection::EndHead(Head& head) {
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
[[gnu::always_inline]] inline bool Connection::TakeUnit(Head& head, const rtsp::Unit& unit) {
  switch (unit.kind) {
    case rtsp::UnitKind::kStartLine: BeginHead(head, unit); return true;
    case rtsp::UnitKind::kHeader: return ReadHeader(head, unit);
    case rtsp::UnitKind::kHeadEnd: return EndHead(head);
    case rtsp::UnitKind::kInterleaved:
      interleaved_ = true;
      Note(RTSPNAT_NOTE_INTERLEAVED);
      return true;
    case rtsp::UnitKind::kLost: TurnTransparent(NoteOf(unit.reason)); return false;
    case rtsp::UnitKind::kNeedMore:
    case rtsp::UnitKind::kNoRoom: break;
  }
  return false;
}

// Reads plain lines. What is deeper is called from elsewhere, to save stack: FinishSegment() at kAllTaken, ReadOther()
// at kOther.
[[gnu::noinline, gnu::flatten]] rtsp::Framer::Plain Connection::ReadUnits() {
  struct Sink {
    Connection& connection;
    Head& head;

    [[gnu::always_inline]] bool operator()(const rtsp::Unit& unit) const {
      return connection.TakeUnit(head, unit);
    }
  };
  if (!reading_ || transparent_) return rtsp::Framer::Plain::kAllTaken;
  Direction& direction = Current();
  return direction.framer.ForEachPlain<false>(in_, Sink{*this, direction.head});
}

// Reads one unit of any kind.
[[gnu::noinline]] void Connection::ReadOther() {
  rtsp::Unit unit;
  Direction& direction = Current();
  direction.framer.TakeOther(in_, unit);
  const bool ends = unit.kind == rtsp::UnitKind::kNeedMore || unit.kind == rtsp::UnitKind::kNoRoom;
  if (ends) return FinishSegment();
  (void)TakeUnit(direction.head, unit);
}

void Connection::EndRequest(const Head& head) {
  const bool setup = head.method == rtsp::Method::kSetup;
  if (setup) Note(RTSPNAT_NOTE_SETUP);
  const bool teardown = head.method == rtsp::Method::kTeardown && mappings_.Held() != 0;
  if (!teardown && head.mappings == 0 && !(setup && publishes_)) return;
  if (!head.has_cseq) {
    Note(RTSPNAT_NOTE_NO_CSEQ);
    return UnholdAll(head.mappings);
  }
  const rtsp::Method method = teardown ? rtsp::Method::kTeardown : rtsp::Method::kSetup;
  if (!pending_.Add({method, head.mappings, head.cseq, head.session, head.uri})) {
    Note(RTSPNAT_NOTE_TABLE_FULL);
    UnholdAll(head.mappings);
  }
}

[[gnu::noinline]] void Connection::EndResponse() {
  const Head& head = Current().head;
  phase_ = Phase::kRead;
  // 1xx is not the answer yet (RFC 2326 section 11.1).
  if (!head.has_cseq || head.status < 200) return;
  const Pending request = pending_.Take(head.cseq);
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
  if (head.choice == Choice::kOtherWay) return 0;
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
  // SETUP repeated on a live stream (RFC 2326 section 10.4) with other ports: those before are not used any more.
  for (;;) {
    const std::uint32_t index = session != 0 ? streams_.Take(session, request.uri, chosen) : rtsp::kMappings;
    if (index == rtsp::kMappings) break;
    Unhold(index);
  }
  while (chosen != 0) MakeLive(Pop(chosen), session, request.uri, head);
}

void Connection::MakeLive(std::uint32_t index, std::uint32_t session, std::uint32_t uri, const Head& head) {
  Mapping& mapping = mappings_[index];
  const bool is_known = streams_.Has(session, uri, index);
  if (is_known && mapping.holders > 1) --mapping.holders;  // SETUP repeated is no further holder.
  if (!is_known && !streams_.Add(session, uri, index)) Note(RTSPNAT_NOTE_TABLE_FULL);
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
  expect_ |= SetOf(index);
}

void Connection::ResolveTeardown(const Pending& request, const Head& head) {
  constexpr std::uint16_t kSessionNotFound = 454;
  if (head.Succeeds() || head.status == kSessionNotFound) EndStreams(request);
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
  for (Pending request = pending_.TakeTeardown(); request.method != rtsp::Method::kOther;
       request = pending_.TakeTeardown())
    EndStreams(request);
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
