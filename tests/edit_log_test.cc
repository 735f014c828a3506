// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangle/edit_log.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace mangle {
namespace {

constexpr std::uint32_t kOrigin = 0xfffffff0U;  // The stream wraps round within the first edits.

Edit EditOf(std::uint32_t position, const std::string& text) {
  Edit edit;
  edit.position = kOrigin + position;
  edit.length = static_cast<std::uint8_t>(text.size());
  std::memcpy(edit.text, text.data(), text.size());
  return edit;
}

// The bytes [from, from + length) of a stream of dots, edited.
std::string Edited(const EditLog& log, std::uint32_t from, std::uint32_t length) {
  std::string bytes(length, '.');
  std::uint32_t end = 0;
  const std::uint32_t count = log.Count(kOrigin + from, length);
  for (std::uint32_t i = 0; i < count; ++i) {
    const EditPart part = log.Part(kOrigin + from, length, i);
    EXPECT_GE(part.offset, end);
    EXPECT_GT(part.length, 0U);
    end = part.offset + part.length;
    EXPECT_LE(end, length);
    bytes.replace(part.offset, part.length, reinterpret_cast<const char*>(part.text), part.length);
  }
  EXPECT_EQ(log.Part(kOrigin + from, length, count).length, 0U);
  return bytes;
}

EditLog Three() {
  EditLog log;
  EXPECT_TRUE(log.Add(EditOf(4, "abcde")));
  EXPECT_TRUE(log.Add(EditOf(9, "fg")));
  EXPECT_TRUE(log.Add(EditOf(14, "60000-60001")));
  return log;
}

TEST(EditLog, Law1PartsAscendInsideTheSegment) {
  EXPECT_EQ(Edited(Three(), 0, 28), "....abcdefg...60000-60001...");
}

TEST(EditLog, Law2HalvesGiveTheSameAsTheWhole) {
  const EditLog log = Three();
  const std::string whole = Edited(log, 0, 28);
  for (std::uint32_t from = 0; from < 28; ++from) {
    for (std::uint32_t length = 0; length <= 28 - from; ++length)
      ASSERT_EQ(Edited(log, from, length), whole.substr(from, length));
  }
}

TEST(EditLog, Law3OnlyWholeAcknowledgedEditsAreForgotten) {
  EditLog log = Three();
  log.Forget(kOrigin + 8);
  EXPECT_EQ(log.Count(kOrigin, 28), 3U);
  log.Forget(kOrigin + 9);
  EXPECT_EQ(Edited(log, 0, 28), ".........fg...60000-60001...");
  log.Forget(kOrigin + 1000);
  EXPECT_EQ(log.Count(kOrigin, 28), 0U);
}

TEST(EditLog, Law3AFullLogRefuses) {
  EditLog log;
  std::uint32_t position = 0;
  while (log.Room() != 0) {
    ASSERT_TRUE(log.Add(EditOf(position, "x")));
    position += 2;
  }
  EXPECT_FALSE(log.Add(EditOf(position, "y")));
  log.Forget(kOrigin + 1);
  EXPECT_TRUE(log.Add(EditOf(position, "y")));
  EXPECT_EQ(Edited(log, position - 2, 4), "x.y.");
}

}  // namespace
}  // namespace mangle
