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
    : setup_(setup),
      agreement_(setup.may_publish && !nat::IsSame(setup.peer, setup.published)),
      transparent_(setup.inside.family != setup.outside.family ||
                   setup.peer.family != setup.published.family) {
  is_quiet_ = !IsStream();
  const stream::Transit transit = IsStream() ? stream::Transit::kInOrder : stream::Transit::kSegments;
  for (unsigned i = 0; i < 2; ++i)
    directions_[i].lane.Open(setup.first_seq[i], LengthChangesOf(setup), transit);
  if (setup.marks != 0) Resume(setup);
}

// While nothing is held and no edit is outstanding, acknowledgements need not be noted.
void Connection::NoteAcknowledgement(const rtspnat_segment& segment) {
  stream::Lane& other = directions_[1 - (segment.direction & 1)].lane;
  if (!IsStream() && (segment.flags & RTSPNAT_ACK) != 0 && (holds_ || !other.HasNoEdits()))
    other.Acknowledge(segment.ack);
}

void Connection::Begin(void* memory, const rtspnat_segment& segment) {
  if (phase_ != Phase::kDone) Abandon();
  phase_ = Phase::kReading;
  is_quiet_ = false;
  direction_ = segment.direction & 1;
  const bool of_opener = direction_ == RTSPNAT_ORIGINAL;
  scratch_ = new (memory) Scratch(setup_, agreement_, Current().head, Current().lane, of_opener);
  const std::uint32_t at_hand = segment.at_hand < segment.length ? segment.at_hand : segment.length;
  scratch_->in = bytes::Cursor(segment.payload, segment.payload != nullptr ? at_hand : 0);
  scratch_->flags = segment.flags;
  scratch_->closing = (segment.flags & (RTSPNAT_FIN | RTSPNAT_RST)) != 0;
  stream::Passage& passage = scratch_->passage;
  passage.segment = {IsStream() ? Current().lane.Frontier() : segment.seq, segment.length};
  passage.segment_size = segment.segment_size;
  passage.header_length = static_cast<std::uint16_t>(HeaderLength(segment));
  passage.finishes = (segment.flags & RTSPNAT_FIN) != 0;
  passage.resets = (segment.flags & RTSPNAT_RST) != 0;
  passage.front = '\n';  // Only header lines are withheld, and a header line begins behind a line feed.
  const bool acknowledges = (segment.flags & RTSPNAT_ACK) != 0;
  scratch_->acknowledgement = acknowledges && holds_ ? Other().lane.Raise(segment.ack) : segment.ack;
  NoteAcknowledgement(segment);
  Current().lane.Begin(passage);
  if ((segment.flags & RTSPNAT_URG) != 0 && !transparent_) TurnTransparent(RTSPNAT_NOTE_URGENT);
  if (!transparent_) PlaceSegment();
}

// A dialogue that was left open cannot be picked up again: an edit may be half made. Its scratch may be gone.
void Connection::Abandon() {
  transparent_ = true;
  Notes unseen;
  agreement_.LeaveDialogue(unseen);
  agreement_.LeaveHead();
  for (Direction& direction : directions_) direction.lane.LetGo();
}

// Old bytes are not read again, new ones are, and those past the frontier must come again in order. A reset counts wherever it
// stands (after a FIN it is one past the frontier), and carries nothing.
void Connection::PlaceSegment() {
  Direction& direction = Current();
  stream::Passage& passage = scratch_->passage;
  std::uint32_t offset = 0;
  if (passage.resets) return;
  const stream::Lane::Place place = direction.lane.Find(passage.segment, passage.finishes, offset);
  if (place == stream::Lane::Place::kOld) return;
  scratch_->reading = true;
  if (place == stream::Lane::Place::kNext) return scratch_->in.Seek(offset);
  if (offset + passage.segment.size <= direction.framer.SkipLeft()) return direction.framer.Skip(offset);
  scratch_->reading = false;
  // Media on this connection comes in windows of many segments: to drop those behind a loss would cost more than the help for
  // the next SETUP is worth. What was agreed stays until the connection ends.
  const bool is_media = interleaved_[direction_] || agreement_.IsInterleaved();
  if (is_media || !direction.lane.DropAhead(passage)) return TurnTransparent(RTSPNAT_NOTE_GAP);
  Note(RTSPNAT_NOTE_OUT_OF_ORDER);
}

void Connection::TurnTransparent(std::uint32_t note) {
  Note(note);
  transparent_ = true;
  Other().lane.LetGo();
  agreement_.LeaveHead();
}

rtspnat_ask Connection::Next(rtspnat_step& step) {
  // A question that was not answered is answered NO.
  Answer(RTSPNAT_NO, 0);
  while (!TakeStep(step)) {
  }
  return static_cast<rtspnat_ask>(step.ask);
}

// Does what comes next. Returns true if that is to be told by `step`.
bool Connection::TakeStep(rtspnat_step& step) {
  if (Asks(step)) return true;
  if (agreement_.HasQuestions())
    return agreement_.Ask(directions_[RTSPNAT_REPLY].head.chosen.media_source, step,
                          scratch_->exchange.notes);
  if (scratch_->exchange.proposal.IsOpen()) return AskForPorts(step);
  if (phase_ != Phase::kReading) {
    if (phase_ == Phase::kAsking && ReturnBuffer(step)) return true;
    phase_ = Phase::kDone;
    is_quiet_ = !holds_ && !IsStream();
    FillDone(step);
    return true;
  }
  switch (scratch_->exchange.line.stage) {
    case Line::Stage::kDone:
      if (!ReadUnits()) FinishSegment();
      break;
    case Line::Stage::kSpecs:
    case Line::Stage::kSpecAgain: ReadTransportLine(scratch_->exchange); break;
    case Line::Stage::kRead: ReadAgain(scratch_->exchange); break;
    case Line::Stage::kOther: return ReadOtherLine(scratch_->exchange, step);
    case Line::Stage::kChanged:
      if (Current().lane.HasBuffer()) {
        FinishLine(scratch_->exchange);
      } else {
        scratch_->question = Scratch::Question::kLend;
      }
      break;
  }
  return false;
}

bool Connection::AskForPorts(rtspnat_step& step) {
  if (scratch_->exchange.proposal.Ask(agreement_.Mappings(), Current().head.proposals, step)) return true;
  if (scratch_->exchange.proposal.Which() == nat::Proposal::Side::kPublished) {
    UseAnswer(nat::Proposal::Outcome::kRefused);
  } else {
    GiveSpecUp(scratch_->exchange);
  }
  return false;
}

void Connection::Answer(rtspnat_reply reply, std::uint16_t first_port) {
  if (phase_ == Phase::kDone) return;
  if (agreement_.IsAsked()) return agreement_.Answer(reply, scratch_->exchange.notes);
  if (!scratch_->exchange.proposal.IsAsked()) return reply == RTSPNAT_NO ? RefuseQuestion() : void();
  const nat::Proposal::Outcome outcome =
      scratch_->exchange.proposal.Answer(reply, first_port, agreement_.Mappings());
  if (outcome != nat::Proposal::Outcome::kNextOne) UseAnswer(outcome);
}

void Connection::UseAnswer(nat::Proposal::Outcome outcome) {
  if (scratch_->exchange.proposal.Which() == nat::Proposal::Side::kPublished) {
    UsePublished(scratch_->exchange, outcome);
  } else {
    UseReserved(scratch_->exchange, outcome);
  }
}

void Connection::FillDone(rtspnat_step& step) const {
  const stream::Passage& passage = scratch_->passage;
  rtspnat_done& done = step.done;
  step.ask = RTSPNAT_DONE;
  done.verdict = passage.dropped ? RTSPNAT_DROP : RTSPNAT_ACCEPT;
  done.notes = scratch_->exchange.notes.Bits();
  done.transparent = IsIdle();
  done.may_forget = done.transparent && !lent_ && agreement_.Mappings().Held() == 0;
  done.holding = holds_ || AwaitsAcknowledgement();
  done.edits = passage.edits;
  done.ack = scratch_->acknowledgement;
  done.seq = passage.leaving.start;
  done.keep = passage.kept;
  done.taken = scratch_->reading && !transparent_ ? scratch_->Position() : passage.segment.size;
  // FIN stands behind the last byte, which may be one of the prefix.
  const bool is_cut = passage.leaving.End() != passage.segment.End();
  done.flags = static_cast<std::uint8_t>(scratch_->flags & ~(is_cut ? RTSPNAT_FIN : 0));
  done.prefix_length = static_cast<std::uint16_t>(passage.leaving.size - passage.kept);
  if (done.prefix_length != 0) done.prefix = Current().lane.Prefix(passage);
  done.growth = passage.growth;
  done.growth_at = passage.growth_at;
}

// True if nothing depends on this state any more, but for its mappings.
bool Connection::IsIdle() const {
  if (!transparent_ || holds_) return false;
  // Where the embedder's system adjusts numbers, it goes on without us.
  const bool maps_here = setup_.length_changes == RTSPNAT_ANY_LENGTH_CHANGE && !IsStream();
  const auto is_idle = [maps_here](const stream::Lane& lane) {
    return lane.HasNoEdits() && (!maps_here || lane.HasOwnNumbers());
  };
  return is_idle(directions_[0].lane) && is_idle(directions_[1].lane);
}

bool Connection::GetEdit(std::uint32_t index, rtspnat_edit& edit) const {
  if (phase_ != Phase::kDone || !HasSegment() || index >= scratch_->passage.edits) return false;
  const stream::EditPart part = Current().lane.Part(scratch_->passage, index);
  edit.offset = part.offset;
  edit.length = part.length;
  edit.text_length = part.text_length;
  edit.text = part.text;
  return true;
}

}  // namespace mangle
