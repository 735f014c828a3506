// SPDX-License-Identifier: MIT OR GPL-2.0-only
// stream::Lane with the toy protocol of tests/harness/toy_router.h. fuzz/lane_fuzz.cc holds the same laws to any path.
#include "mangler/stream/lane.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/harness/toy_router.h"

namespace stream {
namespace {

using rtsp::test::RewriteInOnePiece;
using rtsp::test::ToyPacket;
using rtsp::test::ToyRouter;

constexpr std::uint32_t kFirst = 0xffff'fff0U;  // The numbers come round within the first bytes.
constexpr std::uint16_t kHeader = 40;

const std::string kSame = "<=abcd>";       // Becomes <=####>.
const std::string kGrows = "<+1\x02xyz>";  // One byte becomes four.
const std::string kGrown = "<+x+++\x02xyz>";
const std::string kStream =
    "one" + kSame + "two" + kGrows + "<?no edit>@\x01" + "<=body, no item>" + kSame + "end";

std::uint32_t Size(const std::string& text) { return static_cast<std::uint32_t>(text.size()); }

ToyPacket PacketOf(std::uint32_t position, const std::string& bytes, bool fin = false) {
  return {kFirst + position, bytes, fin, false, 0, kHeader};
}

// A router, and a receiver that takes what comes next.
class Way {
 public:
  explicit Way(LengthChanges changes = LengthChanges::kAny) : router(kFirst, changes) {}

  // Sends `bytes` at `position`; returns what leaves, or "dropped".
  std::string Send(std::uint32_t position, const std::string& bytes, bool fin = false) {
    return Pass(PacketOf(position, bytes, fin));
  }

  std::string Pass(const ToyPacket& packet) {
    const std::optional<ToyPacket> out = router.Pass(packet);
    place = out ? out->number - kFirst : 0;
    has_fin = out && out->fin;
    if (!out) return "dropped";
    const std::uint32_t overlap = Size(received) - place;
    if (overlap <= out->bytes.size() && !router.Last().probes) received += out->bytes.substr(overlap);
    return out->bytes;
  }

  // The receiver acknowledges all before `count`; returns the position of which the sender is told.
  std::uint32_t Acknowledge(std::uint32_t count) {
    return router.PassAcknowledgement(kFirst + count) - kFirst;
  }
  std::uint32_t Acknowledge() { return Acknowledge(Size(received)); }

  ToyRouter router;
  std::string received;
  std::uint32_t place = 0;  // Where the last segment stands in what leaves.
  bool has_fin = false;
};

std::string Rewritten(const std::string& text, const ToyRouter& router) {
  std::string complaint;
  std::string out = RewriteInOnePiece(text, router.Items(), true, complaint);
  EXPECT_EQ(complaint, "");
  return out;
}

TEST(Lane, Law1WhatLeavesIsTheSendersButForEdits) {
  Way way;
  EXPECT_EQ(way.Send(0, kStream), "one<=####>two" + kGrown + "<?no edit>@\x01<=body, no item><=####>end");
  Way none(LengthChanges::kNone);
  EXPECT_EQ(none.Send(0, kStream), "one<=####>two" + kGrows + "<?no edit>@\x01<=body, no item><=####>end")
      << "a stream that may not become longer keeps its length";
}

TEST(Lane, Law2AnyCutGivesTheSameStream) {
  for (const LengthChanges changes : {LengthChanges::kNone, LengthChanges::kOne, LengthChanges::kAny}) {
    for (std::uint32_t first = 1; first < kStream.size(); ++first) {
      for (std::uint32_t piece = 1; piece < kStream.size(); piece += 3) {
        Way way(changes);
        way.Send(0, kStream.substr(0, first));
        for (std::uint32_t at = first; at < kStream.size(); at += piece)
          way.Send(at, kStream.substr(at, piece));
        ASSERT_EQ(way.received, Rewritten(kStream, way.router)) << first << " " << piece;
        ASSERT_EQ(way.router.Items().size(), 4U);
        for (const ToyRouter::Item& item : way.router.Items()) {
          const bool refused = changes == LengthChanges::kNone && item.offset == kStream.find(kGrows);
          ASSERT_EQ(item.decision == ToyRouter::Decision::kEdited, !refused);
        }
        ASSERT_EQ(way.Acknowledge(), kStream.size());
        ASSERT_FALSE(way.router.Lane().Holds());
      }
    }
  }
}

TEST(Lane, Law2WhatIsSentAgainGetsTheSameBytes) {
  Way way;
  const std::string all = way.Send(0, kStream);
  for (std::uint32_t from = 0; from < kStream.size(); ++from) {
    for (std::uint32_t size = 1; from + size <= kStream.size(); ++size) {
      const std::string again = way.Send(from, kStream.substr(from, size));
      ASSERT_EQ(again, all.substr(way.place, again.size())) << from << "+" << size;
    }
  }
  EXPECT_EQ(way.router.Items().size(), 4U) << "nothing was read twice";
}

TEST(Lane, Law2WithheldBytesLeaveOnceTheirEndIsThere) {
  Way way;
  EXPECT_EQ(way.Send(0, "ab<=ab"), "ab");
  EXPECT_TRUE(way.router.Last().withholds);
  EXPECT_TRUE(way.router.Lane().Holds());
  EXPECT_EQ(way.Send(6, "c"), "") << "an item that goes on stays";
  EXPECT_EQ(way.place, 2U) << "an empty segment stands where the receiver waits";
  EXPECT_EQ(way.Send(7, "d>x"), "<=####>x");
  EXPECT_EQ(way.place, 2U);
  EXPECT_FALSE(way.router.Last().withholds);
  EXPECT_FALSE(way.router.Lane().Holds());
}

TEST(Lane, Law2WithWhatLeftInFrontASegmentSentAgainIsTheSame) {
  Way way;
  way.Send(0, "ab<=ab");
  EXPECT_EQ(way.Send(6, "cd>x"), "<=####>x");
  EXPECT_EQ(way.Send(6, "cd>x"), "##>x") << "the sender sends the withheld bytes itself: it was told of none";
  EXPECT_EQ(way.Send(2, "<=abcd>"), "<=####>");
}

TEST(Lane, Law3CustodyOnlyWhenWithheldBytesComeAgain) {
  Way way;
  way.Send(0, "ab<=ab");
  EXPECT_EQ(way.Acknowledge(2), 2U);
  way.Send(6, "c");
  EXPECT_FALSE(way.router.Last().takes_custody) << "new bytes";
  way.Send(0, "ab");
  EXPECT_FALSE(way.router.Last().takes_custody) << "bytes in front";
  way.Send(7, "");
  EXPECT_FALSE(way.router.Last().takes_custody) << "an empty segment behind";
  EXPECT_EQ(way.Acknowledge(2), 2U);
  EXPECT_EQ(way.Send(3, "=abc"), "b") << "the byte in front, for the receiver to acknowledge";
  EXPECT_TRUE(way.router.Last().takes_custody);
  EXPECT_TRUE(way.router.Last().probes);
  EXPECT_EQ(way.place, 1U);
  EXPECT_EQ(way.Acknowledge(1), 1U) << "the receiver lacks more than what is in custody";
  EXPECT_EQ(way.Acknowledge(2), 7U);
  way.Send(2, "<=abc");
  EXPECT_FALSE(way.router.Last().takes_custody) << "once is enough";
  EXPECT_TRUE(way.router.Last().probes);
}

TEST(Lane, Law3CustodyLastsUntilTheReceiverHasIt) {
  Way way;
  way.Send(0, "ab<=ab");
  way.Send(2, "<=ab");
  EXPECT_EQ(way.Acknowledge(2), 6U);
  EXPECT_EQ(way.Send(6, "cd>x"), "<=####>x") << "which may be lost";
  EXPECT_EQ(way.Acknowledge(2), 6U) << "the sender is still told so";
  EXPECT_EQ(way.Send(6, "cd>"), "<=####>") << "and what is in custody is sent again";
  EXPECT_EQ(way.Send(10, "y"), "y") << "but not in front of what does not follow it";
  EXPECT_EQ(way.Acknowledge(4), 6U);
  EXPECT_EQ(way.Send(6, "cd>"), "####>") << "from where the receiver has got";
  EXPECT_EQ(way.Acknowledge(9), 9U);
  EXPECT_EQ(way.Send(6, "cd>"), "cd>") << "what the receiver has is as it came";
  way.Acknowledge(11);
  EXPECT_FALSE(way.router.Lane().Holds());
}

TEST(Lane, Law3AProbeCarriesTheSendersOwnByte) {
  Way way;
  way.Send(0, "ab");  // Lost behind the router.
  way.Send(2, "<=ab");
  EXPECT_EQ(way.Send(2, "<=ab"), "b") << "the receiver lacks this byte: it may have no other";
  Way first;
  first.Send(0, "<=ab");
  first.Send(0, "<=ab");
  EXPECT_TRUE(first.router.Last().probes);
  EXPECT_EQ(first.place, ~0U) << "the number of SYN";
}

TEST(Lane, Law3AKeepAliveIsAnswered) {
  Way way;
  way.Send(0, "ab<=ab");
  EXPECT_EQ(way.Send(5, ""), "b") << "one number back: it repeats a byte that is withheld";
  EXPECT_EQ(way.Acknowledge(2), 6U);
  EXPECT_EQ(way.Send(6, ""), "");
  EXPECT_EQ(way.place, 2U);
  EXPECT_EQ(way.Send(5, ""), "b");
}

TEST(Lane, Law4WithCustodyInFrontNoPacketIsLongerThanItCame) {
  const std::string item = "<=" + std::string(700, 'q');
  const std::string rest = ">" + std::string(700, 'r');
  Way way;
  way.Send(0, std::string(1400, 'a'));
  way.Send(1400, item);
  way.Send(1400, item);
  EXPECT_EQ(way.Acknowledge(1400), 1400 + item.size());
  const std::uint32_t at = 1400 + Size(item);
  EXPECT_EQ(way.Send(at, ">").size(), limits::kPacketBytes - kHeader);
  EXPECT_TRUE(way.router.Last().trimmed);
  EXPECT_EQ(way.router.Last().kept, 0U);
  EXPECT_EQ(way.Send(at, rest).size(), rest.size()) << "as long as what came";
  way.Acknowledge(1400 + 600);
  EXPECT_EQ(way.Send(at, ">").size(), item.size() - 600 + 1);
}

TEST(Lane, Law4WithoutCustodyNoPacketIsLongerThanAnyBefore) {
  Way way;
  const std::string item = "<=" + std::string(400, 'q');
  way.Send(0, item);
  EXPECT_EQ(way.Send(Size(item), std::string(500, 'q')).size(), 0U);
  EXPECT_EQ(way.Send(Size(item) + 500, ">").size(), limits::kPacketBytes - kHeader);
  EXPECT_TRUE(way.router.Last().trimmed);
  Way grows;
  const std::string full = kGrows + std::string(limits::kPacketBytes - kHeader - kGrows.size(), 'x');
  EXPECT_EQ(grows.Send(0, full).size(), full.size());
  EXPECT_EQ(grows.router.Last().kept, full.size() - 3);
  Way aggregate;
  ToyPacket many = PacketOf(0, kGrows + std::string(20000, 'x'));
  many.segment_size = 1000;
  EXPECT_EQ(aggregate.Pass(many).size(), many.bytes.size() + 3) << "it is cut again behind the lane";
  many = PacketOf(Size(many.bytes), kGrows + std::string(65535 - kHeader - kGrows.size(), 'x'));
  many.segment_size = 1000;
  EXPECT_EQ(aggregate.Pass(many).size() + kHeader, 65535U) << "the longest IP packet";
}

TEST(Lane, Law5AnAcknowledgementOfTheLastByteIsNoted) {
  Way way;
  way.Send(0, kStream);
  EXPECT_FALSE(way.router.Lane().HasNoEdits());
  EXPECT_EQ(way.Acknowledge(), kStream.size());
  EXPECT_TRUE(way.router.Lane().HasNoEdits());
  // No acknowledgement is shown while nothing depends on one; from then on, far behind, one is.
  way.router.PassBulk(0x7000'0000);
  way.router.PassBulk(0x7000'0000);
  const std::uint32_t at = Size(kStream) + 0xe000'0000U;
  const std::uint32_t grown = at + 3;
  way.Send(at, kSame + "<=ab");
  EXPECT_EQ(way.Acknowledge(grown + 7), at + 7);
  EXPECT_TRUE(way.router.Lane().HasNoEdits());
  way.Send(at + 7, "<=ab");
  EXPECT_EQ(way.Acknowledge(grown + 7), at + 11);
  way.Send(at + 11, "cd>");
  way.Acknowledge(grown + 15);
  EXPECT_TRUE(way.router.Lane().Holds()) << "more than was read is not noted";
  EXPECT_EQ(way.Acknowledge(grown + 14), at + 14);
  EXPECT_FALSE(way.router.Lane().Holds());
}

TEST(Lane, Law5NoEditOutlivesAWindow) {
  for (const LengthChanges changes : {LengthChanges::kNone, LengthChanges::kOne, LengthChanges::kAny}) {
    Way way(changes);
    way.Send(0, kStream);
    const std::uint32_t before = way.router.Out(kFirst + Size(kStream));
    way.router.PassBulk(limits::kMostWindow - Size(kStream));
    EXPECT_FALSE(way.router.Lane().HasNoEdits());
    way.router.PassBulk(Size(kStream));
    EXPECT_TRUE(way.router.Lane().HasNoEdits());
    EXPECT_EQ(way.router.Out(kFirst + Size(kStream) + limits::kMostWindow), before + limits::kMostWindow);
    EXPECT_EQ(way.router.Lane().HasOwnNumbers(), changes == LengthChanges::kNone);
  }
  Way custody;
  custody.Send(0, "<=ab");
  custody.Send(0, "<=ab");
  custody.Send(4, "cd>");
  EXPECT_TRUE(custody.router.Lane().Holds());
  custody.router.PassBulk(limits::kMostWindow + 8);
  EXPECT_FALSE(custody.router.Lane().Holds()) << "an acknowledgement must have passed unseen";
}

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
  std::uint32_t at = 1400 + Size(first);
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
