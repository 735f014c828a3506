// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/rtsp/pending.h"

#include <gtest/gtest.h>

namespace mangle {
namespace {

using nat::MappingSet;
using nat::SetOf;

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
  for (std::uint32_t i = 0; i < limits::kPendingRequests; ++i) {
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
