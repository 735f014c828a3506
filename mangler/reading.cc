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
bool IsSetup(const Head& head, const Setup& setup) {
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
    if (!scratch_->reading || transparent_) return false;
    if (scratch_->in.AtEnd()) return AskForMore();
    rtsp::Unit& unit = scratch_->unit;
    direction.framer.Next(scratch_->in, direction.lane.Tail(), unit);
    if (unit.kind == rtsp::UnitKind::kNoRoom) {
      if (direction.lane.HasBuffer()) return false;
      scratch_->question = Scratch::Question::kLend;
      return true;
    }
    TakeUnit(unit);
  } while (scratch_->exchange.line.stage == Line::Stage::kDone && !agreement_.HasQuestions());
  return true;
}

// Passes over what is left of a body behind what is at hand, and asks for the payload behind that. Returns false if there is none.
bool Connection::AskForMore() {
  rtsp::Framer& framer = Current().framer;
  const std::uint32_t left = scratch_->passage.segment.size - scratch_->Position();
  const std::uint32_t count = left < framer.SkipLeft() ? left : framer.SkipLeft();
  framer.Skip(count);
  scratch_->in_from += count;
  if (count == left) return false;
  scratch_->question = Scratch::Question::kMore;
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
      if (unit.reason != rtsp::LostReason::kNone) Note(RTSPNAT_NOTE_REPLY_GAP);
      EndHead();
      break;
    case rtsp::UnitKind::kInterleaved:
      interleaved_[direction_] = true;
      Note(RTSPNAT_NOTE_INTERLEAVED);
      if (agreement_.IsInterleavedAlone()) TurnTransparent(RTSPNAT_NOTE_INTERLEAVED);
      break;
    case rtsp::UnitKind::kGap: Note(RTSPNAT_NOTE_REPLY_GAP); break;
    case rtsp::UnitKind::kLost: TurnTransparent(NoteOf(unit.reason)); break;
    case rtsp::UnitKind::kNeedMore:
    case rtsp::UnitKind::kNoRoom: break;
  }
}

void Connection::TakeHeader(const rtsp::Unit& unit) {
  Head& head = Current().head;
  const rtsp::HeaderName name = unit.header.name;
  if (unit.too_long || unit.bare)
    return Note(unit.too_long ? RTSPNAT_NOTE_LINE_TOO_LONG : RTSPNAT_NOTE_BARE_LINE_END);
  switch (name) {
    case rtsp::HeaderName::kContentLength: return;
    case rtsp::HeaderName::kCSeq: return head.ReadCseq(unit);
    case rtsp::HeaderName::kTransport:
      if (!ReadsTransport(scratch_->exchange)) return;
      if (head.transport_bytes >= limits::kTransportBytes) return Note(RTSPNAT_NOTE_TABLE_FULL);
      head.transport_bytes = static_cast<std::uint16_t>(head.transport_bytes + unit.line.Size());
      return BeginLine(unit, Line::Stage::kSpecs);
    default: return BeginLine(unit, Line::Stage::kOther);
  }
}

void Connection::BeginLine(const rtsp::Unit& unit, Line::Stage stage) {
  Line& line = *new (&scratch_->exchange.line) Line;
  const std::uint32_t position = Current().lane.First() + unit.offset;
  line.stage = stage;
  line.name = unit.header.name;
  line.reader = rtsp::TransportReader(unit.line, unit.header.value);
  line.position = position;
  line.value = unit.header.value;
  const stream::Passage& passage = scratch_->passage;
  line.front_sent = stream::Before(position, passage.read_from) &&
                    (passage.recalled.Empty() || passage.recalled.start != position);
}

void Connection::EndHead() {
  const Head& head = Current().head;
  Note(head.status != 0 ? RTSPNAT_NOTE_RESPONSE : RTSPNAT_NOTE_REQUEST);
  if (head.status == 0 && direction_ == RTSPNAT_ORIGINAL)
    agreement_.EndRequest(head, scratch_->exchange.notes);
  if (head.status != 0 && direction_ == RTSPNAT_REPLY) agreement_.EndReply(head, scratch_->exchange.notes);
}

void Connection::FinishSegment() {
  phase_ = Phase::kAsking;
  stream::Lane& lane = Current().lane;
  const rtsp::Framer& framer = Current().framer;
  const std::uint32_t end = scratch_->passage.segment.End();
  if (transparent_) {
    lane.Advance(end);
  } else if (scratch_->reading) {
    lane.Advance(scratch_->passage.segment.start + scratch_->Position());
  }
  lane.LeaveBehind();
  if (scratch_->passage.dropped) return;
  const std::uint32_t line = framer.LineSize();
  const bool withholds = line != 0 && MustWithhold();
  lane.Plan(scratch_->passage, scratch_->reading && !transparent_ ? lane.Frontier() : end,
            withholds ? stream::Range{lane.Frontier() - line, line} : stream::Range{});
  holds_ = lane.Holds() || Other().lane.Holds();
  NotePassage();
  if (scratch_->closing && !scratch_->passage.dropped) FinishClose();
}

// A line is withheld while it may be one whose ports or addresses will have to change. Behind FIN there is
// nothing to wait for, once all in front of it was read.
bool Connection::MustWithhold() const {
  const Direction& direction = Current();
  const bool publishes = agreement_.Publishes() && direction_ == RTSPNAT_REPLY;
  const stream::Passage& passage = scratch_->passage;
  const bool ends = passage.finishes && direction.lane.Frontier() == passage.segment.End();
  if (transparent_ || ends || !(setup_.may_translate || publishes)) return false;
  const auto may_become = [&direction](rtsp::HeaderName name) {
    return direction.framer.MayBecome(name, direction.lane.Tail());
  };
  constexpr rtsp::HeaderName kAddressLines[] = {rtsp::HeaderName::kXNat, rtsp::HeaderName::kLocation};
  const bool has_others = agreement_.Publishes() || setup_.options != 0;
  for (const rtsp::HeaderName name : kAddressLines) {
    if (has_others && IsAddressLine(scratch_->exchange, name) && may_become(name)) return true;
  }
  if (!ReadsTransport(scratch_->exchange) || direction.head.transport_bytes >= limits::kTransportBytes)
    return false;
  const bool waits =
      direction.head.doubted ? agreement_.Mappings().Held() != 0 : agreement_.WaitingSetups() != 0;
  return (direction_ == RTSPNAT_ORIGINAL || waits) && may_become(rtsp::HeaderName::kTransport);
}

void Connection::NotePassage() {
  if (scratch_->passage.withholds) Note(RTSPNAT_NOTE_WITHHELD);
  if (scratch_->passage.takes_custody) Note(RTSPNAT_NOTE_CUSTODY);
  if (scratch_->passage.trimmed) Note(RTSPNAT_NOTE_TRIMMED);
  if (scratch_->passage.growth != 0) Note(RTSPNAT_NOTE_LENGTH_CHANGED);
  if (scratch_->passage.edits != 0) Note(RTSPNAT_NOTE_EDITED);
}

// Behind FIN or RST of either side nothing is read: a mapping would have nobody to give it back. A FIN that was cut off is sent again.
void Connection::FinishClose() {
  const bool is_cut = scratch_->passage.leaving.End() != scratch_->passage.segment.End();
  if (is_cut && !scratch_->passage.resets) return;
  transparent_ = true;
  Current().lane.Close();
  Other().lane.LetGo();
  holds_ = Current().lane.Holds() || Other().lane.Holds();
  agreement_.End();
}

}  // namespace mangle
