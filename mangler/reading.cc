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

}  // namespace

// Reads on until there is a question, which may be in `step` then (true), or the segment is read.
bool Connection::Read(rtspnat_step& step) {
  if (line_.stage != Line::Stage::kDone) {
    Work work = Working();
    ReadTransportLine(work);
    return false;
  }
  Direction& direction = Current();
  rtsp::Unit unit;
  do {
    if (reading_ && !transparent_) direction.framer.Next(in_, direction.lane.Tail(), unit);
    if (unit.kind == rtsp::UnitKind::kNeedMore || unit.kind == rtsp::UnitKind::kNoRoom || transparent_) {
      FinishSegment();
      return false;
    }
    if (TakeUnit(unit, step)) return true;
  } while (line_.stage == Line::Stage::kDone && !agreement_.HasQuestions());
  return false;
}

// Returns true if there is a question in `step`.
bool Connection::TakeUnit(const rtsp::Unit& unit, rtspnat_step& step) {
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
    case rtsp::UnitKind::kHeader: return TakeHeader(unit, step);
    case rtsp::UnitKind::kHeadEnd:
      if (unit.reason != rtsp::LostReason::kNone) notes_.Add(RTSPNAT_NOTE_REPLY_GAP);
      EndHead();
      break;
    case rtsp::UnitKind::kInterleaved:
      direction.interleaved = true;
      notes_.Add(RTSPNAT_NOTE_INTERLEAVED);
      if (agreement_.IsInterleavedAlone()) TurnTransparent(RTSPNAT_NOTE_INTERLEAVED);
      break;
    case rtsp::UnitKind::kGap: notes_.Add(RTSPNAT_NOTE_REPLY_GAP); break;
    case rtsp::UnitKind::kLost: TurnTransparent(NoteOf(unit.reason)); break;
    case rtsp::UnitKind::kNeedMore:
    case rtsp::UnitKind::kNoRoom: break;
  }
  return false;
}

bool Connection::TakeHeader(const rtsp::Unit& unit, rtspnat_step& step) {
  Head& head = Current().head;
  const rtsp::HeaderName name = unit.header.name;
  if (unit.too_long || unit.bare) {
    notes_.Add(unit.too_long ? RTSPNAT_NOTE_LINE_TOO_LONG : RTSPNAT_NOTE_BARE_LINE_END);
    return false;
  }
  if (name == rtsp::HeaderName::kCSeq) {
    head.ReadCseq(unit);
  } else if (name == rtsp::HeaderName::kTransport) {
    if (!ReadsTransport(Working())) return false;
    if (head.transport_bytes >= limits::kTransportBytes) {
      notes_.Add(RTSPNAT_NOTE_TABLE_FULL);
      return false;
    }
    head.transport_bytes = static_cast<std::uint16_t>(head.transport_bytes + unit.line.Size());
    BeginLine(unit);
    line_.stage = Line::Stage::kSpecs;
  } else if (name != rtsp::HeaderName::kContentLength) {
    BeginLine(unit);
    Work work = Working();
    return ReadOtherLine(work, step);
  }
  return false;
}

void Connection::BeginLine(const rtsp::Unit& unit) {
  const std::uint32_t position = Current().lane.First() + unit.offset;
  line_.name = unit.header.name;
  line_.reader = rtsp::TransportReader(unit.line, unit.header.value);
  line_.position = position;
  line_.value = unit.header.value;
  line_.front_sent = unit.held && (passage_.recalled.Empty() || passage_.recalled.start != position);
  line_.repeats = false;
  line_.mappings = 0;
  line_.changes = {};
}

void Connection::EndHead() {
  const Head& head = Current().head;
  notes_.Add(head.status != 0 ? RTSPNAT_NOTE_RESPONSE : RTSPNAT_NOTE_REQUEST);
  if (head.status == 0 && direction_ == RTSPNAT_ORIGINAL) agreement_.EndRequest(head, notes_);
  if (head.status != 0 && direction_ == RTSPNAT_REPLY) agreement_.EndReply(head, notes_);
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
bool Connection::MustWithhold() {
  const Direction& direction = Current();
  const Work work = Working();
  const bool publishes = agreement_.Publishes() && direction_ == RTSPNAT_REPLY;
  if (transparent_ || (flags_ & RTSPNAT_FIN) != 0 || !(setup_.may_translate || publishes)) return false;
  const auto may_become = [&direction](rtsp::HeaderName name) {
    return direction.framer.MayBecome(name, direction.lane.Tail());
  };
  constexpr rtsp::HeaderName kAddressLines[] = {rtsp::HeaderName::kXNat, rtsp::HeaderName::kLocation};
  for (const rtsp::HeaderName name : kAddressLines) {
    if (IsAddressLine(work, name) && may_become(name)) return true;
  }
  if (!ReadsTransport(work) || direction.head.transport_bytes >= limits::kTransportBytes) return false;
  const bool waits = direction.head.doubted ? agreement_.Mappings().Held() != 0 : agreement_.WaitingSetups() != 0;
  return (direction_ == RTSPNAT_ORIGINAL || waits) && may_become(rtsp::HeaderName::kTransport);
}

void Connection::NotePassage() {
  if (passage_.withholds) notes_.Add(RTSPNAT_NOTE_WITHHELD);
  if (passage_.takes_custody) notes_.Add(RTSPNAT_NOTE_CUSTODY);
  if (passage_.trimmed) notes_.Add(RTSPNAT_NOTE_TRIMMED);
  if (passage_.growth != 0) notes_.Add(RTSPNAT_NOTE_LENGTH_CHANGED);
  if (passage_.edits != 0) notes_.Add(RTSPNAT_NOTE_EDITED);
}

// Behind FIN or RST of either side nothing is read: a mapping would have nobody to give it back. A FIN that was cut off is sent again.
void Connection::FinishClose() {
  const bool is_cut = passage_.leaving.End() != passage_.segment.End();
  if (is_cut && !passage_.resets) return;
  transparent_ = true;
  Current().lane.Close();
  Other().lane.LetGo();
  holds_ = Current().lane.Holds() || Other().lane.Holds();
  agreement_.End();
}

}  // namespace mangle
