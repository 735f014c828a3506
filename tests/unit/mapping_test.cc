// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/nat/mapping.h"

#include <gtest/gtest.h>

namespace nat {
namespace {

std::uint32_t Add(MappingTable& table, std::uint16_t inside, std::uint16_t outside) {
  const std::uint32_t index = table.New();
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
  EXPECT_EQ(table.Find(&Mapping::inside, 0, false), limits::kMappings) << "free entries are not found";
  const std::uint32_t index = Add(table, 5000, 6000);
  EXPECT_EQ(table.Find(&Mapping::inside, 5000, false), index);
  EXPECT_EQ(table.Find(&Mapping::outside, 6000, false), index);
  EXPECT_TRUE(table.UsesOutside({6001, 0}, 1, false));
  EXPECT_FALSE(table.UsesOutside({6002, 0}, 1, false));
  table.Free(index);
  EXPECT_EQ(table.Find(&Mapping::inside, 5000, false), limits::kMappings);
  EXPECT_FALSE(table.UsesOutside({6000, 0}, 1, false));
}

TEST(MappingTable, IsFullAfterKMappings) {
  MappingTable table;
  for (std::uint32_t i = 0; i < limits::kMappings; ++i) {
    ASSERT_LT(table.New(), limits::kMappings);
    Add(table, static_cast<std::uint16_t>(5000 + 2 * i), static_cast<std::uint16_t>(6000 + 2 * i));
  }
  EXPECT_EQ(table.New(), limits::kMappings);
  table.Free(7);
  EXPECT_EQ(table.New(), 7U);
}

TEST(MappingTable, TellsTcpFromUdp) {
  MappingTable table;
  const std::uint32_t index = Add(table, 5000, 6000);
  table[index].tcp = true;
  EXPECT_EQ(table.Find(&Mapping::inside, 5000, false), limits::kMappings);
  EXPECT_EQ(table.Find(&Mapping::inside, 5000, true), index);
  EXPECT_EQ(table.Find(&Mapping::outside, 6000, true), index);
  EXPECT_FALSE(table.UsesOutside({6000, 0}, 1, false));
  EXPECT_TRUE(table.UsesOutside({5998, 6001}, 4, true)) << "any port of the range counts";
}

}  // namespace
}  // namespace nat
