// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/reference/framing.h"

#include <optional>

#include "rtsp/limits.h"
#include "tests/reference/lines.h"

namespace rtsp::reference {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view stream) : stream_(stream) {}

  std::vector<FramedUnit> Read() {
    while (ReadMessage()) {
    }
    return std::move(units_);
  }

 private:
  bool Lose(LostReason reason) {
    FramedUnit unit;
    unit.kind = UnitKind::kLost;
    unit.reason = reason;
    units_.push_back(unit);
    return false;
  }

  void AddLine(UnitKind kind, std::size_t begin, std::size_t line_feed) {
    FramedUnit unit;
    unit.kind = kind;
    unit.offset = static_cast<std::uint32_t>(begin);
    unit.too_long = line_feed + 1 - begin > kLineBytes;
    std::size_t end = line_feed;
    if (end > begin && stream_[end - 1] == '\r') --end;
    unit.line = unit.too_long ? stream_.substr(begin, kLineBytes) : stream_.substr(begin, end - begin);
    units_.push_back(unit);
  }

  // Each of these gives false if nothing more is to be read.
  bool ReadMessage();
  bool ReadFrame();
  bool ReadStart();
  bool ReadHeaderLine();
  bool ReadHeadEnd(std::size_t line_feed);

  std::string_view stream_;
  std::size_t at_ = 0;
  bool started_ = false;
  std::uint32_t status_ = 0;
  std::optional<std::uint32_t> length_;
  bool bad_length_ = false;
  bool in_head_ = false;
  std::vector<FramedUnit> units_;
};

bool Reader::ReadFrame() {
  if (stream_.size() - at_ < 4) return false;
  const auto byte = [this](std::size_t i) { return static_cast<std::uint8_t>(stream_[at_ + i]); };
  FramedUnit unit;
  unit.kind = UnitKind::kInterleaved;
  unit.offset = static_cast<std::uint32_t>(at_);
  unit.channel = byte(1);
  unit.length = byte(2) * 256U + byte(3);
  units_.push_back(unit);
  at_ += 4 + unit.length;
  return true;
}

bool Reader::ReadStart() {
  const std::size_t line_feed = stream_.find('\n', at_);
  const bool complete = line_feed != std::string_view::npos;
  if ((complete ? line_feed + 1 : stream_.size()) - at_ > kLineBytes)
    return Lose(started_ ? LostReason::kLineTooLong : LostReason::kNotRtsp);
  if (!complete) return false;
  AddLine(UnitKind::kStartLine, at_, line_feed);
  const StartLine start = ReadStartLine(units_.back().line);
  if (!start.request && !start.response) {
    units_.pop_back();
    return Lose(started_ ? LostReason::kNoStart : LostReason::kNotRtsp);
  }
  started_ = true;
  status_ = start.status;
  length_.reset();
  bad_length_ = false;
  in_head_ = true;
  at_ = line_feed + 1;
  return true;
}

bool Reader::ReadHeadEnd(std::size_t line_feed) {
  const bool bodiless = (status_ >= 100 && status_ <= 199) || status_ == 204 || status_ == 304;
  if (bad_length_ || (bodiless && length_.value_or(0) != 0)) return Lose(LostReason::kBadLength);
  in_head_ = false;
  FramedUnit unit;
  unit.kind = UnitKind::kHeadEnd;
  unit.offset = static_cast<std::uint32_t>(line_feed + 1);
  unit.length = length_.value_or(0);
  units_.push_back(unit);
  at_ = line_feed + 1 + unit.length;
  return true;
}

bool Reader::ReadHeaderLine() {
  for (std::size_t from = at_;;) {
    const std::size_t line_feed = stream_.find('\n', from);
    const bool complete = line_feed != std::string_view::npos;
    if ((complete ? line_feed + 1 : stream_.size()) - at_ > kHeaderLineBytes)
      return Lose(LostReason::kLineTooLong);
    if (!complete) return false;
    const std::string_view line = stream_.substr(at_, line_feed - at_);
    if (line.empty() || line == "\r") return ReadHeadEnd(line_feed);
    if (line_feed + 1 == stream_.size()) return false;  // Does the next line continue this one?
    from = line_feed + 1;
    if (IsBlank(stream_[from])) continue;
    AddLine(UnitKind::kHeader, at_, line_feed);
    at_ = from;
    break;
  }
  const FramedUnit& unit = units_.back();
  const Header header = ReadHeader(unit.line);
  if (header.name != "content-length") return true;
  const std::optional<std::uint32_t> length = ReadNumber(unit.line.substr(header.value), kBodyBytes);
  if (unit.too_long || !length || (length_ && *length_ != *length)) bad_length_ = true;
  length_ = length.value_or(0);
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
  if (first == '$' && started_) return ReadFrame();
  if (first <= ' ' || first == 0x7f || static_cast<unsigned char>(first) > 0x7f)
    return Lose(started_ ? LostReason::kNoStart : LostReason::kNotRtsp);
  return ReadStart();
}

}  // namespace

std::vector<FramedUnit> ReadUnits(std::string_view stream) { return Reader(stream).Read(); }

}  // namespace rtsp::reference
