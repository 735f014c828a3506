// SPDX-License-Identifier: MIT OR GPL-2.0-only
// The reader of CR LF alone, with results written by hand. The framer is compared with it, so it must be right itself.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/reference/framing.h"
#include "tests/reference/lines.h"

namespace rtsp::reference {
namespace {

FramedUnit Line(UnitKind kind, std::string_view line, std::uint32_t offset, bool bare = false) {
  FramedUnit unit;
  unit.kind = kind;
  unit.line = line;
  unit.offset = offset;
  unit.bare = bare;
  return unit;
}

FramedUnit Options(std::uint32_t offset) {
  FramedUnit unit = Line(UnitKind::kStartLine, "OPTIONS * RTSP/1.0", offset);
  unit.method = "OPTIONS";
  unit.major = 1;
  return unit;
}

FramedUnit Lost(LostReason reason) {
  FramedUnit unit;
  unit.kind = UnitKind::kLost;
  unit.reason = reason;
  return unit;
}

constexpr std::string_view kSmuggled =
    "OPTIONS * RTSP/1.0\r\nCSeq: 1\nTransport: x\n\nSETUP a RTSP/1.0\nCSeq: 2\r\n\r\n";

// The framer as it once was, which ended a line at every LF.
std::vector<FramedUnit> ReadByLineFeed() {
  std::vector<FramedUnit> units = {Options(0), Line(UnitKind::kHeader, "CSeq: 1", 20),
                                   Line(UnitKind::kHeader, "Transport: x", 28),
                                   Line(UnitKind::kHeadEnd, "", 42)};
  units.push_back(Line(UnitKind::kStartLine, "SETUP a RTSP/1.0", 42));
  return units;
}

TEST(Reference, Law6ALineFeedIsTextForTheOtherReader) {
  const std::string_view value = "CSeq: 1\nTransport: x\n\nSETUP a RTSP/1.0\nCSeq: 2";
  const std::vector<FramedUnit> expected = {Options(0), Line(UnitKind::kHeader, value, 20, true),
                                            Line(UnitKind::kHeadEnd, "", 70)};
  EXPECT_EQ(ReadCrLfUnits(kSmuggled), expected);
  EXPECT_EQ(ReadUnits(kSmuggled), expected);
  EXPECT_TRUE(AreReadAlike(kSmuggled, expected));
}

TEST(Reference, Law6IsBrokenByAReaderOfLineFeeds) {
  std::vector<FramedUnit> units = ReadByLineFeed();
  EXPECT_FALSE(AreReadAlike(kSmuggled, units));
  units.resize(2);
  EXPECT_FALSE(AreReadAlike(kSmuggled, units));
  units.resize(1);
  EXPECT_FALSE(AreReadAlike(kSmuggled, units)) << "who stops has seen less";
  units.push_back(Lost(LostReason::kNoStart));
  EXPECT_TRUE(AreReadAlike(kSmuggled, units)) << "who is lost may";
}

TEST(Reference, Law6IsNoLawWhereTheFirstStartLineEndsInLineFeed) {
  const std::string stream = "OPTIONS * RTSP/1.0\nCSeq: 1\n\n";
  EXPECT_TRUE(AreReadAlike(stream, ReadUnits(stream)));
  EXPECT_TRUE(ReadCrLfUnits(stream).empty());
  EXPECT_EQ(ReadCrLfUnits(stream + "\r\n"), std::vector<FramedUnit>{Lost(LostReason::kNotRtsp)});
}

TEST(Reference, TheOtherReaderWantsCrLfBehindEveryStartLine) {
  const std::string first = "OPTIONS * RTSP/1.0\r\n\r\n";
  const std::vector<FramedUnit> expected = {Options(0), Line(UnitKind::kHeadEnd, "", 22),
                                            Lost(LostReason::kNoStart)};
  EXPECT_EQ(ReadCrLfUnits(first + "RTSP/1.0 200 a\rb\r\n\r\n"), expected);
  EXPECT_EQ(ReadCrLfUnits(first + "RTSP/1.0 200 a\nb\r\n\r\n"), expected);
}

TEST(Reference, CountsWhatComesBeforeAGap) {
  const std::string first = "RTSP/1.0 200 OK\r\n\r\n";
  EXPECT_EQ(CountBeforeGap(ReadUnits(first)), 2U);
  EXPECT_EQ(CountBeforeGap(ReadUnits(first + "x\n")), 2U);
  EXPECT_EQ(CountBeforeGap(ReadUnits(first + "x\n" + first, 0)), 2U);
  EXPECT_EQ(CountBeforeGap(ReadUnits("RTSP/1.0 200 OK\r\nContent-Length: x\r\n\r\n" + first, 0)), 2U);
}

TEST(Reference, TheRoleIsThatOfTheByteThatDecides) {
  const std::string stream = "x\nRTSP/1.0 200 OK\n\n";
  EXPECT_EQ(ReadUnits(stream, 2), std::vector<FramedUnit>{Lost(LostReason::kNotRtsp)});
  EXPECT_EQ(ReadUnits(stream, 1).front().kind, UnitKind::kGap);
  EXPECT_EQ(ReadUnits(stream, 1).size(), 3U);
}

TEST(Reference, AUriIsAllBetweenMethodAndVersion) {
  const auto uri = [](std::string_view line) {
    const StartLine start = ReadStartLine(line);
    return start.request ? "[" + std::string(start.uri.In(line)) + "]" : "none";
  };
  EXPECT_EQ(uri("SETUP  a \t b\t RTSP/1.0 \t"), "[a \t b]");
  EXPECT_EQ(uri("SETUP RTSP/1.0"), "[]");
  EXPECT_EQ(uri("SETUP  \t RTSP/1.0 "), "[]");
  EXPECT_EQ(uri("SETUP RTSP/1.0 RTSP/2.0"), "[RTSP/1.0]");
  EXPECT_EQ(uri("SETUP a\x7f\x80 RTSP/1.0"), "[a\x7f\x80]");
  for (const char* line :
       {"SETUPRTSP/1.0", "SETUP a RTSP/1.0x", "SETUP a RTSP/1.0 x", "SETUP a\rb RTSP/1.0",
        "SETUP a\x1f RTSP/1.0", "RTSP/1.0 a RTSP/1.0", " SETUP a RTSP/1.0", "SETUP aRTSP/1.0"})
    EXPECT_EQ(uri(line), "none") << line;
}

}  // namespace
}  // namespace rtsp::reference
