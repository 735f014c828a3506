// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangle/mapping.h"

#include <gtest/gtest.h>

namespace mangle {
namespace {

std::uint32_t Add(MappingTable& table, std::uint16_t inside, std::uint16_t outside, std::uint32_t session = 1,
                  std::uint32_t uri = 1) {
  const std::uint32_t index = table.FindFree();
  Mapping& mapping = table[index];
  mapping.count = 2;
  mapping.inside[0] = inside;
  mapping.outside[0] = outside;
  mapping.outside[1] = static_cast<std::uint16_t>(outside + 1);
  mapping.session = session;
  mapping.uri = uri;
  table.Reserve(index);
  table[index].state = MappingState::kLive;
  return index;
}

TEST(MappingTable, FindsWhatIsHeldAndNothingElse) {
  MappingTable table;
  EXPECT_EQ(table.FindInside(0), rtsp::kMappings) << "free entries are not found";
  const std::uint32_t index = Add(table, 5000, 6000);
  EXPECT_EQ(table.FindInside(5000), index);
  EXPECT_EQ(table.FindOutside(6000), index);
  EXPECT_TRUE(table.UsesOutside(6001));
  EXPECT_FALSE(table.UsesOutside(6002));
  table.Free(index);
  EXPECT_EQ(table.FindInside(5000), rtsp::kMappings);
  EXPECT_FALSE(table.UsesOutside(6000));
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

TEST(MappingTable, TeardownEndsAStreamOrTheWholeSession) {
  MappingTable table;
  const std::uint32_t one = Add(table, 5000, 6000, 1, 10);
  const std::uint32_t two = Add(table, 5002, 6002, 1, 20);
  const std::uint32_t other = Add(table, 5004, 6004, 2, 10);
  EXPECT_EQ(table.Ended(1, 10), SetOf(one));
  EXPECT_EQ(table.Ended(1, 99), SetOf(one) | SetOf(two));
  EXPECT_EQ(table.Ended(3, 10), 0);
  EXPECT_EQ(table.Ended(0, 99), SetOf(one) | SetOf(two) | SetOf(other)) << "no session named";
}

TEST(PendingTable, TakesEachRequestOnceAndRefusesWhenFull) {
  PendingTable table;
  for (std::uint32_t i = 0; i < rtsp::kPendingRequests; ++i) {
    EXPECT_FALSE(table.Full());
    ASSERT_TRUE(table.Add({rtsp::Method::kSetup, SetOf(i % 16), i}));
  }
  EXPECT_TRUE(table.Full());
  EXPECT_FALSE(table.Add({rtsp::Method::kSetup, 1, 99}));
  EXPECT_EQ(table.Take(3).cseq, 3U);
  EXPECT_EQ(table.Take(3).method, rtsp::Method::kOther);
  EXPECT_FALSE(table.Full());
}

TEST(PendingTable, ForgetsMappingsThatAreGone) {
  PendingTable table;
  ASSERT_TRUE(table.Add({rtsp::Method::kSetup, 3, 1}));
  EXPECT_TRUE(table.Waits(1));
  table.Keep(2);
  EXPECT_FALSE(table.Waits(1));
  EXPECT_TRUE(table.Waits(2));
  EXPECT_EQ(table.Take(1).mappings, 2);
}

}  // namespace
}  // namespace mangle
