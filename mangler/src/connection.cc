// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangle/connection.h"

#include "mangle/sequence.h"

namespace mangle {
namespace {

std::uint32_t HeaderLength(const rtspnat_segment& segment) {
  return segment.header_length != 0 ? segment.header_length : rtsp::kHeaderBytes;
}

bool Closes(const rtspnat_segment& segment) { return (segment.flags & (RTSPNAT_FIN | RTSPNAT_RST)) != 0; }

// True for a segment that ends the reading, whatever it carries.
bool Ends(const rtspnat_segment& segment) {
  return (segment.flags & (RTSPNAT_FIN | RTSPNAT_RST | RTSPNAT_URG)) != 0;
}

}  // namespace

// Families that differ are another kind of NAT, with texts of its own (D37).
Connection::Connection(const rtspnat_setup& setup)
    : setup_(setup),
      transparent_(setup.inside.family != setup.outside.family ||
                   setup.peer.family != setup.published.family),
      publishes_(setup.may_publish && !IsSame(setup.peer, setup.published)) {
  for (unsigned i = 0; i < 2; ++i) {
    directions_[i].first = setup.first_seq[i];
    directions_[i].frontier = setup.first_seq[i];
    directions_[i].acknowledged = setup.first_seq[i];
  }
  if (setup.marks != 0) Resume();
}

// While nothing is held and no edit is outstanding, acknowledgements need not be noted: Begin() takes care that the last one
// that was is not far behind when the next edit is made.
inline void Connection::TakeAcknowledgement(const rtspnat_segment& segment) {
  Direction& other = directions_[1 - (segment.direction & 1)];
  if ((segment.flags & RTSPNAT_ACK) != 0 && (holds_ || !other.edits.Empty())) Acknowledge(other, segment.ack);
}

void Connection::Acknowledge(Direction& other, std::uint32_t ack) const {
  std::uint32_t acknowledged = other.map.Back(ack);
  // FIN takes a number of its own, behind the last byte.
  if (other.closed && acknowledged == other.frontier + 1) acknowledged = other.frontier;
  if (Before(other.frontier, acknowledged) || !Before(other.acknowledged, acknowledged)) return;
  NoteAcknowledged(other, acknowledged);
}

void Connection::NoteAcknowledged(Direction& direction, std::uint32_t acknowledged) const {
  direction.acknowledged = acknowledged;
  direction.map.Acknowledge(acknowledged);
  if (setup_.length_changes == RTSPNAT_ANY_LENGTH_CHANGE) direction.map.Settle();
  direction.edits.Forget(acknowledged, direction.map.Settled(acknowledged + 1));
  if (!Before(acknowledged, direction.custody.End())) direction.custody.size = 0;
}

// What lies further back than any window has arrived, however seldom the embedder shows an acknowledgement: an edit must not be
// there any more when the numbers come round.
void Connection::LeaveBehind(Direction& direction) const {
  if (direction.frontier - direction.acknowledged <= rtsp::kMostWindow) return;
  const std::uint32_t arrived = direction.frontier - rtsp::kMostWindow;
  direction.acknowledged = arrived;
  direction.map.Acknowledge(arrived);
  direction.map.Settle();
  direction.edits.Forget(arrived, arrived);
  if (Before(direction.custody.End(), arrived)) direction.custody.size = 0;
}

void Connection::NoteSize(const rtspnat_segment& segment) {
  constexpr std::uint32_t kMost = 0xffff;
  Direction& direction = directions_[segment.direction & 1];
  const std::uint32_t payload = segment.segment_size != 0 ? segment.segment_size : segment.length;
  const std::uint32_t size = payload + HeaderLength(segment);
  if (size > direction.largest) direction.largest = static_cast<std::uint16_t>(size < kMost ? size : kMost);
}

// Takes in a segment that need not be read and ends `count` bytes behind the frontier. Nothing is held.
inline void Connection::PassOver(const rtspnat_segment& segment, Direction& direction,
                                                        std::uint32_t count) {
  NoteSize(segment);
  if (count != 0) {
    direction.frontier += count;
    direction.dropped = 0;
  }
  if (!directions_[0].edits.Empty() || !directions_[1].edits.Empty()) PassEditsOver(segment, direction);
}

void Connection::PassEditsOver(const rtspnat_segment& segment, Direction& direction) {
  TakeAcknowledgement(segment);
  LeaveBehind(direction);
}

// The payload need not be read if nothing in it is a line, no edit falls on it, and nothing is withheld.
bool Connection::Skip(const rtspnat_segment& segment) {
  if (phase_ != Phase::kDone || holds_ || Ends(segment)) return false;
  Direction& direction = directions_[segment.direction & 1];
  if (!direction.edits.Empty() && direction.edits.Count(segment.seq, segment.length) != 0) return false;
  const std::int32_t past = Distance(segment.seq + segment.length, direction.frontier);
  const std::uint32_t count = segment.length != 0 && past > 0 ? static_cast<std::uint32_t>(past) : 0;
  if (count > direction.framer.SkipLeft() && !transparent_) return false;
  direction.framer.Skip(count);
  PassOver(segment, direction, count);
  return true;
}

// True if the segment goes on where the stream was left, between messages or in a frame or body. All edits lie before it.
inline bool Connection::MayHoldFrames(const rtspnat_segment& segment, const Direction& direction) const {
  if (phase_ != Phase::kDone || holds_ || transparent_ || Ends(segment)) return false;
  return segment.seq == direction.frontier && direction.framer.MaySkipFrames() && !ForgetsInterleaved();
}

// `bytes` lie at `offset`; with 0 that is where the stream was left.
rtspnat_frames Connection::SkipFrames(const rtspnat_segment& segment, const rtsp::Cursor& bytes,
                                      std::uint32_t& offset) {
  Direction& direction = directions_[segment.direction & 1];
  const std::uint32_t first = offset;
  const std::uint32_t end = segment.length;
  std::uint32_t at = first;
  if (first == 0) {
    if (!MayHoldFrames(segment, direction)) return RTSPNAT_FRAMES_NO;
    at = direction.framer.SkipLeft();
  }
  // What lies behind the segment is not of it, and no head is read there.
  const rtsp::Cursor heads = bytes.Slice(0, end - first);
  const std::uint32_t left = at - first;
  std::uint32_t index = left;
  for (;;) {
    const rtsp::FrameHead frame = rtsp::ReadFrameHead(heads, index);
    if (!frame.valid) break;
    index += rtsp::kFrameHeadBytes + frame.length;
  }
  at = first + index;
  offset = at;
  if (at < end) {
    const bool is_other = index + rtsp::kFrameHeadBytes <= heads.Size();
    return is_other || end - at < rtsp::kFrameHeadBytes ? RTSPNAT_FRAMES_NO : RTSPNAT_FRAMES_HEAD;
  }
  const bool began = first != 0 || index != left;
  direction.framer.SkipFrames(end, at - end);
  PassOver(segment, direction, end);
  direction.interleaved |= began;
  return began ? RTSPNAT_FRAMES_BEGUN : RTSPNAT_FRAMES_DONE;
}

// Compares the segment with the frontier: old bytes are not read again, new ones are, and what lies past
// the frontier must come again in order. A reset counts wherever it stands (after a FIN it is one past the
// frontier), and carries nothing.
void Connection::PlaceSegment(const rtspnat_segment& segment) {
  Direction& direction = Current();
  const std::int32_t gap = Distance(seq_, direction.frontier);
  const std::int32_t past = Distance(seq_ + length_, direction.frontier);
  const bool carries = length_ != 0 || (segment.flags & RTSPNAT_FIN) != 0;
  if (transparent_ || past <= 0 || !carries || (segment.flags & RTSPNAT_RST) != 0) return;
  if (gap > 0 && static_cast<std::uint32_t>(past) <= direction.framer.SkipLeft()) {
    direction.framer.Skip(static_cast<std::uint32_t>(gap));
  } else if (gap > 0) {
    // Media on this connection comes in windows of many segments: to drop those behind a loss would cost more than the help for
    // the next SETUP is worth. What was agreed stays until the connection ends.
    const bool is_media = direction.interleaved || agreed_interleaved_;
    if (is_media || direction.dropped == rtsp::kOutOfOrderSegments) return TurnTransparent(RTSPNAT_NOTE_GAP);
    ++direction.dropped;
    Note(RTSPNAT_NOTE_OUT_OF_ORDER);
    verdict_ = RTSPNAT_DROP;
    closing_ = false;
    return;
  }
  direction.dropped = 0;
  in_.Seek(gap < 0 ? static_cast<std::uint32_t>(-gap) : 0);
  reading_ = true;
}

// A dialogue that was left open cannot be picked up again.
void Connection::Abandon() {
  transparent_ = true;
  if (question_ == Question::kReserve) mappings_.Free(asked_);
  if (question_ == Question::kPublish) RefusePublished(asked_);
  question_ = Question::kNone;
  for (Direction& direction : directions_) LetGo(direction);
}

void Connection::Begin(const rtspnat_segment& segment) {
  if (phase_ != Phase::kDone) Abandon();
  // Side by side, so that they are set by words.
  notes_ = 0;
  reading_ = false;
  probes_ = false;
  verdict_ = RTSPNAT_ACCEPT;
  edits_ = 0;
  recalled_.size = 0;
  growth_ = 0;
  direction_ = segment.direction & 1;
  in_ = rtsp::Cursor(segment.payload, segment.payload != nullptr ? segment.length : 0);
  seq_ = segment.seq;
  length_ = in_.Size();
  flags_ = segment.flags;
  segment_size_ = segment.segment_size;
  header_length_ = static_cast<std::uint16_t>(HeaderLength(segment));
  closing_ = Closes(segment);
  phase_ = Phase::kRead;
  Direction& direction = Current();
  if (direction.edits.Empty() && !direction.Holds()) direction.acknowledged = direction.frontier;
  acknowledgement_ = holds_ ? PlanAcknowledgement(segment) : segment.ack;
  TakeAcknowledgement(segment);
  NoteSize(segment);
  if (holds_ || direction.framer.KeepsAny()) RecallWithheld();
  if ((flags_ & RTSPNAT_URG) != 0 && !transparent_) TurnTransparent(RTSPNAT_NOTE_URGENT);
  PlaceSegment(segment);
}

// The text of a head in hand may have left: its mappings stay reserved until the connection ends.
void Connection::TurnTransparent(std::uint32_t note) {
  Note(note);
  transparent_ = true;
  LetGo(directions_[1 - direction_]);
  for (Direction& direction : directions_) direction.head.mappings = 0;
}

// Behind FIN or RST of either side nothing is read: a mapping would have nobody to give it back. A FIN that was cut off is sent again.
void Connection::FinishClose() {
  const bool is_cut = leaving_.End() != seq_ + length_;
  if (is_cut && (flags_ & RTSPNAT_RST) == 0) return;
  Current().closed = true;
  transparent_ = true;
  LetGo(directions_[1 - direction_]);
  holds_ = Holds();
  EndTeardowns();
  linger_ = mappings_.Live() & static_cast<MappingSet>(~release_);
  release_ = mappings_.Held() & static_cast<MappingSet>(~linger_);
  phase_ = Phase::kClosed;
}

void Connection::FinishSegment() {
  Direction& direction = Current();
  const std::uint32_t end = seq_ + (transparent_ ? length_ : in_.Position());
  if ((reading_ || transparent_) && Before(direction.frontier, end)) direction.frontier = end;
  if (holds_ || !direction.edits.Empty()) LeaveBehind(direction);
  if (verdict_ == RTSPNAT_ACCEPT) PlanPassing();
  phase_ = Phase::kDone;
  if (closing_ && verdict_ == RTSPNAT_ACCEPT) FinishClose();
}

void Connection::FillMapping(std::uint32_t index, rtspnat_step& step) const {
  const Mapping& mapping = mappings_[index];
  FillOwn(index, mapping, step);
  step.open &= kAllPorts;
  if (mapping.peers == 0) return;
  PortRange peer = mapping.peer;
  PortRange known = publishes_ ? mapping.published : peer;
  std::uint32_t peers = mapping.peers;
  if (peers > mapping.count) {
    peers = mapping.count;
    peer.last = peer.At(peers - 1, mapping.peers);
    known.last = known.At(peers - 1, mapping.peers);
  }
  Spread(peer, peers, step.peer);
  if (known.first != 0) Spread(known, peers, step.published);
}

// The mapping is given up, one way or the other.
void Connection::Leave(std::uint32_t index, rtspnat_step& step, rtspnat_ask ask) {
  FillMapping(index, step);
  Forget(index);
  step.ask = static_cast<std::uint8_t>(ask);
  if (ask == RTSPNAT_LINGER) step.seconds = session_seconds_;
}

// Nothing may speak of a mapping that is gone: not a question, not a head, not a response to come.
void Connection::Forget(std::uint32_t index) {
  const auto others = static_cast<MappingSet>(~SetOf(index));
  mappings_.Free(index);
  streams_.Forget(index);
  pending_.Keep(others);
  release_ &= others;
  linger_ &= others;
  expect_ &= others;
  for (Direction& direction : directions_) direction.head.mappings &= others;
}

void Connection::FillDone(rtspnat_step& step) const {
  step.ask = RTSPNAT_DONE;
  step.verdict = verdict_;
  step.notes = notes_;
  step.transparent = IsIdle() ? 1 : 0;
  step.holding = holds_ ? 1 : 0;
  step.edits = edits_;
  step.ack = acknowledgement_;
  step.seq = leaving_.start;
  step.keep = keep_;
  // The close stands behind the last byte, of which the prefix may be all.
  const bool is_cut = leaving_.End() != seq_ + length_;
  step.flags = static_cast<std::uint8_t>(flags_ & ~(is_cut ? RTSPNAT_FIN : 0));
  step.prefix_length = static_cast<std::uint16_t>(leaving_.size - keep_);
  if (step.prefix_length != 0) step.prefix = Prefix();
  step.growth = growth_;
  step.growth_at = growth_at_;
}

// Asks what is to be asked of a mapping, of which there is some.
rtspnat_ask Connection::AskOfMapping(rtspnat_step& step) {
  if (release_ != 0) {
    Leave(Pop(release_), step, RTSPNAT_RELEASE);
    Note(RTSPNAT_NOTE_RELEASED);
    return RTSPNAT_RELEASE;
  }
  if (linger_ != 0) {
    Leave(Pop(linger_), step, RTSPNAT_LINGER);
    Note(RTSPNAT_NOTE_LINGERS);
    return RTSPNAT_LINGER;
  }
  asked_ = static_cast<std::uint8_t>(Pop(expect_));
  FillMapping(asked_, step);
  step.streams = mappings_[asked_].holders;
  step.media_source = directions_[RTSPNAT_REPLY].head.media_source;
  question_ = Question::kExpect;
  step.ask = RTSPNAT_EXPECT;
  return RTSPNAT_EXPECT;
}

// Takes a step of a kind that most SETUPs do without. Returns true if there is something to ask.
inline bool Connection::TakeOtherStep(rtspnat_step& step) {
  switch (phase_) {
    case Phase::kUse: UseReserved(); break;
    case Phase::kPublish: return ProposePublished(step);
    case Phase::kSpecAgain: UseSpecAgain(); break;
    case Phase::kClosed: phase_ = Phase::kDone; break;
    case Phase::kRest: ReadRest(); break;
    case Phase::kRestSpec: RewriteRest(); break;
    case Phase::kLineEnd: FinishLine(); break;
    case Phase::kOtherLine: ReadOtherLine(); break;
    case Phase::kRedirect: return AskOfRedirection(step);
    case Phase::kResponse: EndResponse(); break;
    default: break;
  }
  return false;
}

rtspnat_ask Connection::Next(rtspnat_step& step) {
  if (question_ != Question::kNone) Answer(RTSPNAT_NO, 0);
  step = {};
  for (;;) {
    if ((release_ | linger_ | expect_) != 0) return AskOfMapping(step);
    // In the order in which they mostly follow each other.
    if (phase_ == Phase::kSpecs) ReadSpec();
    if (phase_ == Phase::kPropose && ProposePorts(step)) return RTSPNAT_RESERVE;
    if (phase_ > Phase::kPropose) {
      if (TakeOtherStep(step)) return static_cast<rtspnat_ask>(step.ask);
      continue;
    }
    if (phase_ == Phase::kRead && release_ == 0) ReadUnits();
    if (phase_ != Phase::kDone) continue;
    FillDone(step);
    return RTSPNAT_DONE;
  }
}

void Connection::Answer(rtspnat_reply reply, std::uint16_t first_port) {
  const Question question = question_;
  question_ = Question::kNone;
  if (question == Question::kReserve) AnswerReserve(reply, first_port);
  if (question == Question::kPublish) AnswerPublish(reply, first_port);
  if (question != Question::kExpect) return;
  if (reply == RTSPNAT_YES) {
    mappings_[asked_].state = MappingState::kLive;
    Note(RTSPNAT_NOTE_LIVE);
  } else {
    Note(RTSPNAT_NOTE_EXPECT_FAILED);
    release_ |= SetOf(asked_);
  }
}

bool Connection::GetEdit(std::uint32_t index, rtspnat_edit& edit) const {
  if (phase_ != Phase::kDone || verdict_ != RTSPNAT_ACCEPT) return false;
  const EditPart part = Current().edits.Part(leaving_.start, leaving_.size, index);
  if (part.text_length == 0) return false;
  edit = {part.offset, part.length, part.text_length, part.text};
  return true;
}

bool Connection::Close(rtspnat_step& step) {
  MappingSet held = mappings_.Held();
  if (held == 0) return false;
  step = {};
  Leave(Pop(held), step, RTSPNAT_RELEASE);
  return true;
}

}  // namespace mangle
