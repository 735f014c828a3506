// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/stream/seq_map.h"

#include <gtest/gtest.h>

#include "mangler/stream/sequence.h"

namespace stream {
namespace {

constexpr std::uint32_t kOrigin = 0xffffffe0U;  // The sequence numbers wrap behind the first additions.

// 3 bytes in front of 10, 1 in front of 11, 5 in front of 60.
SeqMap Three() {
  SeqMap map;
  EXPECT_TRUE(map.Add(kOrigin + 10, 3));
  EXPECT_TRUE(map.Add(kOrigin + 11, 1));
  EXPECT_TRUE(map.Add(kOrigin + 60, 5));
  while (map.Waits()) (void)map.Send();
  return map;
}

TEST(SeqMap, Law1ForwardIsStrictlyMonotone) {
  const SeqMap map = Three();
  EXPECT_EQ(map.Forward(kOrigin + 9), kOrigin + 9);
  EXPECT_EQ(map.Forward(kOrigin + 10), kOrigin + 13);
  EXPECT_EQ(map.Forward(kOrigin + 11), kOrigin + 15);
  EXPECT_EQ(map.Forward(kOrigin + 60), kOrigin + 69);
  for (std::uint32_t i = 0; i < 100; ++i)
    EXPECT_TRUE(Before(map.Forward(kOrigin + i), map.Forward(kOrigin + i + 1)));
}

TEST(SeqMap, Law2BackIsTheInverse) {
  const SeqMap map = Three();
  for (std::uint32_t i = 0; i < 100; ++i) EXPECT_EQ(map.Back(map.Forward(kOrigin + i)), kOrigin + i);
}

TEST(SeqMap, Law3BackIsMonotoneAndSendsAgainWhatIsNotWhole) {
  const SeqMap map = Three();
  for (std::uint32_t i = 0; i < 100; ++i)
    EXPECT_FALSE(Before(map.Back(kOrigin + i + 1), map.Back(kOrigin + i)));
  for (std::uint32_t i = 9; i < 13; ++i) EXPECT_EQ(map.Back(kOrigin + i), kOrigin + 9) << i;
  EXPECT_EQ(map.Back(kOrigin + 13), kOrigin + 10);
}

TEST(SeqMap, Law4SettlingChangesNothingAhead) {
  for (std::uint32_t acknowledged = 0; acknowledged < 100; ++acknowledged) {
    const SeqMap before = Three();
    SeqMap after = before;
    after.Acknowledge(kOrigin + acknowledged);
    after.Settle();
    for (std::uint32_t i = acknowledged; i < 100; ++i)
      ASSERT_EQ(after.Forward(kOrigin + i), before.Forward(kOrigin + i)) << acknowledged << " " << i;
    EXPECT_EQ(after.IsOnItsWay(), acknowledged < 60);
  }
}

TEST(SeqMap, Law5WhatWaitsIsNotKnownOutside) {
  SeqMap left = Three();
  const SeqMap before = left;
  ASSERT_TRUE(left.Add(kOrigin + 80, 7));
  for (std::uint32_t i = 0; i < 100; ++i)
    ASSERT_EQ(left.ForwardSent(kOrigin + i), before.Forward(kOrigin + i)) << i;
  EXPECT_EQ(left.Forward(kOrigin + 80), before.Forward(kOrigin + 80) + 7);
  EXPECT_EQ(left.Send(), 7);
  EXPECT_EQ(left.ForwardSent(kOrigin + 80), left.Forward(kOrigin + 80));
}

TEST(SeqMap, AFullMapRefusesUntilSomethingIsAcknowledged) {
  SeqMap map;
  std::uint32_t position = kOrigin;
  for (; map.HasRoom(); position += 2) ASSERT_TRUE(map.Add(position, 1));
  EXPECT_FALSE(map.Add(position, 1));
  map.Acknowledge(kOrigin + 1);
  map.Settle();
  EXPECT_FALSE(map.HasRoom()) << "what has not left has not arrived";
  EXPECT_EQ(map.WaitingPosition(0), kOrigin);
  EXPECT_EQ(map.Send(), 1);
  EXPECT_TRUE(map.IsOnItsWay());
  map.Acknowledge(kOrigin + 1);
  EXPECT_FALSE(map.IsOnItsWay());
  map.Settle();
  EXPECT_TRUE(map.Add(position, 1));
  EXPECT_EQ(map.Forward(position), position + limits::kLengthChanges + 1);
}

}  // namespace
}  // namespace stream
