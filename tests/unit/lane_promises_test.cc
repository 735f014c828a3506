// SPDX-License-Identifier: MIT OR GPL-2.0-only
// The promises of lane.h beside its laws: additions, early segments, FIN, RST, and bounds.
#include "mangler/stream/lane.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/lane_way.h"

namespace stream {
namespace {

TEST(Lane, OneAdditionAtATimeIsOnItsWay) {
  Way way(LengthChanges::kOne);
  const std::string two = kGrows + "-" + kGrows + "-";
  EXPECT_EQ(way.Send(0, two), kGrown + "-<+") << "up to the byte that the second one would lengthen";
  EXPECT_TRUE(way.router.Last().trimmed);
  EXPECT_EQ(way.router.Last().growth, 3U);
  EXPECT_EQ(way.router.Last().growth_at, kFirst + 2);
  EXPECT_TRUE(way.router.Lane().Holds()) << "empty segments matter";
  EXPECT_EQ(way.Send(11, two.substr(11)), "dropped") << "the first one is not acknowledged";
  EXPECT_EQ(way.Send(Size(two), ""), "");
  EXPECT_EQ(way.place, 11 + 3U) << "the number that the receiver waits for";
  EXPECT_EQ(way.Acknowledge(), 11U);
  EXPECT_EQ(way.Send(11, two.substr(11)), "x+++\x02xyz>-");
  EXPECT_EQ(way.router.Last().growth, 3U);
  EXPECT_EQ(way.place, 14U);
  EXPECT_EQ(way.Send(11, two.substr(11)), "x+++\x02xyz>-");
  EXPECT_EQ(way.router.Last().growth, 0U) << "it is said once";
  EXPECT_EQ(way.Acknowledge(), two.size());
  EXPECT_EQ(way.received, kGrown + "-" + kGrown + "-");
}

TEST(Lane, AProbeWaitsForTheAdditionInFrontOfIt) {
  Way way(LengthChanges::kOne);
  const std::string text = kGrows + "-" + kGrows + "-<=ab";
  way.Send(0, text);
  way.Send(18, "<=ab");
  EXPECT_FALSE(way.router.Last().probes);
  way.Send(4, "");
  EXPECT_FALSE(way.router.Last().probes) << "its number is not known yet";
  EXPECT_EQ(way.Acknowledge(), 11U);
  EXPECT_EQ(way.Send(11, text.substr(11)), "x+++\x02xyz>-");
  way.Send(18, "<=ab");
  EXPECT_TRUE(way.router.Last().probes);
  EXPECT_EQ(way.place, 17 + 6U);
}

TEST(Lane, AnyNumberOfAdditionsMayBeOnTheirWay) {
  Way way(LengthChanges::kAny);
  std::string text;
  for (std::uint32_t i = 0; i < limits::kLengthChanges + 1; ++i) text += kGrows;
  const std::string out = way.Send(0, text);
  EXPECT_EQ(out.size(), text.size() + 3 * limits::kLengthChanges);
  EXPECT_EQ(way.router.Items().back().decision, ToyRouter::Decision::kNoRoom);
  EXPECT_EQ(way.Send(8, text.substr(8)), out.substr(11));
  for (std::uint32_t i = 0; i <= text.size(); ++i)
    ASSERT_EQ(way.router.Back(way.router.Out(kFirst + i)), kFirst + i);
  EXPECT_EQ(way.Acknowledge(), text.size());
  EXPECT_TRUE(way.router.Lane().MayGrow());
}

TEST(Lane, SegmentsHaveTheirPlace) {
  Way way;
  way.Send(0, "abcd");
  const Lane& lane = way.router.Lane();
  std::uint32_t offset = 9;
  EXPECT_EQ(lane.Find({kFirst, 4}, false, offset), Lane::Place::kOld);
  EXPECT_EQ(lane.Find({kFirst + 4, 0}, false, offset), Lane::Place::kOld) << "it carries nothing";
  EXPECT_EQ(lane.Find({kFirst + 9, 0}, false, offset), Lane::Place::kOld);
  EXPECT_EQ(lane.Find({kFirst + 1, 5}, false, offset), Lane::Place::kNext);
  EXPECT_EQ(offset, 3U);
  EXPECT_EQ(lane.Find({kFirst + 4, 1}, false, offset), Lane::Place::kNext);
  EXPECT_EQ(offset, 0U);
  EXPECT_EQ(lane.Find({kFirst + 7, 1}, false, offset), Lane::Place::kAhead);
  EXPECT_EQ(offset, 3U);
  EXPECT_EQ(lane.Find({kFirst + 7, 0}, true, offset), Lane::Place::kAhead) << "FIN";
}

TEST(Lane, EarlySegmentsAreDroppedButNotForEver) {
  Way way;
  way.Send(0, "ab");
  for (std::uint32_t i = 0; i < limits::kOutOfOrderSegments; ++i) ASSERT_EQ(way.Send(4, "ef"), "dropped");
  way.Send(2, "c");
  for (std::uint32_t i = 0; i < limits::kOutOfOrderSegments; ++i)
    ASSERT_EQ(way.Send(4, "ef"), "dropped") << "in a row";
  EXPECT_EQ(way.Send(4, "ef"), "ef");
  EXPECT_TRUE(way.router.IsTransparent());
}

TEST(Lane, ASegmentThatStandsAheadInABodyPasses) {
  Way way;
  way.Send(0, "@\x02");
  const std::string body(32, '<');
  EXPECT_EQ(way.Send(2 + 10, body.substr(10)), body.substr(10));
  EXPECT_EQ(way.Send(2, body.substr(0, 10)), body.substr(0, 10));
  EXPECT_EQ(way.Send(34, kSame), "<=####>");
}

TEST(Lane, WhatDoesNotFitBesideCustodyIsSentAgain) {
  const std::string first = "<=" + std::string(600, 'q');
  const std::string second = "<=" + std::string(600, 'r');
  Way way;
  way.Send(0, std::string(1400, 'a'));
  way.Send(1400, first);
  way.Send(1400, first);
  const std::uint32_t at = 1400 + Size(first);
  EXPECT_EQ(way.Acknowledge(1400), at);
  const std::string rest = ">" + second;
  way.Send(at, rest);
  EXPECT_TRUE(way.router.Last().trimmed) << "602 bytes in custody, 602 to be withheld";
  EXPECT_EQ(way.router.Lane().Frontier(), kFirst + at + 1);
  EXPECT_EQ(way.Acknowledge(), at + 1);
  way.Send(at + 1, second);
  EXPECT_TRUE(way.router.Last().withholds);
  EXPECT_EQ(way.Send(at + 1 + Size(second), ">").size(), second.size() + 1)
      << "packets of 1440 bytes came this way";
  EXPECT_EQ(way.received, Rewritten(std::string(1400, 'a') + first + rest + ">", way.router));
}

TEST(Lane, FinTakesAllWithIt) {
  Way way;
  way.Send(0, "ab<=ab");
  EXPECT_EQ(way.Send(6, "c", true), "<=abc") << "no more will come: unchanged";
  EXPECT_TRUE(way.has_fin);
  EXPECT_TRUE(way.router.Lane().IsClosed());
  EXPECT_EQ(way.Acknowledge(8), 8U) << "FIN has a number too";
  EXPECT_FALSE(way.router.Lane().Holds());
  Way custody;
  custody.Send(0, "ab<=ab");
  custody.Send(2, "<=ab");
  EXPECT_EQ(custody.Acknowledge(2), 6U);
  EXPECT_EQ(custody.Send(6, "", true), "<=ab");
  EXPECT_EQ(custody.Send(6, "", true), "<=ab") << "until the receiver has it";
  EXPECT_TRUE(custody.has_fin);
  EXPECT_EQ(custody.Acknowledge(7), 7U);
  EXPECT_FALSE(custody.router.Lane().Holds());
}

TEST(Lane, FinIsLostWithTheEndOfItsSegment) {
  Way way;
  const std::string full = kGrows + std::string(limits::kPacketBytes - kHeader - kGrows.size(), 'x');
  EXPECT_EQ(way.Send(0, full, true).size(), full.size());
  EXPECT_FALSE(way.has_fin);
  EXPECT_FALSE(way.router.Lane().IsClosed());
  EXPECT_EQ(way.Send(Size(full) - 3, "xxx", true), "xxx");
  EXPECT_TRUE(way.has_fin);
}

TEST(Lane, WhatMayHaveLeftIsNotWithheld) {
  Way way;
  const std::string full =
      kGrows + std::string(limits::kPacketBytes - kHeader - kGrows.size() - 6, 'x') + "<=abcd";
  way.Send(0, full, true);
  EXPECT_FALSE(way.has_fin) << "three bytes were cut off, and FIN with them";
  EXPECT_EQ(way.Send(Size(full) - 3, "b"), "b") << "the front of the item has left";
  EXPECT_FALSE(way.router.Last().withholds);
  EXPECT_EQ(way.Send(Size(full) - 2, "cd", true), "cd");
  EXPECT_EQ(way.Acknowledge(Size(full) + 4), Size(full) + 1);
  EXPECT_FALSE(way.router.Lane().Holds());
}

TEST(Lane, AResetStandsWhereTheReceiverWaits) {
  Way way;
  way.Send(0, "ab<=ab");
  EXPECT_EQ(way.Pass({kFirst + 6, "", false, true, 0, kHeader}), "");
  EXPECT_EQ(way.place, 2U);
  Way calm;
  calm.Send(0, "ab");
  EXPECT_EQ(calm.Pass({kFirst + 2, "", false, true, 0, kHeader}), "");
  EXPECT_EQ(calm.place, 2U);
  Way full;
  full.Send(0, "ab<=ab");
  EXPECT_EQ(full.Pass({kFirst + 6, "why", false, true, 0, kHeader}), "why") << "as it came";
  EXPECT_EQ(full.place, 6U);
}

TEST(Lane, LettingGoKeepsWhatTheSenderBelievesToHaveArrived) {
  Way way;
  way.Send(0, "ab<=ab");
  way.router.StopReading();
  EXPECT_FALSE(way.router.Lane().Holds());
  EXPECT_EQ(way.Acknowledge(2), 2U);
  EXPECT_EQ(way.Send(2, "<=abcd>"), "<=abcd>");
  Way custody;
  custody.Send(0, "ab<=ab");
  custody.Send(2, "<=ab");
  EXPECT_EQ(custody.Acknowledge(2), 6U);
  custody.router.StopReading();
  EXPECT_TRUE(custody.router.Lane().Holds());
  EXPECT_EQ(custody.Acknowledge(2), 6U);
  EXPECT_EQ(custody.Send(6, "cd>"), "<=abcd>");
  EXPECT_EQ(custody.Acknowledge(9), 9U);
  EXPECT_FALSE(custody.router.Lane().Holds());
}

TEST(Lane, AFullEditLogRefuses) {
  Way way(LengthChanges::kNone);
  std::string text;
  for (std::uint32_t i = 0; i < limits::kEdits + 1; ++i) text += kSame;
  way.Send(0, text);
  EXPECT_EQ(way.router.Items().back().decision, ToyRouter::Decision::kNoRoom);
  EXPECT_EQ(way.router.Items()[limits::kEdits - 1].decision, ToyRouter::Decision::kEdited);
  EXPECT_EQ(way.Acknowledge(7), 7U);
  EXPECT_EQ(way.router.Lane().Room(), 1U);
}

}  // namespace
}  // namespace stream
