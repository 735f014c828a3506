// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "rtsp/framer.h"

namespace rtsp {
namespace {

// Responses that have no body in RTSP 1.0, whatever Content-Length says (RFC 2326 section 4.4).
bool IsBodiless(std::uint16_t status) {
  return (status >= 100 && status < 200) || status == 204 || status == 304;
}

constexpr bool IsLineEnd(std::uint8_t byte) { return byte == '\r' || byte == '\n'; }

// A method or a version begins with a printing character: with anything else, TLS for one, there is
// no need to wait for a line end.
constexpr bool CanStartLine(std::uint8_t byte) { return byte > ' ' && byte < 0x7f; }

}  // namespace

void Framer::Skip(std::uint32_t count) {
  if (count > skip_) count = skip_;
  skip_ -= count;
  offset_ += count;
}

void Framer::Lose(LostReason reason, Unit& unit) {
  state_ = State::kLost;
  reason_ = reason;
  unit = {};
  unit.kind = UnitKind::kLost;
  unit.reason = reason;
}

Cursor Framer::UnfinishedLine() const {
  return clear_held_ ? Cursor() : Cursor(held_ + held_at_, held_size_);
}

Cursor Framer::Held() const { return {held_, std::uint32_t{held_at_} + held_size_}; }

bool Framer::MayBecome(HeaderName name) const {
  const std::uint32_t size = LineSize();
  return state_ == State::kHeaders && size != 0 && size <= kLineBytes && MayBe(name, UnfinishedLine());
}

// The line in held_ has been given out: the next one lies behind what is kept.
void Framer::ClearHeld() {
  clear_held_ = false;
  held_at_ = kept_;
  held_size_ = 0;
  line_size_ = 0;
}

void Framer::Keep(std::uint32_t count) {
  if (clear_held_) ClearHeld();
  kept_ = static_cast<std::uint16_t>(count < kLineBytes ? count : kLineBytes);
  if (kept_ >= held_at_) {
    if (line_size_ == 0) held_at_ = kept_;
    return;
  }
  __builtin_memmove(held_ + kept_, held_ + held_at_, held_size_);
  held_at_ = kept_;
}

// True if `count` bytes more of the line can be held, or need not be. Behind bytes that are kept a line must
// not be taken for longer than it is.
bool Framer::HasRoom(std::uint32_t count) const {
  return held_at_ == 0 || held_at_ + held_size_ + count <= kLineBytes;
}

// Takes in the first `end - position` bytes as part of an unfinished line.
void Framer::Hold(Cursor& in, std::uint32_t end) {
  const std::uint32_t count = end - in.Position();
  const std::uint32_t room = kLineBytes - held_at_ - held_size_;
  const std::uint32_t copied = count < room ? count : room;
  if (in.Read(held_ + held_at_ + held_size_, copied))
    held_size_ = static_cast<std::uint16_t>(held_size_ + copied);
  in.Seek(end);
  line_size_ += count;
  offset_ += count;
}

bool Framer::LineIsEmpty(const Cursor& in, std::uint32_t line_feed) const {
  const std::uint32_t start = in.Position();
  if (line_size_ == 0) return line_feed == start || (line_feed == start + 1 && in.Peek() == '\r');
  return line_size_ == 1 && line_feed == start && held_[held_at_] == '\r';
}

// Finds the end of the line that begins at held_, or at the cursor if nothing is held. A header line goes
// on while the next line begins with a blank.
Framer::Scan Framer::ScanLine(Cursor& in, Unit& unit) {
  const std::uint32_t start = in.Position();
  const std::uint32_t bound = state_ == State::kStartLine ? kLineBytes : kHeaderLineBytes;
  Cursor scan = in;
  if (line_fed_ && in.AtEnd()) return Scan::kMore;
  bool ended = line_fed_ && !IsBlank(in.Peek());
  std::uint32_t line_feed = start;
  while (!ended) {
    line_feed = scan.FindLineFeed();
    const bool found = line_feed != in.Size();
    const std::uint32_t end = line_feed + (found ? 1 : 0);
    if (line_size_ + (end - start) > bound) return Scan::kTooLong;
    const bool may_fold = found && state_ == State::kHeaders && !LineIsEmpty(in, line_feed);
    if (!found || (may_fold && end == in.Size())) {
      if (!HasRoom(end - start)) return Scan::kNoRoom;
      Hold(in, end);
      line_fed_ = found;
      return Scan::kMore;
    }
    ended = !may_fold || !IsBlank(in.At(end));
    scan.Seek(end);
  }
  if (line_size_ == 0) {
    const std::uint32_t size = line_feed + 1 - start;
    unit.offset = offset_;
    unit.too_long = size > kLineBytes;
    unit.line = unit.too_long ? in.Slice(start, kLineBytes) : in.Line(line_feed);
    in.Seek(line_feed + 1);
    offset_ += size;
    return Scan::kLine;
  }
  if (scan.Position() != start) {
    if (!HasRoom(line_feed + 1 - start)) return Scan::kNoRoom;
    Hold(in, line_feed + 1);
  }
  line_fed_ = false;
  const Cursor held = UnfinishedLine();
  unit.held = true;
  unit.offset = offset_ - line_size_;
  unit.too_long = line_size_ > kLineBytes;
  unit.line = unit.too_long ? held : held.Line(line_size_ - 1);
  clear_held_ = true;
  return Scan::kLine;
}

[[gnu::noinline]] void Framer::NoteLength(Cursor line, std::uint16_t value, bool too_long) {
  const Number length = ReadNumberValue(line, value, kBodyBytes);
  if (too_long || !length.valid || (has_length_ && length.value != length_)) bad_length_ = true;
  has_length_ = true;
  length_ = length.value;
}

bool Framer::IsBadHead() const { return bad_length_ || (length_ != 0 && IsBodiless(status_)); }

inline void Framer::FinishStartLine(Unit& unit) {
  unit.kind = UnitKind::kStartLine;
  unit.start = LexStartLine(unit.line);
  if (unit.start.kind == StartKind::kInvalid)
    return Lose(started_ ? LostReason::kNoStart : LostReason::kNotRtsp, unit);
  BeginHead(unit.start.status);
}

inline void Framer::FinishHeader(Unit& unit) {
  unit.kind = UnitKind::kHeader;
  unit.header = LexHeader(unit.line);
  if (unit.header.name == HeaderName::kContentLength) NoteLength(unit.line, unit.header.value, unit.too_long);
}

inline void Framer::FinishHead(Unit& unit) {
  if (IsBadHead()) return Lose(LostReason::kBadLength, unit);
  unit = {};
  unit.kind = UnitKind::kHeadEnd;
  unit.offset = offset_;
  unit.length = length_;
  EndHead();
}

inline void Framer::NextLine(Cursor& in, Unit& unit) {
  const Scan scan = ScanLine(in, unit);
  if (scan == Scan::kMore) return;
  if (scan == Scan::kNoRoom) {
    unit.kind = UnitKind::kNoRoom;
    return;
  }
  if (scan == Scan::kTooLong) return Lose(started_ ? LostReason::kLineTooLong : LostReason::kNotRtsp, unit);
  if (state_ == State::kStartLine) return FinishStartLine(unit);
  if (unit.line.Size() == 0) return FinishHead(unit);
  FinishHeader(unit);
}

void Framer::NextFrame(Cursor& in, Unit& unit) {
  const std::uint32_t wanted = kFrameHeadBytes - held_size_;
  if (!HasRoom(wanted)) {
    unit.kind = UnitKind::kNoRoom;
    return;
  }
  Hold(in, in.Position() + (in.Left() < wanted ? in.Left() : wanted));
  if (held_size_ < kFrameHeadBytes) return;
  unit.kind = UnitKind::kInterleaved;
  unit.offset = offset_ - kFrameHeadBytes;
  const FrameHead head = ReadFrameHead(UnfinishedLine(), 0);
  unit.channel = head.channel;
  unit.length = head.length;
  skip_ = unit.length;
  state_ = State::kBetween;
  clear_held_ = true;
}

// Passes over what is left of a body, and over empty lines (RFC 7826 section 5.1), to the first byte of a
// message or frame.
inline void Framer::BeginMessage(Cursor& in, Unit& unit) {
  if (skip_ != 0) {
    const std::uint32_t count = in.Left() < skip_ ? in.Left() : skip_;
    Skip(count);
    in.Seek(in.Position() + count);
  }
  const std::uint32_t start = in.Position();
  while (IsLineEnd(in.Peek())) in.Skip();
  offset_ += in.Position() - start;
  if (in.AtEnd()) return;
  if (!CanStartLine(in.Peek())) return Lose(started_ ? LostReason::kNoStart : LostReason::kNotRtsp, unit);
  state_ = in.Peek() == '$' && started_ ? State::kFrame : State::kStartLine;
}

// Any unit, or none yet.
[[gnu::noinline]] void Framer::TakeOther(Cursor& in, Unit& unit) {
  unit = {};
  if (clear_held_) ClearHeld();
  if (state_ == State::kBetween) BeginMessage(in, unit);
  switch (state_) {
    case State::kBetween: break;
    case State::kFrame: NextFrame(in, unit); break;
    case State::kLost: Lose(reason_, unit); break;
    case State::kStartLine:
    case State::kHeaders: NextLine(in, unit); break;
  }
}

[[gnu::flatten]] bool Framer::TakeStartLine(Cursor& in, Unit& unit) {
  const Cursor rest = in.Rest();
  Cursor scan = rest;
  if (!LexStart(scan, unit.start)) return false;
  if (unit.start.kind == StartKind::kResponse && IsBlank(scan.Peek())) scan.Seek(scan.FindLineEndByte());
  const std::uint32_t size = scan.Position();
  if (!scan.Take("\r\n") || scan.Position() > kLineBytes) return false;
  unit.kind = UnitKind::kStartLine;
  unit.line = rest.Slice(0, size);
  unit.offset = offset_;
  offset_ += scan.Position();
  in.Seek(in.Position() + scan.Position());
  BeginHead(unit.start.status);
  return true;
}

namespace {

// Keeps the first unit it is given.
struct FirstUnit {
  Unit& unit;

  bool operator()(const Unit& given) const {
    unit = given;
    return false;
  }
};

// Gives the next unit, header lines without a name here only with kOthers.
template <bool kOthers>
void TakeNext(Framer& framer, Cursor& in, Unit& unit) {
  for (;;) {
    const Framer::Plain plain = framer.ForEachPlain<kOthers>(in, FirstUnit{unit});
    if (plain == Framer::Plain::kAllTaken) unit.kind = UnitKind::kNeedMore;
    if (plain != Framer::Plain::kOther) return;
    framer.TakeOther(in, unit);
    if (kOthers || unit.kind != UnitKind::kHeader || unit.header.name != HeaderName::kOther) return;
  }
}

}  // namespace

void Framer::NextOfInterest(Cursor& in, Unit& unit) { TakeNext<false>(*this, in, unit); }

Unit Framer::Next(Cursor& in) {
  Unit unit;
  TakeNext<true>(*this, in, unit);
  return unit;
}

}  // namespace rtsp
