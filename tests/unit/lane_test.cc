// SPDX-License-Identifier: MIT OR GPL-2.0-only
// The laws of stream::Lane, with the toy protocol of tests/harness/toy_router.h. fuzz/lane_fuzz.cc checks the same laws over any path, and
// lane_promises_test.cc checks the other promises of lane.h.
#include "mangler/stream/lane.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/lane_way.h"

namespace stream {
namespace {

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
  // The lane sees no acknowledgement while nothing depends on one; then, much later, it sees one.
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

}  // namespace
}  // namespace stream
