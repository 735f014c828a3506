// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangle/mapping.h"

#include <gtest/gtest.h>

namespace mangle {
namespace {

std::uint32_t Add(MappingTable& table, std::uint16_t inside, std::uint16_t outside) {
  const std::uint32_t index = table.FindFree();
  Mapping& mapping = table[index];
  mapping.count = 2;
  mapping.inside = RangeFrom(inside, 2);
  mapping.outside = RangeFrom(outside, 2);
  table.Reserve(index);
  table[index].state = MappingState::kLive;
  return index;
}

TEST(MappingTable, FindsWhatIsHeldAndNothingElse) {
  MappingTable table;
  EXPECT_EQ(table.FindInside(0, false), rtsp::kMappings) << "free entries are not found";
  const std::uint32_t index = Add(table, 5000, 6000);
  EXPECT_EQ(table.FindInside(5000, false), index);
  EXPECT_EQ(table.FindOutside(6000, false), index);
  EXPECT_TRUE(table.UsesOutside({6001, 0}, 1, false));
  EXPECT_FALSE(table.UsesOutside({6002, 0}, 1, false));
  table.Free(index);
  EXPECT_EQ(table.FindInside(5000, false), rtsp::kMappings);
  EXPECT_FALSE(table.UsesOutside({6000, 0}, 1, false));
}

TEST(MappingTable, IsFullAfterKMappings) {
  MappingTable table;
  for (std::uint32_t i = 0; i < rtsp::kMappings; ++i) {
    ASSERT_LT(table.FindFree(), rtsp::kMappings);
    Add(table, static_cast<std::uint16_t>(5000 + 2 * i), static_cast<std::uint16_t>(6000 + 2 * i));
  }
  EXPECT_EQ(table.FindFree(), rtsp::kMappings);
  table.Free(7);
  EXPECT_EQ(table.FindFree(), 7U);
}

TEST(MappingTable, TellsTcpFromUdp) {
  MappingTable table;
  const std::uint32_t index = Add(table, 5000, 6000);
  table[index].tcp = true;
  EXPECT_EQ(table.FindInside(5000, false), rtsp::kMappings);
  EXPECT_EQ(table.FindInside(5000, true), index);
  EXPECT_EQ(table.FindOutside(6000, true), index);
  EXPECT_FALSE(table.UsesOutside({6000, 0}, 1, false));
  EXPECT_TRUE(table.UsesOutside({5998, 6001}, 4, true)) << "any port of the range counts";
}

TEST(StreamTable, TakesAStreamOrTheWholeSession) {
  StreamTable table;
  ASSERT_TRUE(table.Add(1, 11, 0));
  ASSERT_TRUE(table.Add(1, 21, 0));
  ASSERT_TRUE(table.Add(2, 11, 3));
  EXPECT_TRUE(table.Has(1, 21, 0));
  EXPECT_FALSE(table.Has(2, 21, 0));
  EXPECT_EQ(table.Take(1, 11, 0), 0U);
  EXPECT_EQ(table.Take(1, 11, 0), rtsp::kMappings) << "each is taken once";
  EXPECT_EQ(table.Take(3, 0, 0), rtsp::kMappings) << "no such session";
  EXPECT_EQ(table.Take(2, 11, SetOf(3)), rtsp::kMappings) << "that mapping is kept";
  EXPECT_EQ(table.Take(1, 0, 0), 0U) << "any stream";
  EXPECT_EQ(table.Take(0, 0, 0), 3U) << "any session";
}

TEST(StreamTable, IsBoundedAndForgetsAMapping) {
  StreamTable table;
  for (std::uint32_t i = 0; i < rtsp::kStreams; ++i) ASSERT_TRUE(table.Add(1, i + 1, i % 4));
  EXPECT_FALSE(table.Add(1, 99, 0));
  table.Forget(2);
  EXPECT_FALSE(table.Has(1, 3, 2));
  EXPECT_TRUE(table.Has(1, 4, 3));
  EXPECT_TRUE(table.Add(1, 99, 0));
}

Pending Numbered(std::uint32_t cseq, MappingSet mappings, rtsp::Method method = rtsp::Method::kSetup) {
  Pending request;
  request.method = method;
  request.cseq_kind = CseqKind::kNumber;
  request.cseq = cseq;
  request.mappings = mappings;
  return request;
}

TEST(PendingTable, TakesEachRequestOnceAndKnowsTheOldest) {
  PendingTable table;
  EXPECT_EQ(table.Only(), nullptr);
  for (std::uint32_t i = 0; i < rtsp::kPendingRequests; ++i) {
    ASSERT_FALSE(table.Full());
    table.Add(Numbered(i, SetOf(i % 16)));
    EXPECT_EQ(table.Only() != nullptr, i == 0);
  }
  EXPECT_TRUE(table.Full());
  EXPECT_EQ(table.Take(table.Oldest()).cseq, 0U);
  ASSERT_NE(table.Find(CseqKind::kNumber, 3), nullptr);
  EXPECT_EQ(table.Take(table.Find(CseqKind::kNumber, 3)).cseq, 3U);
  EXPECT_EQ(table.Find(CseqKind::kNumber, 3), nullptr);
  EXPECT_EQ(table.Take(table.Oldest()).cseq, 1U);
  EXPECT_EQ(table.Take(table.Oldest()).cseq, 2U);
  EXPECT_EQ(table.Take(table.Oldest()).cseq, 4U);
}

TEST(PendingTable, ARequestWithoutCseqHasAKeyOfItsOwn) {
  PendingTable table;
  Pending request = Numbered(0, 1);
  request.cseq_kind = CseqKind::kNone;
  table.Add(request);
  EXPECT_EQ(table.Find(CseqKind::kNone, 0), nullptr);
  EXPECT_EQ(table.Find(CseqKind::kNumber, 0), nullptr);
  EXPECT_EQ(table.Find(CseqKind::kText, 0), nullptr);
  EXPECT_NE(table.Only(), nullptr);
}

TEST(PendingTable, FindsByMethodAndByMapping) {
  PendingTable table;
  table.Add(Numbered(1, 0, rtsp::Method::kOptions));
  table.Add(Numbered(2, 6));
  table.Add(Numbered(3, 4, rtsp::Method::kTeardown));
  EXPECT_EQ(table.Setups(), 1U);
  EXPECT_EQ(table.Mappings(), 6);
  ASSERT_NE(table.FindHolder(4), nullptr);
  EXPECT_EQ(table.FindHolder(4)->cseq, 2U);
  EXPECT_EQ(table.FindHolder(1), nullptr);
  ASSERT_NE(table.FindMethod(rtsp::Method::kTeardown), nullptr);
  EXPECT_EQ(table.FindMethod(rtsp::Method::kTeardown)->cseq, 3U);
  table.Keep(2);
  EXPECT_EQ(table.Mappings(), 2);
}

}  // namespace
}  // namespace mangle
