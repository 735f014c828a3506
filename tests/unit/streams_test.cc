// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/rtsp/streams.h"

#include <gtest/gtest.h>

namespace mangle {
namespace {

using nat::SetOf;

TEST(StreamTable, TakesAStreamOrTheWholeSession) {
  StreamTable table;
  ASSERT_TRUE(table.Add(1, 11, 0));
  ASSERT_TRUE(table.Add(1, 21, 0));
  ASSERT_TRUE(table.Add(2, 11, 3));
  EXPECT_TRUE(table.Has(1, 21, 0));
  EXPECT_FALSE(table.Has(2, 21, 0));
  EXPECT_EQ(table.Take(1, 11, 0), 0U);
  EXPECT_EQ(table.Take(1, 11, 0), limits::kMappings) << "each is taken once";
  EXPECT_EQ(table.Take(3, 0, 0), limits::kMappings) << "no such session";
  EXPECT_EQ(table.Take(2, 11, SetOf(3)), limits::kMappings) << "that mapping is kept";
  EXPECT_EQ(table.Take(1, 0, 0), 0U) << "any stream";
  EXPECT_EQ(table.Take(0, 0, 0), 3U) << "any session";
}

TEST(StreamTable, IsBoundedAndForgetsAMapping) {
  StreamTable table;
  for (std::uint32_t i = 0; i < limits::kStreams; ++i) ASSERT_TRUE(table.Add(1, i + 1, i % 4));
  EXPECT_FALSE(table.Add(1, 99, 0));
  table.Forget(2);
  EXPECT_FALSE(table.Has(1, 3, 2));
  EXPECT_TRUE(table.Has(1, 4, 3));
  EXPECT_TRUE(table.Add(1, 99, 0));
}

}  // namespace
}  // namespace mangle
