// SPDX-License-Identifier: MIT OR GPL-2.0-only
// From the bytes of a segment to its heads and lines.
#include "mangler/connection.h"
#include "mangler/rtsp/other_lines.h"
#include "mangler/rtsp/transport_line.h"

namespace mangle {
namespace {

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

// True if a request sets a stream up.
bool IsSetup(const Head& head, const rtspnat_setup& setup) {
  if (head.method == rtsp::Method::kSetup) return true;
  return head.method == rtsp::Method::kPlay && (setup.options & RTSPNAT_OPTION_PLAY_TRANSPORT) != 0;
}

// True if a Transport line of the head in hand is read at all.
bool ReadsTransport(const Exchange& exchange) {
  return exchange.of_opener ? IsSetup(*exchange.head, exchange.setup) : exchange.head->status != 0;
}

}  // namespace

// Reads on until there is a line in hand or a question. Returns false if the segment is read.
bool Connection::ReadUnits() {
  Direction& direction = Current();
  do {
    if (!reading_ || transparent_) return false;
    direction.framer.Next(in_, direction.lane.Tail(), unit_);
    if (unit_.kind == rtsp::UnitKind::kNeedMore || unit_.kind == rtsp::UnitKind::kNoRoom) return false;
    TakeUnit(unit_);
  } while (exchange_.line.stage == Line::Stage::kDone && !exchange_.agreement.HasQuestions());
  return true;
}

void Connection::TakeUnit(const rtsp::Unit& unit) {
  Direction& direction = Current();
  switch (unit.kind) {
    case rtsp::UnitKind::kStartLine:
      direction.head.Begin(unit);
      if (direction_ == RTSPNAT_ORIGINAL) {
        Other().framer.ReadAnswers();
      } else {
        direction.head.doubted = direction.framer.Gap();
      }
      break;
    case rtsp::UnitKind::kHeader: TakeHeader(unit); break;
    case rtsp::UnitKind::kHeadEnd:
      if (unit.reason != rtsp::LostReason::kNone) exchange_.notes.Add(RTSPNAT_NOTE_REPLY_GAP);
      EndHead();
      break;
    case rtsp::UnitKind::kInterleaved:
      direction.interleaved = true;
      exchange_.notes.Add(RTSPNAT_NOTE_INTERLEAVED);
      if (exchange_.agreement.IsInterleavedAlone()) TurnTransparent(RTSPNAT_NOTE_INTERLEAVED);
      break;
    case rtsp::UnitKind::kGap: exchange_.notes.Add(RTSPNAT_NOTE_REPLY_GAP); break;
    case rtsp::UnitKind::kLost: TurnTransparent(NoteOf(unit.reason)); break;
    case rtsp::UnitKind::kNeedMore:
    case rtsp::UnitKind::kNoRoom: break;
  }
}

void Connection::TakeHeader(const rtsp::Unit& unit) {
  Head& head = Current().head;
  const rtsp::HeaderName name = unit.header.name;
  if (unit.too_long || unit.bare)
    return exchange_.notes.Add(unit.too_long ? RTSPNAT_NOTE_LINE_TOO_LONG : RTSPNAT_NOTE_BARE_LINE_END);
  switch (name) {
    case rtsp::HeaderName::kContentLength: return;
    case rtsp::HeaderName::kCSeq: return head.ReadCseq(unit);
    case rtsp::HeaderName::kTransport:
      if (!ReadsTransport(exchange_)) return;
      if (head.transport_bytes >= limits::kTransportBytes)
        return exchange_.notes.Add(RTSPNAT_NOTE_TABLE_FULL);
      head.transport_bytes = static_cast<std::uint16_t>(head.transport_bytes + unit.line.Size());
      return BeginLine(unit, Line::Stage::kSpecs);
    default: return BeginLine(unit, Line::Stage::kOther);
  }
}

void Connection::BeginLine(const rtsp::Unit& unit, Line::Stage stage) {
  Line& line = exchange_.line;
  const std::uint32_t position = Current().lane.First() + unit.offset;
  line.stage = stage;
  line.name = unit.header.name;
  line.reader = rtsp::TransportReader(unit.line, unit.header.value);
  line.position = position;
  line.value = unit.header.value;
  line.front_sent = unit.held && (passage_.recalled.Empty() || passage_.recalled.start != position);
  line.repeats = false;
  line.mappings = 0;
  line.changes = {};
}

void Connection::EndHead() {
  const Head& head = Current().head;
  exchange_.notes.Add(head.status != 0 ? RTSPNAT_NOTE_RESPONSE : RTSPNAT_NOTE_REQUEST);
  if (head.status == 0 && direction_ == RTSPNAT_ORIGINAL)
    exchange_.agreement.EndRequest(head, exchange_.notes);
  if (head.status != 0 && direction_ == RTSPNAT_REPLY) exchange_.agreement.EndReply(head, exchange_.notes);
}

void Connection::FinishSegment() {
  phase_ = Phase::kAsking;
  stream::Lane& lane = Current().lane;
  const rtsp::Framer& framer = Current().framer;
  const std::uint32_t end = passage_.segment.End();
  if (transparent_) {
    lane.Advance(end);
  } else if (reading_) {
    lane.Advance(passage_.segment.start + in_.Position());
  }
  lane.LeaveBehind();
  if (passage_.dropped) return;
  const std::uint32_t line = framer.LineSize();
  const bool withholds = line != 0 && MustWithhold();
  lane.Plan(passage_, reading_ && !transparent_ ? lane.Frontier() : end,
            withholds ? stream::Range{lane.Frontier() - line, line} : stream::Range{});
  holds_ = lane.Holds() || Other().lane.Holds();
  NotePassage();
  if (closing_ && !passage_.dropped) FinishClose();
}

// A line is withheld while it may be one whose ports or addresses will have to change. With FIN all leaves that there is.
bool Connection::MustWithhold() const {
  const Direction& direction = Current();
  const bool publishes = exchange_.agreement.Publishes() && direction_ == RTSPNAT_REPLY;
  if (transparent_ || (flags_ & RTSPNAT_FIN) != 0 || !(exchange_.setup.may_translate || publishes))
    return false;
  const auto may_become = [&direction](rtsp::HeaderName name) {
    return direction.framer.MayBecome(name, direction.lane.Tail());
  };
  constexpr rtsp::HeaderName kAddressLines[] = {rtsp::HeaderName::kXNat, rtsp::HeaderName::kLocation};
  const bool has_others = exchange_.agreement.Publishes() || exchange_.setup.options != 0;
  for (const rtsp::HeaderName name : kAddressLines) {
    if (has_others && IsAddressLine(exchange_, name) && may_become(name)) return true;
  }
  if (!ReadsTransport(exchange_) || direction.head.transport_bytes >= limits::kTransportBytes) return false;
  const bool waits = direction.head.doubted ? exchange_.agreement.Mappings().Held() != 0
                                            : exchange_.agreement.WaitingSetups() != 0;
  return (direction_ == RTSPNAT_ORIGINAL || waits) && may_become(rtsp::HeaderName::kTransport);
}

void Connection::NotePassage() {
  if (passage_.withholds) exchange_.notes.Add(RTSPNAT_NOTE_WITHHELD);
  if (passage_.takes_custody) exchange_.notes.Add(RTSPNAT_NOTE_CUSTODY);
  if (passage_.trimmed) exchange_.notes.Add(RTSPNAT_NOTE_TRIMMED);
  if (passage_.growth != 0) exchange_.notes.Add(RTSPNAT_NOTE_LENGTH_CHANGED);
  if (passage_.edits != 0) exchange_.notes.Add(RTSPNAT_NOTE_EDITED);
}

// Behind FIN or RST of either side nothing is read: a mapping would have nobody to give it back. A FIN that was cut off is sent again.
void Connection::FinishClose() {
  const bool is_cut = passage_.leaving.End() != passage_.segment.End();
  if (is_cut && !passage_.resets) return;
  transparent_ = true;
  Current().lane.Close();
  Other().lane.LetGo();
  holds_ = Current().lane.Holds() || Other().lane.Holds();
  exchange_.agreement.End();
}

}  // namespace mangle
