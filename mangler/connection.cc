// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/connection.h"

#include "mangler/rtsp/other_lines.h"
#include "mangler/rtsp/reply_line.h"
#include "mangler/rtsp/request_line.h"
#include "mangler/rtsp/transport_line.h"

namespace mangle {
namespace {

constexpr stream::LengthChanges LengthChangesOf(const rtspnat_setup& setup) {
  switch (setup.length_changes) {
    case RTSPNAT_ONE_LENGTH_CHANGE: return stream::LengthChanges::kOne;
    case RTSPNAT_ANY_LENGTH_CHANGE: return stream::LengthChanges::kAny;
    default: return stream::LengthChanges::kNone;
  }
}

}  // namespace

// Families that differ are another kind of NAT, with texts of its own (D37).
Connection::Connection(const rtspnat_setup& setup)
    : exchange_(setup),
      transparent_(setup.inside.family != setup.outside.family ||
                   setup.peer.family != setup.published.family) {
  for (unsigned i = 0; i < 2; ++i) directions_[i].lane.Open(setup.first_seq[i], LengthChangesOf(setup));
  if (setup.marks != 0) Resume();
}

// While nothing is held and no edit is outstanding, acknowledgements need not be noted.
void Connection::NoteAcknowledgement(const rtspnat_segment& segment) {
  stream::Lane& other = directions_[1 - (segment.direction & 1)].lane;
  if ((segment.flags & RTSPNAT_ACK) != 0 && (holds_ || !other.HasNoEdits())) other.Acknowledge(segment.ack);
}

void Connection::Begin(const rtspnat_segment& segment) {
  if (phase_ != Phase::kDone) Abandon();
  phase_ = Phase::kReading;
  direction_ = segment.direction & 1;
  flags_ = segment.flags;
  reading_ = false;
  closing_ = (flags_ & (RTSPNAT_FIN | RTSPNAT_RST)) != 0;
  exchange_.notes = {};
  exchange_.of_opener = direction_ == RTSPNAT_ORIGINAL;
  exchange_.head = &Current().head;
  exchange_.lane = &Current().lane;
  in_ = bytes::Cursor(segment.payload, segment.payload != nullptr ? segment.length : 0);
  passage_ = {};
  passage_.segment = {segment.seq, in_.Size()};
  passage_.segment_size = segment.segment_size;
  passage_.header_length = static_cast<std::uint16_t>(HeaderLength(segment));
  passage_.finishes = (flags_ & RTSPNAT_FIN) != 0;
  passage_.resets = (flags_ & RTSPNAT_RST) != 0;
  passage_.front = '\n';  // Only header lines are withheld, and a header line begins behind a line feed.
  const bool acknowledges = (flags_ & RTSPNAT_ACK) != 0;
  acknowledgement_ = acknowledges && holds_ ? Other().lane.Raise(segment.ack) : segment.ack;
  NoteAcknowledgement(segment);
  Current().lane.Begin(passage_);
  if ((flags_ & RTSPNAT_URG) != 0 && !transparent_) TurnTransparent(RTSPNAT_NOTE_URGENT);
  if (!transparent_) PlaceSegment();
}

// A dialogue that was left open cannot be picked up again: an edit may be half made.
void Connection::Abandon() {
  transparent_ = true;
  if (exchange_.agreement.IsAsked()) exchange_.agreement.Answer(RTSPNAT_NO, exchange_.notes);
  if (exchange_.proposal.IsOpen()) UseAnswer(nat::Proposal::Outcome::kRefused);
  exchange_.line.stage = Line::Stage::kDone;
  for (Direction& direction : directions_) direction.lane.LetGo();
}

// Old bytes are not read again, new ones are, and those past the frontier must come again in order. A reset counts wherever it
// stands (after a FIN it is one past the frontier), and carries nothing.
void Connection::PlaceSegment() {
  Direction& direction = Current();
  std::uint32_t offset = 0;
  if (passage_.resets) return;
  const stream::Lane::Place place = direction.lane.Find(passage_.segment, passage_.finishes, offset);
  if (place == stream::Lane::Place::kOld) return;
  reading_ = true;
  if (place == stream::Lane::Place::kNext) return in_.Seek(offset);
  if (offset + passage_.segment.size <= direction.framer.SkipLeft()) return direction.framer.Skip(offset);
  reading_ = false;
  // Media on this connection comes in windows of many segments: to drop those behind a loss would cost more than the help for
  // the next SETUP is worth. What was agreed stays until the connection ends.
  const bool is_media = direction.interleaved || exchange_.agreement.IsInterleaved();
  if (is_media || !direction.lane.DropAhead(passage_)) return TurnTransparent(RTSPNAT_NOTE_GAP);
  exchange_.notes.Add(RTSPNAT_NOTE_OUT_OF_ORDER);
}

void Connection::TurnTransparent(std::uint32_t note) {
  exchange_.notes.Add(note);
  transparent_ = true;
  Other().lane.LetGo();
  exchange_.agreement.LeaveHead();
}

rtspnat_ask Connection::Next(rtspnat_step& step) {
  if (exchange_.agreement.IsAsked() || exchange_.proposal.IsAsked()) Answer(RTSPNAT_NO, 0);
  step = {};
  for (;;) {
    if (exchange_.agreement.HasQuestions())
      return exchange_.agreement.Ask(directions_[RTSPNAT_REPLY].head.chosen.media_source, step,
                                     exchange_.notes);
    if (exchange_.proposal.IsOpen()) {
      if (AskForPorts(step)) break;
    } else if (phase_ != Phase::kReading) {
      phase_ = Phase::kDone;
      FillDone(step);
      break;
    } else {
      switch (exchange_.line.stage) {
        case Line::Stage::kDone:
          if (!ReadUnits()) FinishSegment();
          break;
        case Line::Stage::kSpecs:
        case Line::Stage::kSpecAgain: ReadTransportLine(exchange_); break;
        case Line::Stage::kRead: ReadAgain(exchange_); break;
        case Line::Stage::kOther:
          if (ReadOtherLine(exchange_, step)) return RTSPNAT_REDIRECT;
          break;
        case Line::Stage::kChanged: FinishLine(exchange_); break;
      }
    }
  }
  return static_cast<rtspnat_ask>(step.ask);
}

bool Connection::AskForPorts(rtspnat_step& step) {
  if (exchange_.proposal.Ask(exchange_.agreement.Mappings(), Current().head.proposals, step)) return true;
  if (exchange_.proposal.Which() == nat::Proposal::Side::kPublished) {
    UseAnswer(nat::Proposal::Outcome::kRefused);
  } else {
    GiveSpecUp(exchange_);
  }
  return false;
}

void Connection::Answer(rtspnat_reply reply, std::uint16_t first_port) {
  if (exchange_.agreement.IsAsked()) return exchange_.agreement.Answer(reply, exchange_.notes);
  if (!exchange_.proposal.IsAsked()) return;
  const nat::Proposal::Outcome outcome =
      exchange_.proposal.Answer(reply, first_port, exchange_.agreement.Mappings());
  if (outcome != nat::Proposal::Outcome::kNextOne) UseAnswer(outcome);
}

void Connection::UseAnswer(nat::Proposal::Outcome outcome) {
  if (exchange_.proposal.Which() == nat::Proposal::Side::kPublished) {
    UsePublished(exchange_, outcome);
  } else {
    UseReserved(exchange_, outcome);
  }
}

void Connection::FillDone(rtspnat_step& step) const {
  step.ask = RTSPNAT_DONE;
  step.verdict = passage_.dropped ? RTSPNAT_DROP : RTSPNAT_ACCEPT;
  step.notes = exchange_.notes.Bits();
  step.transparent = IsIdle() ? 1 : 0;
  step.holding = holds_ ? 1 : 0;
  step.edits = passage_.edits;
  step.ack = acknowledgement_;
  step.seq = passage_.leaving.start;
  step.keep = passage_.kept;
  // FIN stands behind the last byte, which may be one of the prefix.
  const bool is_cut = passage_.leaving.End() != passage_.segment.End();
  step.flags = static_cast<std::uint8_t>(flags_ & ~(is_cut ? RTSPNAT_FIN : 0));
  step.prefix_length = static_cast<std::uint16_t>(passage_.leaving.size - passage_.kept);
  if (step.prefix_length != 0) step.prefix = Current().lane.Prefix(passage_);
  step.growth = passage_.growth;
  step.growth_at = passage_.growth_at;
}

// True if nothing depends on this state any more, but for its mappings.
bool Connection::IsIdle() const {
  if (!transparent_ || holds_) return false;
  // Where the embedder's system adjusts numbers, it goes on without us.
  const bool maps_here = exchange_.setup.length_changes == RTSPNAT_ANY_LENGTH_CHANGE;
  const auto is_idle = [maps_here](const stream::Lane& lane) {
    return lane.HasNoEdits() && (!maps_here || lane.HasOwnNumbers());
  };
  return is_idle(directions_[0].lane) && is_idle(directions_[1].lane);
}

bool Connection::GetEdit(std::uint32_t index, rtspnat_edit& edit) const {
  if (phase_ != Phase::kDone || index >= passage_.edits) return false;
  const stream::EditPart part = Current().lane.Part(passage_, index);
  edit = {part.offset, part.length, part.text_length, part.text};
  return true;
}

}  // namespace mangle
