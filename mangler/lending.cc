// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Memory and bytes that the embedder gives for a while.
#include "mangler/connection.h"
#include "mangler/rtsp/transport_line.h"

namespace mangle {

// Puts the open question for memory or bytes into `step`. Returns false if there is none.
bool Connection::Asks(rtspnat_step& step) const {
  switch (scratch_->question) {
    case Scratch::Question::kNone: return false;
    case Scratch::Question::kLend:
      step.buffer.direction = direction_;
      step.ask = RTSPNAT_LEND;
      return true;
    case Scratch::Question::kMore:
      step.more.offset = scratch_->Position();
      step.ask = RTSPNAT_MORE;
      return true;
  }
  return false;
}

bool Connection::Lend(void* memory) {
  if (!HasSegment() || scratch_->question != Scratch::Question::kLend) return false;
  if (memory == nullptr) {
    RefuseQuestion();
  } else {
    scratch_->question = Scratch::Question::kNone;
    Current().lane.Lend(static_cast<stream::Buffer*>(memory));
    lent_ = true;
  }
  return true;
}

bool Connection::Show(const bytes::Cursor& piece) {
  if (!HasSegment() || scratch_->question != Scratch::Question::kMore) return false;
  if (piece.Size() == 0) {
    RefuseQuestion();
  } else {
    scratch_->question = Scratch::Question::kNone;
    scratch_->in_from = scratch_->Position();
    scratch_->in = piece.Slice(0, scratch_->passage.segment.size - scratch_->in_from);
  }
  return true;
}

// Without memory for its edits a line passes as it is. Without memory for the front of a line, or without the bytes, the stream
// cannot be followed.
void Connection::RefuseQuestion() {
  const Scratch::Question question = scratch_->question;
  scratch_->question = Scratch::Question::kNone;
  if (question == Scratch::Question::kNone) return;
  if (question == Scratch::Question::kMore) return TurnTransparent(RTSPNAT_NOTE_GAP);
  if (scratch_->exchange.line.stage == Line::Stage::kDone) return TurnTransparent(RTSPNAT_NOTE_NOT_LENT);
  Note(RTSPNAT_NOTE_NOT_LENT);
  GiveLineUp(scratch_->exchange);
}

// True if nothing lies in the buffer of a direction that anybody needs.
bool Connection::HasIdleBuffer(const Direction& direction) const {
  return direction.lane.HasBuffer() && (transparent_ || direction.framer.LineSize() == 0) &&
         !direction.lane.NeedsBuffer();
}

// Asks the embedder to take a buffer back, if there is one to be had. The prefix of a segment that leaves now may lie in it.
bool Connection::ReturnBuffer(rtspnat_step& step) {
  if (!lent_) return false;
  const stream::Passage& passage = scratch_->passage;
  const bool has_prefix = passage.leaving.size != passage.kept;
  for (std::uint8_t i = 0; i < 2; ++i) {
    Direction& direction = directions_[i];
    if (!HasIdleBuffer(direction) || (has_prefix && i == direction_)) continue;
    step.buffer.memory = direction.lane.TakeBuffer();
    step.buffer.direction = i;
    step.ask = RTSPNAT_RETURN;
    lent_ = directions_[1 - i].lane.HasBuffer();
    return true;
  }
  return false;
}

// True if the buffer of a direction will be idle once its receiver has acknowledged all before number `acknowledged` of its own.
bool Connection::WillHaveIdleBuffer(const Direction& direction, std::uint32_t acknowledged) const {
  return (transparent_ || direction.framer.LineSize() == 0) && direction.lane.WillFreeBuffer(acknowledged);
}

// True if an empty segment can make a buffer idle.
bool Connection::AwaitsAcknowledgement() const {
  if (!lent_) return false;
  const auto awaits = [this](const Direction& direction) {
    return WillHaveIdleBuffer(direction, direction.lane.Map().Forward(direction.lane.Frontier()));
  };
  return awaits(directions_[0]) || awaits(directions_[1]);
}

// True if a buffer is idle, or will be once `segment` has told what has arrived.
bool Connection::FreesBuffer(const rtspnat_segment& segment) const {
  if (HasIdleBuffer(directions_[0]) || HasIdleBuffer(directions_[1])) return true;
  const Direction& other = directions_[1 - (segment.direction & 1)];
  return (segment.flags & RTSPNAT_ACK) != 0 && WillHaveIdleBuffer(other, segment.ack);
}

void* Connection::TakeBuffer() {
  transparent_ = true;
  scratch_ = nullptr;
  phase_ = Phase::kDone;
  for (Direction& direction : directions_) {
    if (direction.lane.HasBuffer()) return direction.lane.TakeBuffer();
  }
  return nullptr;
}

}  // namespace mangle
