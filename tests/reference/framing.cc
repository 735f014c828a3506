// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/reference/framing.h"

#include <algorithm>
#include <array>

#include "bytes/limits.h"
#include "tests/reference/lines.h"

namespace rtsp::reference {
namespace {

constexpr std::size_t kNowhere = std::string_view::npos;

// The longest method in a line of which only a part is kept.
constexpr std::size_t kMethodBytes = 64;

constexpr std::array<std::string_view, 12> kMethodNames = {
    "ANNOUNCE",    "DESCRIBE", "GET_PARAMETER", "OPTIONS", "PAUSE",         "PLAY",
    "PLAY_NOTIFY", "RECORD",   "REDIRECT",      "SETUP",   "SET_PARAMETER", "TEARDOWN"};

// A printing character.
bool CanBeginLine(char c) { return c > ' ' && c < 0x7f; }

// A line or a part of it: its beginning, the beginning of its line end, and the place behind that.
struct Line {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t behind = 0;
  bool crlf = false;
};

class Reader {
 public:
  enum class Ends : std::uint8_t { kAsItBegins, kCrLfAlone };

  Reader(std::string_view stream, Ends ends, std::optional<std::size_t> answers_from)
      : stream_(stream), ends_(ends), answers_from_(answers_from) {}

  std::vector<FramedUnit> Read() {
    while (ReadMessage()) {
    }
    return std::move(units_);
  }

 private:
  // The state when the byte at `at` is read.
  [[nodiscard]] bool Answers(std::size_t at) const { return answers_from_ && *answers_from_ <= at; }
  [[nodiscard]] bool Started(std::size_t at) const { return first_crlf_ || Answers(at); }

  [[nodiscard]] std::string_view Text(const Line& line) const {
    return stream_.substr(line.begin, line.end - line.begin);
  }
  [[nodiscard]] std::optional<Line> LineAt(std::size_t begin, std::size_t from, bool crlf_alone) const;
  [[nodiscard]] bool IsTooLong(std::size_t begin, const std::optional<Line>& line) const;
  [[nodiscard]] bool IsBare(std::string_view text) const;
  [[nodiscard]] StartLine ReadStartLineOf(const Line& line) const;

  FramedUnit& Add(UnitKind kind, std::size_t offset);
  FramedUnit& AddLine(UnitKind kind, const Line& line);

  // Each of these returns false if there is nothing more to read.
  bool Lose(LostReason reason);
  bool ReadMessage();
  bool ReadFrame();
  bool ReadStart();
  bool BeginHead(const Line& line, const StartLine& start);
  bool ReadHeaderLine();
  bool ReadHeadEnd(const Line& line);
  bool MissStart(std::size_t begin, std::size_t search, std::size_t last);
  bool Search();
  void NoteLength(const FramedUnit& unit, std::size_t value);

  std::string_view stream_;
  Ends ends_;
  std::optional<std::size_t> answers_from_;
  std::size_t at_ = 0;
  std::optional<bool> first_crlf_;  // Whether the first start line of the stream ended in CR LF.
  bool crlf_ = false;               // Whether the start line of the open head did.
  std::uint32_t status_ = 0;
  std::optional<std::uint32_t> length_;
  bool bad_length_ = false;
  bool in_head_ = false;
  std::vector<FramedUnit> units_;
};

// Returns the line at `begin`, if its end stands at `from` or behind it.
std::optional<Line> Reader::LineAt(std::size_t begin, std::size_t from, bool crlf_alone) const {
  if (crlf_alone) {
    const std::size_t end = stream_.find("\r\n", from);
    if (end == kNowhere) return std::nullopt;
    return Line{begin, end, end + 2, true};
  }
  const std::size_t line_feed = stream_.find('\n', from);
  if (line_feed == kNowhere) return std::nullopt;
  const bool crlf = line_feed > from && stream_[line_feed - 1] == '\r';
  return Line{begin, crlf ? line_feed - 1 : line_feed, line_feed + 1, crlf};
}

bool Reader::IsTooLong(std::size_t begin, const std::optional<Line>& line) const {
  return (line ? line->behind : stream_.size()) - begin > limits::kLongLineBytes;
}

// Returns whether the text has a CR or an LF that does not belong to the line end of a fold.
bool Reader::IsBare(std::string_view text) const {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' && text[i] != '\n') continue;
    const bool crlf = text.substr(i, 2) == "\r\n";
    const std::size_t behind = i + (crlf ? 2 : 1);
    const bool ends_part = crlf || (text[i] == '\n' && !crlf_);
    if (!ends_part || behind >= text.size() || !IsBlank(text[behind])) return true;
    i = behind;
  }
  return false;
}

FramedUnit& Reader::Add(UnitKind kind, std::size_t offset) {
  FramedUnit unit;
  unit.kind = kind;
  unit.offset = static_cast<std::uint32_t>(offset);
  units_.push_back(unit);
  return units_.back();
}

FramedUnit& Reader::AddLine(UnitKind kind, const Line& line) {
  FramedUnit& unit = Add(kind, line.begin);
  unit.too_long = line.behind - line.begin > limits::kLineBytes;
  unit.line = unit.too_long ? stream_.substr(line.begin, limits::kLineBytes) : Text(line);
  return unit;
}

bool Reader::Lose(LostReason reason) {
  Add(UnitKind::kLost, 0).reason = reason;
  return false;
}

// Notes that no message begins at `begin`; the byte at `last` shows this.
bool Reader::MissStart(std::size_t begin, std::size_t search, std::size_t last) {
  if (!Answers(last)) return Lose(Started(last) ? LostReason::kNoStart : LostReason::kNotRtsp);
  Add(UnitKind::kGap, begin).reason = LostReason::kNoStart;
  at_ = search;
  return Search();
}

// Skips lines up to a status line.
bool Reader::Search() {
  const std::size_t bound = at_ + limits::kLongLineBytes;
  while (at_ < stream_.size() && at_ < bound) {
    if (!CanBeginLine(stream_[at_])) {
      ++at_;
      continue;
    }
    const std::optional<Line> line = LineAt(at_, at_, false);
    if (!line || line->behind > bound) break;
    const StartLine start = ReadStartLineOf(*line);
    if (start.response) return BeginHead(*line, start);
    at_ = line->behind;
  }
  return stream_.size() > bound ? Lose(LostReason::kNoStart) : false;
}

bool Reader::ReadFrame() {
  if (stream_.size() - at_ < 4) return false;
  const auto byte = [this](std::size_t i) { return static_cast<std::uint8_t>(stream_[at_ + i]); };
  FramedUnit& unit = Add(UnitKind::kInterleaved, at_);
  unit.channel = byte(1);
  unit.length = byte(2) * 256U + byte(3);
  at_ += 4 + unit.length;
  return true;
}

// Reads the line as a start line; the result is of neither kind if no message may begin with it.
StartLine Reader::ReadStartLineOf(const Line& line) const {
  const std::string_view text = Text(line);
  StartLine start = ReadStartLine(text);
  const bool long_line = line.behind - line.begin > limits::kLineBytes;
  if (start.request && long_line && start.method.size() > kMethodBytes) return {};
  if (first_crlf_.value_or(false) && !line.crlf) return {};
  if (ends_ == Ends::kCrLfAlone && text.find_first_of("\r\n") != kNowhere) return {};
  return start;
}

bool Reader::BeginHead(const Line& line, const StartLine& start) {
  FramedUnit& unit = AddLine(UnitKind::kStartLine, line);
  const bool known = std::ranges::find(kMethodNames, start.method) != kMethodNames.end();
  if (start.request) unit.method = known ? stream_.substr(line.begin, start.method.size()) : "other";
  unit.status = start.status;
  unit.major = start.major;
  unit.minor = start.minor;
  if (!first_crlf_) first_crlf_ = line.crlf;
  crlf_ = line.crlf;
  status_ = start.status;
  length_.reset();
  bad_length_ = false;
  in_head_ = true;
  at_ = line.behind;
  return true;
}

bool Reader::ReadStart() {
  const std::optional<Line> line = LineAt(at_, at_, ends_ == Ends::kCrLfAlone);
  if (IsTooLong(at_, line))
    return Lose(Started(at_ + limits::kLongLineBytes) ? LostReason::kLineTooLong : LostReason::kNotRtsp);
  if (!line) return false;
  const StartLine start = ReadStartLineOf(*line);
  if (!start.request && !start.response) return MissStart(at_, line->behind, line->behind - 1);
  return BeginHead(*line, start);
}

bool Reader::ReadHeadEnd(const Line& line) {
  const bool bodiless = (status_ >= 100 && status_ <= 199) || status_ == 204 || status_ == 304;
  const bool bad = bad_length_ || (bodiless && length_.value_or(0) != 0);
  if (bad && !Answers(line.behind - 1)) return Lose(LostReason::kBadLength);
  in_head_ = false;
  FramedUnit& unit = Add(UnitKind::kHeadEnd, line.behind);
  at_ = line.behind;
  if (bad) {
    unit.reason = LostReason::kBadLength;
    return Search();
  }
  unit.length = length_.value_or(0);
  at_ += unit.length;
  return true;
}

void Reader::NoteLength(const FramedUnit& unit, std::size_t value) {
  const std::optional<std::uint32_t> length = ReadNumber(unit.line.substr(value), limits::kBodyBytes);
  if (unit.too_long || unit.bare || !length || (length_ && *length_ != *length)) bad_length_ = true;
  length_ = length.value_or(0);
}

bool Reader::ReadHeaderLine() {
  std::optional<Line> line;
  for (std::size_t from = at_;; from = line->behind) {
    line = LineAt(at_, from, crlf_);
    if (IsTooLong(at_, line)) return Lose(LostReason::kLineTooLong);
    if (!line) return false;
    if (Text(*line).empty()) return ReadHeadEnd(*line);
    if (line->behind == stream_.size()) return false;  // Does the next line continue this one?
    if (!IsBlank(stream_[line->behind])) break;
  }
  FramedUnit& unit = AddLine(UnitKind::kHeader, *line);
  unit.bare = !unit.too_long && IsBare(unit.line);
  at_ = line->behind;
  const Header header = ReadHeader(unit.line);
  if (header.name == "content-length") NoteLength(unit, header.value);
  return true;
}

bool Reader::ReadMessage() {
  if (at_ >= stream_.size()) return false;
  if (in_head_) return ReadHeaderLine();
  const char first = stream_[at_];
  if (first == '\r' || first == '\n') {
    ++at_;
    return true;
  }
  if (first == '$' && Started(at_)) return ReadFrame();
  if (!CanBeginLine(first)) return MissStart(at_, at_, at_);
  return ReadStart();
}

bool IsGap(const FramedUnit& unit) {
  return unit.kind == UnitKind::kLost || unit.kind == UnitKind::kGap ||
         (unit.kind == UnitKind::kHeadEnd && unit.reason != LostReason::kNone);
}

}  // namespace

std::vector<FramedUnit> ReadUnits(std::string_view stream, std::optional<std::size_t> answers_from) {
  return Reader(stream, Reader::Ends::kAsItBegins, answers_from).Read();
}

std::vector<FramedUnit> ReadCrLfUnits(std::string_view stream) {
  return Reader(stream, Reader::Ends::kCrLfAlone, std::nullopt).Read();
}

std::size_t CountBeforeGap(const std::vector<FramedUnit>& units) {
  return static_cast<std::size_t>(std::ranges::find_if(units, IsGap) - units.begin());
}

bool AreReadAlike(std::string_view stream, const std::vector<FramedUnit>& units) {
  const auto first = std::ranges::find(units, UnitKind::kStartLine, &FramedUnit::kind);
  if (first == units.end()) return true;
  const std::size_t line_feed = stream.find('\n', first->offset);
  if (line_feed == kNowhere || line_feed == 0 || stream[line_feed - 1] != '\r') return true;
  const std::vector<FramedUnit> others = ReadCrLfUnits(stream);
  const std::size_t ours = CountBeforeGap(units);
  const std::size_t theirs = CountBeforeGap(others);
  const std::size_t count = std::min(ours, theirs);
  if (!std::equal(units.begin(), units.begin() + static_cast<std::ptrdiff_t>(count), others.begin()))
    return false;
  // A reader at the end of the stream has seen every byte that the other reader has.
  return (count == ours || theirs < others.size()) && (count == theirs || ours < units.size());
}

}  // namespace rtsp::reference
