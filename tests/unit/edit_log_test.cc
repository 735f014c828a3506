// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/stream/edit_log.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "tests/harness/own_memory.h"

namespace stream {
namespace {

constexpr std::uint32_t kOrigin = 0xfffffff0U;  // The sequence numbers wrap within the first edits.

Edit EditOf(std::uint32_t position, const std::string& text, std::size_t length) {
  Edit edit;
  edit.position = kOrigin + position;
  edit.length = static_cast<std::uint8_t>(length & 15U);
  edit.text_size = static_cast<std::uint8_t>(text.size() & 15U);
  std::memcpy(edit.text, text.data(), text.size());
  return edit;
}

Edit EditOf(std::uint32_t position, const std::string& text) { return EditOf(position, text, text.size()); }

// Returns the bytes [from, from + length) of a stream of dots, edited.
std::string Edited(const EditLog& log, std::uint32_t from, std::uint32_t length) {
  std::string bytes(length, '.');
  std::uint32_t start = length;
  const std::uint32_t count = log.Count(kOrigin + from, length);
  for (std::uint32_t i = count; i-- > 0;) {
    const EditPart part = log.Part(kOrigin + from, length, i);
    EXPECT_GT(part.text_length, 0U);
    EXPECT_GE(part.text_length, part.length);
    EXPECT_LE(part.offset + part.length, start);
    start = part.offset;
    bytes.replace(part.offset, part.length, reinterpret_cast<const char*>(part.text), part.text_length);
  }
  EXPECT_EQ(log.Part(kOrigin + from, length, count).text_length, 0U);
  EXPECT_EQ(bytes.size(), length + log.Growth(kOrigin + from, length));
  return bytes;
}

struct Three : rtsp::test::OwnEditLog {
  Three() {
    EXPECT_TRUE(Add(EditOf(4, "abcde")));
    EXPECT_TRUE(Add(EditOf(9, "fg")));
    EXPECT_TRUE(Add(EditOf(14, "60000-60001")));
  }
};

TEST(EditLog, Law1PartsAscendInsideTheSegment) {
  EXPECT_EQ(Edited(Three(), 0, 28), "....abcdefg...60000-60001...");
}

TEST(EditLog, Law2HalvesGiveTheSameAsTheWhole) {
  const Three log;
  const std::string whole = Edited(log, 0, 28);
  for (std::uint32_t from = 0; from < 28; ++from) {
    for (std::uint32_t length = 0; length <= 28 - from; ++length)
      ASSERT_EQ(Edited(log, from, length), whole.substr(from, length));
  }
}

TEST(EditLog, Law2HoldsWithBytesAdded) {
  rtsp::test::OwnEditLog log;
  ASSERT_TRUE(log.Add(EditOf(2, "abcdefgh", 3)));
  ASSERT_TRUE(log.Add(EditOf(5, "ijk", 0)));
  ASSERT_TRUE(log.Add(EditOf(7, "lmn")));
  const std::string whole = Edited(log, 0, 12);
  EXPECT_EQ(whole, "..abcdefghijk..lmn..");
  for (std::uint32_t cut = 0; cut <= 12; ++cut) {
    for (std::uint32_t second = cut; second <= 12; ++second)
      ASSERT_EQ(Edited(log, 0, cut) + Edited(log, cut, second - cut) + Edited(log, second, 12 - second),
                whole);
  }
}

TEST(EditLog, Law3OnlyWholeAcknowledgedEditsAreForgotten) {
  Three log;
  log.Forget(kOrigin + 8, kOrigin + 8 + 1);
  EXPECT_EQ(log.Count(kOrigin, 28), 3U);
  log.Forget(kOrigin + 9, kOrigin + 9 + 1);
  EXPECT_EQ(Edited(log, 0, 28), ".........fg...60000-60001...");
  log.Forget(kOrigin + 1000, kOrigin + 1000 + 1);
  EXPECT_EQ(log.Count(kOrigin, 28), 0U);
}

TEST(EditLog, Law3WhatAddsBytesStaysUntilItIsSettled) {
  rtsp::test::OwnEditLog log;
  ASSERT_TRUE(log.Add(EditOf(2, "abcdefgh")));
  ASSERT_TRUE(log.Add(EditOf(10, "ijk", 1)));
  ASSERT_TRUE(log.Add(EditOf(14, "lmn")));
  log.Forget(kOrigin + 17, kOrigin + 11);
  EXPECT_EQ(Edited(log, 0, 18), "..........ijk.......");
  log.Forget(kOrigin + 17, kOrigin + 12);
  EXPECT_TRUE(log.Empty());
}

TEST(EditLog, Law3AFullLogRefuses) {
  rtsp::test::OwnEditLog log;
  std::uint32_t position = 0;
  while (log.Room() != 0) {
    ASSERT_TRUE(log.Add(EditOf(position, "x")));
    position += 2;
  }
  EXPECT_FALSE(log.Add(EditOf(position, "y")));
  log.Forget(kOrigin + 1, kOrigin + 1 + 1);
  EXPECT_TRUE(log.Add(EditOf(position, "y")));
  EXPECT_EQ(Edited(log, position - 2, 4), "x.y.");
}

TEST(EditLog, Law3ALogWithoutMemoryRefuses) {
  EditLog log;
  EXPECT_FALSE(log.Add(EditOf(2, "x")));
  EXPECT_TRUE(log.Empty());
}

TEST(EditLog, EditsAreDoneWhenForgetWouldForgetThem) {
  rtsp::test::OwnEditLog log;
  EXPECT_TRUE(log.AreDone(kOrigin, false)) << "there are none";
  ASSERT_TRUE(log.Add(EditOf(2, "abcdefgh")));
  EXPECT_FALSE(log.AreDone(kOrigin + 9, true));
  EXPECT_TRUE(log.AreDone(kOrigin + 10, false));
  ASSERT_TRUE(log.Add(EditOf(10, "ijk", 1)));
  EXPECT_FALSE(log.AreDone(kOrigin + 11, false));
  EXPECT_TRUE(log.AreDone(kOrigin + 11, true));
}

}  // namespace
}  // namespace stream
