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

// Marks(): what was read, and above that first_end_.
constexpr std::uint32_t kMarkStarted = 1;
constexpr std::uint32_t kMarkAnswers = 2;
constexpr std::uint32_t kMarkGap = 4;
constexpr std::uint32_t kMarkEnd = 3;  // Shift.

}  // namespace

std::uint32_t Framer::Marks() const {
  return (started_ ? kMarkStarted : 0) | (answers_ ? kMarkAnswers : 0) | (gap_ ? kMarkGap : 0) |
         static_cast<std::uint32_t>(first_end_) << kMarkEnd;
}

void Framer::Resume(std::uint32_t marks) {
  constexpr std::uint32_t kEnds = 3;
  started_ = (marks & kMarkStarted) != 0;
  answers_ = (marks & kMarkAnswers) != 0;
  gap_ = (marks & kMarkGap) != 0;
  const std::uint32_t end = marks >> kMarkEnd & kEnds;
  first_end_ = end < kEnds ? static_cast<LineEnd>(end) : LineEnd::kUnknown;
}

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

// No start line where one must be.
void Framer::LoseStart(LostReason reason, Unit& unit) {
  Lose(started_ ? reason : LostReason::kNotRtsp, unit);
}

// Searches for a status line from here on.
void Framer::BeginSearch() {
  state_ = State::kSearch;
  searching_ = true;
  gap_ = true;
  searched_ = 0;
}

// Text that is not understood begins at unit.offset.
void Framer::NoteGap(Unit& unit) {
  const std::uint32_t offset = unit.offset;
  unit = {};
  unit.kind = UnitKind::kGap;
  unit.reason = LostReason::kNoStart;
  unit.offset = offset;
  BeginSearch();
}

bool Framer::MayBecome(HeaderName name, const bytes::Tail& tail) const {
  const std::uint32_t size = LineSize();
  return state_ == State::kHeaders && size != 0 && size <= limits::kLineBytes && MayBe(name, tail.Line());
}

// The line in the tail has been given out.
void Framer::DropLine(bytes::Tail& tail) {
  given_out_ = false;
  tail.DropLine();
  line_size_ = 0;
  after_return_ = false;
}

// Takes in the bytes up to `end` as part of an unfinished line. Returns false if there is no room for them.
bool Framer::Hold(Cursor& in, bytes::Tail& tail, std::uint32_t end, Unit& unit) {
  const std::uint32_t count = end - in.Position();
  if (!tail.HasRoom(count)) {
    unit.kind = UnitKind::kNoRoom;
    return false;
  }
  if (count == 0) return true;
  after_return_ = in.At(end - 1) == '\r';
  tail.Append(in, count);
  line_size_ += count;
  offset_ += count;
  return true;
}

bool Framer::LineIsEmpty(const Cursor& in, const bytes::Tail& tail, std::uint32_t line_feed) const {
  const std::uint32_t start = in.Position();
  if (line_size_ == 0) return line_feed == start || (line_feed == start + 1 && in.Peek() == '\r');
  return line_size_ == 1 && line_feed == start && tail.Line().At(0) == '\r';
}

// Returns the position of the LF that ends the line, at or after `from`, or the size of `in` if there is none.
std::uint32_t Framer::FindLineEnd(const Cursor& in, std::uint32_t from) const {
  std::uint32_t line_feed = in.FindLineFeed(from);
  if (state_ == State::kStartLine || line_end_ == LineEnd::kLf) return line_feed;
  while (line_feed != in.Size()) {
    const bool is_first = line_feed == in.Position();
    if (is_first ? line_size_ != 0 && after_return_ : in.At(line_feed - 1) == '\r') break;
    line_feed = in.FindLineFeed(line_feed + 1);
  }
  return line_feed;
}

// True if the line holds a CR or LF that is no part of a fold.
bool Framer::IsBare(const Cursor& line) const {
  for (std::uint32_t at = line.FindLineEndByte(); at < line.Size(); ++at) {
    if (!IsLineEnd(line.At(at))) continue;
    // A line end inside a line is that of a fold.
    if (line.At(at) == '\r' && line.At(at + 1) == '\n') {
      ++at;
    } else if (line.At(at) != '\n' || line_end_ != LineEnd::kLf) {
      return true;
    }
  }
  return false;
}

// Takes a line that lies in the piece as a whole, has no control byte, and is seen not to go on: nearly every line is one.
bool Framer::TakePlainLine(Cursor& in, Unit& unit) {
  if (line_size_ != 0 || searching_) return false;
  const std::uint32_t next = in.FindPlainLine(unit.line);
  const std::uint32_t size = unit.line.Size();
  if (next == 0 || size > limits::kLineBytes - 2) return false;
  const bool may_fold = state_ == State::kHeaders && size != 0;
  if (may_fold && (next == in.Size() || IsBlank(in.At(next)))) return false;
  unit.offset = offset_;
  after_return_ = true;
  offset_ += next - in.Position();
  in.Seek(next);
  return true;
}

// Finds the end of the line that begins in the tail, or at the cursor if nothing of it is held. A header line goes
// on while the next line begins with a blank. Returns false if the end has not come, or is not searched for: the unit says why.
bool Framer::FindEnd(Cursor& in, bytes::Tail& tail, Unit& unit, std::uint32_t& behind) {
  const std::uint32_t start = in.Position();
  const std::uint32_t bound = limits::kLongLineBytes - (searching_ ? searched_ : 0);
  std::uint32_t next = start;
  if (line_fed_ && in.AtEnd()) return false;
  bool ended = line_fed_ && !IsBlank(in.Peek());
  while (!ended) {
    const std::uint32_t line_feed = FindLineEnd(in, next);
    const bool found = line_feed != in.Size();
    const std::uint32_t end = line_feed + (found ? 1 : 0);
    if (line_size_ + (end - start) > bound) {
      LoseStart(searching_ ? LostReason::kNoStart : LostReason::kLineTooLong, unit);
      return false;
    }
    const bool may_fold = found && state_ == State::kHeaders && !LineIsEmpty(in, tail, line_feed);
    if (!found || (may_fold && end == in.Size())) {
      if (Hold(in, tail, end, unit)) line_fed_ = found;
      return false;
    }
    ended = !may_fold || !IsBlank(in.At(end));
    next = end;
  }
  behind = next;
  return true;
}

// Gives out the line that ends at `end`. Returns false if it began in the tail, and there is no room for it.
bool Framer::GiveLine(Cursor& in, bytes::Tail& tail, Unit& unit, std::uint32_t end) {
  const std::uint32_t size = end - in.Position();
  const bool is_return = size > 1 ? in.At(end - 2) == '\r' : line_size_ != 0 && after_return_;
  unit.held = line_size_ != 0;
  if (unit.held) {
    if (!Hold(in, tail, end, unit)) return false;
    line_fed_ = false;
    given_out_ = true;
    unit.offset = offset_ - line_size_;
    unit.too_long = line_size_ > limits::kLineBytes;
    unit.line = unit.too_long ? tail.Line() : tail.Line().Line(line_size_ - 1);
  } else {
    unit.offset = offset_;
    unit.too_long = size > limits::kLineBytes;
    unit.line = unit.too_long ? in.Slice(in.Position(), limits::kLineBytes) : in.Line(end - 1);
    in.Seek(end);
    offset_ += size;
  }
  after_return_ = is_return;
  unit.bare = !unit.too_long && IsBare(unit.line);
  return true;
}

void Framer::BeginHead(std::uint16_t status, LineEnd end) {
  state_ = State::kHeaders;
  started_ = true;
  line_end_ = end;
  if (first_end_ == LineEnd::kUnknown) first_end_ = end;
  status_ = status;
  length_ = 0;
  has_length_ = false;
  bad_length_ = false;
}

// Where the first start line of the direction has ended in CR LF, a lone LF may be a byte of a value.
bool Framer::IsStartLine(const StartLine& start, LineEnd end) const {
  if (searching_ && start.kind != StartKind::kResponse) return false;
  return start.kind != StartKind::kInvalid && (end == LineEnd::kCrLf || first_end_ != LineEnd::kCrLf);
}

void Framer::FinishStartLine(Unit& unit) {
  const LineEnd end = after_return_ ? LineEnd::kCrLf : LineEnd::kLf;
  unit.kind = UnitKind::kStartLine;
  unit.start = unit.too_long ? long_.Finish() : LexStartLine(unit.line);
  if (unit.too_long) long_.Begin();
  if (IsStartLine(unit.start, end)) {
    searching_ = false;
    return BeginHead(unit.start.status, end);
  }
  if (!answers_) return LoseStart(LostReason::kNoStart, unit);
  if (!searching_) return NoteGap(unit);
  searched_ += offset_ - unit.offset;
  state_ = State::kSearch;
  unit.kind = UnitKind::kNeedMore;
}

void Framer::FinishHeader(Unit& unit) {
  unit.kind = UnitKind::kHeader;
  unit.header = LexHeader(unit.line);
  if (unit.header.name != HeaderName::kContentLength) return;
  const Number length = ReadNumberValue(unit.line, unit.header.value, limits::kBodyBytes);
  const bool is_readable = !unit.too_long && !unit.bare && length.valid;
  if (!is_readable || (has_length_ && length.value != length_)) bad_length_ = true;
  has_length_ = true;
  length_ = length.value;
}

// The head of a reply can be read, whatever becomes of its body.
void Framer::FinishHead(Unit& unit) {
  const bool is_bad = bad_length_ || (length_ != 0 && IsBodiless(status_));
  if (is_bad && !answers_) return Lose(LostReason::kBadLength, unit);
  unit = {};
  unit.kind = UnitKind::kHeadEnd;
  unit.offset = offset_;
  if (is_bad) {
    unit.reason = LostReason::kBadLength;
    return BeginSearch();
  }
  unit.length = skip_ = length_;
  state_ = State::kBetween;
}

// Gives the bytes from `start` to the cursor to long_, if they are of a start line that is too long to be held; `before` bytes of
// the line came earlier.
void Framer::FeedLong(const Cursor& in, const bytes::Tail& tail, std::uint32_t start, std::uint32_t before) {
  const std::uint32_t count = in.Position() - start;
  if (before + count <= limits::kLineBytes) return;
  for (std::uint32_t at = 0; before <= limits::kLineBytes && at < before; ++at) long_.Put(tail.Line().At(at));
  for (std::uint32_t at = start; at < start + count; ++at) long_.Put(in.At(at));
}

void Framer::NextFrame(Cursor& in, bytes::Tail& tail, Unit& unit) {
  const std::uint32_t wanted = kFrameHeadBytes - line_size_;
  const std::uint32_t count = in.Left() < wanted ? in.Left() : wanted;
  if (!Hold(in, tail, in.Position() + count, unit) || line_size_ < kFrameHeadBytes) return;
  unit.kind = UnitKind::kInterleaved;
  unit.offset = offset_ - kFrameHeadBytes;
  const FrameHead head = ReadFrameHead(tail.Line(), 0);
  unit.channel = head.channel;
  unit.length = head.length;
  skip_ = unit.length;
  state_ = State::kBetween;
  given_out_ = true;
}

// Passes over what is left of a body, and over empty lines (RFC 7826 section 5.1), to the first byte of a
// message or frame.
void Framer::BeginMessage(Cursor& in, Unit& unit) {
  if (skip_ != 0) {
    const std::uint32_t count = in.Left() < skip_ ? in.Left() : skip_;
    Skip(count);
    in.Seek(in.Position() + count);
  }
  const std::uint32_t start = in.Position();
  while (IsLineEnd(in.Peek())) in.Skip();
  offset_ += in.Position() - start;
  if (in.AtEnd()) return;
  unit.offset = offset_;
  if (!CanStartLine(in.Peek())) return answers_ ? NoteGap(unit) : LoseStart(LostReason::kNoStart, unit);
  state_ = in.Peek() == '$' && started_ ? State::kFrame : State::kStartLine;
}

// Passes over bytes that no line begins with: a NUL behind a body, for one.
void Framer::SearchStart(Cursor& in, Unit& unit) {
  const std::uint32_t start = in.Position();
  while (!in.AtEnd() && !CanStartLine(in.Peek()) &&
         searched_ + (in.Position() - start) <= limits::kLongLineBytes)
    in.Skip();
  searched_ += in.Position() - start;
  offset_ += in.Position() - start;
  if (searched_ > limits::kLongLineBytes) return Lose(LostReason::kNoStart, unit);
  if (!in.AtEnd()) state_ = State::kStartLine;
}

// Takes the next line, or its front.
void Framer::TakeLine(Cursor& in, bytes::Tail& tail, Unit& unit) {
  const bool is_first = state_ == State::kStartLine;
  const std::uint32_t start = in.Position();
  const std::uint32_t before = line_size_;
  std::uint32_t end = 0;
  const bool has_ended =
      TakePlainLine(in, unit) || (FindEnd(in, tail, unit, end) && GiveLine(in, tail, unit, end));
  if (is_first) FeedLong(in, tail, start, before);
  if (!has_ended) return;
  if (is_first) return FinishStartLine(unit);
  if (unit.line.Size() == 0) return FinishHead(unit);
  FinishHeader(unit);
}

// Each turn gives a unit, or goes on to another state, or has taken all.
void Framer::Next(Cursor& in, bytes::Tail& tail, Unit& unit, Lines lines) {
  bool is_unnamed = false;
  do {
    unit = {};
    if (in.AtEnd() && state_ != State::kLost) return;
    if (given_out_) DropLine(tail);
    switch (state_) {
      case State::kSearch: SearchStart(in, unit); break;
      case State::kFrame: NextFrame(in, tail, unit); break;
      case State::kLost: Lose(reason_, unit); break;
      case State::kBetween:
        BeginMessage(in, unit);
        if (state_ != State::kStartLine) break;
        [[fallthrough]];
      case State::kStartLine:
      case State::kHeaders: TakeLine(in, tail, unit); break;
    }
    is_unnamed = unit.kind == UnitKind::kHeader && unit.header.name == HeaderName::kOther;
  } while (unit.kind == UnitKind::kNeedMore || (is_unnamed && lines == kNamedLines));
}

}  // namespace rtsp
