// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Compares the framer with itself in other cuts, and with readers that have the whole stream in memory: one with the framer's rules, and one for
// whom only CR LF ends a line.
//
// Input: four sizes of pieces, which are used in turn (all 0: one piece), then the stream. Of the first three sizes
// only seven bits count; the highest one says
//   of the first size:  the stream answers, from its first byte on,
//   of the second size: the stream answers from a place on that the fourth size gives, in 256ths of the stream,
//   of the third size:  ff in the stream stands for 8191 times the byte behind it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/check.h"
#include "rtsp/framer.h"
#include "tests/harness/names.h"
#include "tests/harness/own_memory.h"
#include "tests/reference/framing.h"

namespace {

using rtsp::Cursor;
using rtsp::Framer;
using rtsp::Unit;
using rtsp::UnitKind;
using rtsp::reference::FramedUnit;

constexpr std::size_t kSizes = 4;
constexpr std::uint8_t kFlag = 0x80;
constexpr std::size_t kRun = 8191;
constexpr std::size_t kLongestStream = 400000;

struct Input {
  std::size_t sizes[kSizes] = {};
  std::optional<std::size_t> answers_from;
  std::string stream;

  [[nodiscard]] bool IsCut() const {
    return std::ranges::any_of(sizes, [](std::size_t size) { return size != 0; });
  }
};

// Makes lines of 64 KiB and more from few bytes of input.
std::string Expand(std::string_view bytes) {
  std::string stream;
  for (std::size_t i = 0; i < bytes.size() && stream.size() < kLongestStream; ++i) {
    const bool is_run = static_cast<std::uint8_t>(bytes[i]) == 0xff && i + 1 < bytes.size();
    if (is_run) {
      stream.append(kRun, bytes[++i]);
    } else {
      stream.push_back(bytes[i]);
    }
  }
  return stream;
}

Input InputOf(const std::uint8_t* data, std::size_t size) {
  Input input;
  for (std::size_t i = 0; i < kSizes; ++i) input.sizes[i] = i + 1 < kSizes ? data[i] & (kFlag - 1U) : data[i];
  const std::string_view rest(reinterpret_cast<const char*>(data + kSizes), size - kSizes);
  input.stream = (data[2] & kFlag) != 0 ? Expand(rest) : std::string(rest);
  if ((data[0] & kFlag) != 0)
    input.answers_from = (data[1] & kFlag) != 0 ? input.stream.size() * data[3] / 256 : 0;
  return input;
}

// Reads a stream piece by piece and keeps the units. It does not copy their lines, but checks that they are the bytes of the stream at their
// offset.
class Reading {
 public:
  enum class Units : std::uint8_t { kAll, kNamed };

  explicit Reading(const Input& input, Units which = Units::kAll)
      : stream_(input.stream), answers_from_(input.answers_from), which_(which) {}

  // Takes the next `size` bytes, or the remaining ones.
  void Feed(std::size_t size);

  std::vector<FramedUnit> units;

 private:
  Unit Next(Cursor& in);
  void Keep(const Unit& unit);
  bool Passes(std::string_view piece);
  void FeedPiece(std::string_view piece);

  std::string_view stream_;
  std::optional<std::size_t> answers_from_;
  std::size_t at_ = 0;
  Units which_;
  Framer framer_;
  rtsp::test::OwnTail tail_;
  bool lost_ = false;
  bool gap_ = false;
};

Unit Reading::Next(Cursor& in) {
  Unit unit;
  framer_.Next(in, tail_, unit, which_ == Units::kAll ? Framer::kAllLines : Framer::kNamedLines);
  return unit;
}

void Reading::Keep(const Unit& unit) {
  FramedUnit kept;
  kept.kind = unit.kind;
  kept.reason = unit.reason;
  const bool is_start = unit.kind == UnitKind::kStartLine;
  if (is_start || unit.kind == UnitKind::kHeader) kept.too_long = unit.too_long;
  if (unit.kind == UnitKind::kHeader) kept.bare = unit.bare;
  if (is_start) {
    if (unit.start.kind == rtsp::StartKind::kRequest) kept.method = rtsp::Name(unit.start.method);
    Check(unit.start.kind != rtsp::StartKind::kInvalid, "a start line is a request or a response");
    Check(!unit.too_long || unit.start.uri.Empty(), "the URI of a line too long is not said");
    kept.status = unit.start.status;
    kept.major = unit.start.major;
    kept.minor = unit.start.minor;
  }
  if (unit.kind == UnitKind::kInterleaved) kept.channel = unit.channel;
  if (unit.kind == UnitKind::kInterleaved || unit.kind == UnitKind::kHeadEnd) kept.length = unit.length;
  if (unit.kind != UnitKind::kLost) {
    const std::uint32_t size = unit.line.Size();
    kept.offset = unit.offset;
    Check(unit.offset <= stream_.size() && size <= stream_.size() - unit.offset, "units lie in the stream");
    kept.line = stream_.substr(unit.offset, size);
    Cursor line = unit.line;
    line.Seek(0);
    for (const char c : kept.line) {
      Check(line.Peek() == static_cast<std::uint8_t>(c), "lines are what stands in the stream");
      line.Skip();
    }
  }
  const bool is_bad_end = unit.kind == UnitKind::kHeadEnd && unit.reason != rtsp::LostReason::kNone;
  gap_ = gap_ || is_bad_end || unit.kind == UnitKind::kGap;
  units.push_back(kept);
}

// Law 3: a piece that lies wholly in a body has no memory behind it.
bool Reading::Passes(std::string_view piece) {
  if (piece.empty() || framer_.SkipLeft() < piece.size()) return false;
  Cursor nothing(nullptr, static_cast<std::uint32_t>(piece.size()));
  Check(Next(nothing).kind == UnitKind::kNeedMore, "law 3: a body has no units");
  Check(nothing.AtEnd(), "a piece is taken in whole");
  return true;
}

// The direction begins to answer between two pieces.
void Reading::Feed(std::size_t size) {
  const std::size_t end = at_ + std::min(size, stream_.size() - at_);
  if (answers_from_ && *answers_from_ >= at_ && *answers_from_ <= end) {
    FeedPiece(stream_.substr(at_, *answers_from_ - at_));
    at_ = *answers_from_;
    answers_from_.reset();
    framer_.ReadAnswers();
  }
  FeedPiece(stream_.substr(at_, end - at_));
  at_ = end;
  Check(framer_.Gap() == gap_, "Gap() is true behind text that could not be followed, for ever");
}

void Reading::FeedPiece(std::string_view piece) {
  if (lost_) {
    Cursor in(reinterpret_cast<const std::uint8_t*>(piece.data()), static_cast<std::uint32_t>(piece.size()));
    const Unit unit = Next(in);
    Check(unit.kind == UnitKind::kLost && unit.reason == units.back().reason, "law 4: kLost is final");
    return;
  }
  if (Passes(piece)) return;
  const std::unique_ptr<std::uint8_t[]> bytes(new std::uint8_t[piece.size()]);
  std::ranges::copy(piece, bytes.get());
  Cursor in(bytes.get(), static_cast<std::uint32_t>(piece.size()));
  std::size_t calls = 0;
  for (;;) {
    Check(calls++ <= piece.size() + 1, "law 3: each unit takes a byte");
    const Unit unit = Next(in);
    if (unit.kind == UnitKind::kNeedMore) break;
    Keep(unit);
    lost_ = unit.kind == UnitKind::kLost;
    if (lost_) return;
  }
  Check(in.AtEnd(), "a piece is taken in whole");
}

void CheckOrder(const std::vector<FramedUnit>& units) {
  std::size_t end = 0;
  for (const FramedUnit& unit : units) {
    if (unit.kind == UnitKind::kLost) continue;
    Check(unit.offset >= end, "law 2: offsets do not go back");
    end = unit.offset + unit.line.size() + unit.length;
  }
}

bool IsOther(const FramedUnit& unit) {
  const Cursor line(reinterpret_cast<const std::uint8_t*>(unit.line.data()),
                    static_cast<std::uint32_t>(unit.line.size()));
  return unit.kind == UnitKind::kHeader && rtsp::LexHeader(line).name == rtsp::HeaderName::kOther;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < kSizes) return 0;
  const Input input = InputOf(data, size);
  const std::string_view stream = input.stream;
  Reading whole(input);
  whole.Feed(stream.size());
  CheckOrder(whole.units);
  Check(whole.units == rtsp::reference::ReadUnits(stream, input.answers_from),
        "the reference reads the same units");
  Check(rtsp::reference::AreReadAlike(stream, whole.units),
        "law 6: in a direction of CR LF no text of a reader of CR LF alone begins a line");

  Reading pieces(input);
  Reading of_interest(input, Reading::Units::kNamed);
  const bool cut = input.IsCut();
  for (std::size_t at = 0, turn = 0; cut && at < stream.size(); ++turn) {
    const std::size_t piece = input.sizes[turn % kSizes];
    pieces.Feed(piece);
    of_interest.Feed(piece);
    at += piece;
  }
  if (!cut) of_interest.Feed(stream.size());
  if (cut) Check(pieces.units == whole.units, "law 1: cuts change no unit");
  std::erase_if(whole.units, IsOther);
  Check(of_interest.units == whole.units, "kNamedLines passes over other lines, and only those");
  return 0;
}
