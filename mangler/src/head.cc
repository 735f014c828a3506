// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangle/connection.h"

namespace mangle {
namespace {

constexpr std::uint32_t kMaxCseq = 0xffff'ffff;

// A hash that is never 0, which stands for "none".
std::uint32_t HashOf(const rtsp::Unit& unit, rtsp::Field field) {
  return field.Empty() ? 0 : rtsp::Hash(unit.line.Slice(field)) | 1U;
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

bool IsSuccess(std::uint16_t status) { return status >= 200 && status < 300; }

}  // namespace

[[gnu::always_inline]] inline void Connection::BeginHead(const rtsp::Unit& unit) {
  Head& head = Current().head;
  // Nothing is left of a head before: EndHead() or TurnTransparent() has let go of its mappings.
  head = {};
  head.method = unit.start.method;
  head.status = unit.start.status;
  const bool wants_uri = head.method == rtsp::Method::kSetup || head.method == rtsp::Method::kTeardown;
  if (wants_uri) head.uri = HashOf(unit, unit.start.uri);
}

[[gnu::always_inline]] inline void Connection::ReadHeader(const rtsp::Unit& unit) {
  if (unit.too_long) return Note(RTSPNAT_NOTE_LINE_TOO_LONG);
  Head& head = Current().head;
  switch (unit.header.name) {
    case rtsp::HeaderName::kCSeq: {
      const rtsp::Number number = rtsp::ReadNumberValue(unit.line, unit.header.value, kMaxCseq);
      head.has_cseq = number.valid;
      head.cseq = number.value;
      return;
    }
    case rtsp::HeaderName::kSession:
      head.session = HashOf(unit, rtsp::SessionIdentifier(unit.line, unit.header.value));
      return;
    case rtsp::HeaderName::kTransport:
      if (direction_ == RTSPNAT_ORIGINAL && head.method == rtsp::Method::kSetup) return BeginTransport(unit);
      if (direction_ == RTSPNAT_REPLY && head.status != 0) return BeginTransport(unit);
      return;
    case rtsp::HeaderName::kContentLength:
    case rtsp::HeaderName::kOther: return;
  }
}

[[gnu::always_inline]] inline void Connection::EndHead() {
  Head& head = Current().head;
  if (head.status != 0) {
    Note(RTSPNAT_NOTE_RESPONSE);
    if (direction_ == RTSPNAT_REPLY) EndResponse(head);
  } else {
    Note(RTSPNAT_NOTE_REQUEST);
    if (direction_ == RTSPNAT_ORIGINAL) EndRequest(head);
  }
  head.mappings = 0;
}

// Reads on until there is something to ask, or the segment is done.
[[gnu::noinline]] void Connection::ReadUnits() {
  if (!reading_ || transparent_) return FinishSegment();
  rtsp::Framer& framer = Current().framer;
  rtsp::Unit unit;
  for (;;) {
    framer.NextOfInterest(in_, unit);
    switch (unit.kind) {
      case rtsp::UnitKind::kStartLine: BeginHead(unit); break;
      case rtsp::UnitKind::kHeader:
        ReadHeader(unit);
        if (phase_ != Phase::kRead) return;
        break;
      case rtsp::UnitKind::kHeadEnd:
        EndHead();
        if (release_ != 0 || expect_ != 0) return;
        break;
      case rtsp::UnitKind::kInterleaved:
        interleaved_ = true;
        Note(RTSPNAT_NOTE_INTERLEAVED);
        break;
      case rtsp::UnitKind::kNeedMore:
      case rtsp::UnitKind::kNoRoom: return FinishSegment();
      case rtsp::UnitKind::kLost: return TurnTransparent(NoteOf(unit.reason));
    }
  }
}

void Connection::EndRequest(const Head& head) {
  const bool setup = head.method == rtsp::Method::kSetup;
  if (setup) Note(RTSPNAT_NOTE_SETUP);
  const bool teardown = head.method == rtsp::Method::kTeardown && mappings_.Held() != 0;
  if (!teardown && head.mappings == 0) return;
  if (!head.has_cseq) {
    Note(RTSPNAT_NOTE_NO_CSEQ);
    return UnholdAll(head.mappings);
  }
  if (!pending_.Add({head.method, head.mappings, head.cseq, head.session, head.uri})) {
    Note(RTSPNAT_NOTE_TABLE_FULL);
    UnholdAll(head.mappings);
  }
}

void Connection::EndResponse(const Head& head) {
  // 1xx is not the answer yet (RFC 2326 section 11.1).
  if (!head.has_cseq || head.status < 200) return;
  const Pending request = pending_.Take(head.cseq);
  if (request.method == rtsp::Method::kSetup) ResolveSetup(request, head);
  if (request.method == rtsp::Method::kTeardown) ResolveTeardown(request, head);
}

void Connection::ResolveSetup(const Pending& request, const Head& head) {
  if (!IsSuccess(head.status) || head.choice == Choice::kOtherWay) return UnholdAll(request.mappings);
  MappingSet chosen = request.mappings;
  const std::uint32_t named = mappings_.FindOutside(head.client);
  if (head.choice == Choice::kUdp && named < rtsp::kMappings && Contains(chosen, named))
    chosen = SetOf(named);
  UnholdAll(request.mappings & static_cast<MappingSet>(~chosen));
  while (chosen != 0) MakeLive(Pop(chosen), request, head);
}

void Connection::MakeLive(std::uint32_t index, const Pending& request, const Head& head) {
  Mapping& mapping = mappings_[index];
  const bool was_live = mapping.state == MappingState::kLive;
  const std::uint32_t session = head.session != 0 ? head.session : request.session;
  const bool same_stream = mapping.session == session && mapping.uri == request.uri;
  // SETUP repeated on a live stream (RFC 2326 section 10.4) is no further holder.
  if (was_live && same_stream && mapping.holders > 1) --mapping.holders;
  for (unsigned i = 0; i < 2; ++i) {
    // Streams that share the ports have servers' ports of their own: admit any.
    const bool shared = was_live && !same_stream && mapping.peer[i] != head.peer[i];
    mapping.peer[i] = shared ? std::uint16_t{0} : head.peer[i];
  }
  mapping.session = session;
  mapping.uri = request.uri;
  expect_ |= SetOf(index);
}

void Connection::ResolveTeardown(const Pending& request, const Head& head) {
  constexpr std::uint16_t kSessionNotFound = 454;
  if (!IsSuccess(head.status) && head.status != kSessionNotFound) return;
  MappingSet ended = mappings_.Ended(request.session, request.uri);
  while (ended != 0) {
    const std::uint32_t index = Pop(ended);
    if (mappings_[index].uri != request.uri) mappings_[index].holders = 1;
    Unhold(index);
  }
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
