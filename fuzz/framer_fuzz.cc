// SPDX-License-Identifier: MIT OR GPL-2.0-only
// The framer against itself in other cuts, and against a reader that has the whole stream in memory.
//
// Input: four sizes of pieces, which are used in turn (all 0: one piece), then the stream.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "fuzz/check.h"
#include "rtsp/framer.h"
#include "tests/reference/framing.h"

namespace {

using rtsp::Cursor;
using rtsp::Framer;
using rtsp::Unit;
using rtsp::UnitKind;
using rtsp::reference::FramedUnit;

constexpr std::size_t kSizes = 4;

// Reads a stream piece by piece and keeps the units. Their lines are not copied: they are what stands in the
// stream at their offset, and checked to be that.
class Reading {
 public:
  enum class Units : std::uint8_t { kAll, kOfInterest };

  explicit Reading(std::string_view stream, Units which = Units::kAll) : stream_(stream), which_(which) {}

  void Feed(std::string_view piece);

  std::vector<FramedUnit> units;

 private:
  Unit Next(Cursor& in);
  void Keep(const Unit& unit);
  bool Passes(std::string_view piece);

  std::string_view stream_;
  Units which_;
  Unit last_;
  Framer framer_;
  bool lost_ = false;
};

Unit Reading::Next(Cursor& in) {
  if (which_ == Units::kAll) return framer_.Next(in);
  framer_.NextOfInterest(in, last_);
  return last_;
}

void Reading::Keep(const Unit& unit) {
  FramedUnit kept;
  kept.kind = unit.kind;
  kept.reason = unit.reason;
  kept.too_long = unit.too_long;
  // Of the other kinds these may be left over, in NextOfInterest().
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
  units.push_back(kept);
}

// A piece that lies wholly in a body is given without any memory behind it: law 3.
bool Reading::Passes(std::string_view piece) {
  if (piece.empty() || framer_.SkipLeft() < piece.size()) return false;
  Cursor nothing(nullptr, static_cast<std::uint32_t>(piece.size()));
  Check(Next(nothing).kind == UnitKind::kNeedMore, "law 3: a body has no units");
  Check(nothing.AtEnd(), "a piece is taken in whole");
  return true;
}

void Reading::Feed(std::string_view piece) {
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
  const std::string_view stream(reinterpret_cast<const char*>(data + kSizes), size - kSizes);
  Reading whole(stream);
  whole.Feed(stream);
  CheckOrder(whole.units);
  Check(whole.units == rtsp::reference::ReadUnits(stream), "the reference reads the same units");

  Reading pieces(stream);
  Reading of_interest(stream, Reading::Units::kOfInterest);
  const bool cut = std::any_of(data, data + kSizes, [](std::uint8_t piece) { return piece != 0; });
  for (std::size_t at = 0, turn = 0; cut && at < stream.size(); ++turn) {
    const std::string_view piece = stream.substr(at, data[turn % kSizes]);
    pieces.Feed(piece);
    of_interest.Feed(piece);
    at += piece.size();
  }
  if (!cut) of_interest.Feed(stream);
  if (cut) Check(pieces.units == whole.units, "law 1: cuts change no unit");
  std::erase_if(whole.units, IsOther);
  Check(of_interest.units == whole.units, "NextOfInterest() passes over other lines, and only those");
  return 0;
}
