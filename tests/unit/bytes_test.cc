// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "rtsp/bytes.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <memory>
#include <string>

#include "tests/harness/text.h"

namespace rtsp::test {
namespace {

constexpr std::uint32_t kAnyMaximum = std::numeric_limits<std::uint32_t>::max();

// A copy on the heap of exactly this many bytes, so that AddressSanitizer sees any read outside.
class Fenced {
 public:
  explicit Fenced(std::string_view text) : size_(text.size()), bytes_(new std::uint8_t[size_]) {
    for (std::size_t i = 0; i < size_; ++i) bytes_[i] = static_cast<std::uint8_t>(text[i]);
  }
  [[nodiscard]] Cursor All() const { return {bytes_.get(), static_cast<std::uint32_t>(size_)}; }

 private:
  std::size_t size_;
  std::unique_ptr<std::uint8_t[]> bytes_;
};

TEST(Cursor, Law1NoCallReadsOutside) {
  const Fenced fenced("ab");
  Cursor in = fenced.All();
  EXPECT_EQ(in.At(1), 'b');
  EXPECT_EQ(in.At(2), 0);
  EXPECT_EQ(in.At(kAnyMaximum), 0);
  for (const std::uint32_t position : {2U, 3U, 1U << 31U}) {
    in.Seek(position);
    EXPECT_TRUE(in.AtEnd());
    EXPECT_EQ(in.Peek(), 0);
    EXPECT_EQ(in.Left(), 0U);
    EXPECT_EQ(in.FindLineFeed(in.Position()), 2U);
    std::uint8_t byte = 7;
    EXPECT_FALSE(in.Read(&byte, 1));
    EXPECT_EQ(byte, 7);
  }
  EXPECT_EQ(TextOf(in.Slice(1, 9)), "b");
  EXPECT_EQ(in.FindLineFeed(kAnyMaximum), 2U);
  EXPECT_EQ(in.Slice(2, 1).Size(), 0U);
  EXPECT_EQ(in.Slice(3, kAnyMaximum).Size(), 0U);
}

TEST(Cursor, FindsPlainLines) {
  const std::string line = "User-Agent: none";
  for (std::size_t size = 0; size <= line.size(); ++size) {
    for (const char* end : {"\r\n", "\n", "\r", "\r\r\n", "\t\r\n", ""}) {
      for (const char* behind : {"", "x", "\r\n", "xxxxxxxx"}) {
        const Fenced fenced("1\r\n" + line.substr(0, size) + end + behind);
        Cursor in = fenced.All();
        in.Seek(3);
        Cursor found;
        const std::uint32_t next = in.FindPlainLine(found);
        const bool plain = (std::string(end) + behind).compare(0, 2, "\r\n") == 0;
        ASSERT_EQ(next, plain ? size + 5 : 0U) << size << end << behind;
        ASSERT_EQ(TextOf(found), plain ? line.substr(0, size) : "");
      }
    }
  }
}

TEST(Cursor, Law1HoldsForNoBytesAtAll) {
  Cursor in;
  EXPECT_TRUE(in.AtEnd());
  EXPECT_EQ(in.Peek(), 0);
  EXPECT_EQ(in.FindLineFeed(in.Position()), 0U);
  EXPECT_TRUE(in.Read(nullptr, 0));
  EXPECT_EQ(in.Slice(0, 1).Size(), 0U);
}

TEST(Cursor, Law2OnlySeekMovesBackwards) {
  Cursor in = CursorOf("x\ny");
  in.Skip();
  EXPECT_EQ(in.FindLineFeed(in.Position()), 1U);
  EXPECT_EQ(in.Position(), 1U);
  std::array<std::uint8_t, 2> bytes{};
  EXPECT_FALSE(in.Read(bytes.data(), 3));
  EXPECT_EQ(in.Position(), 1U);
  EXPECT_TRUE(in.Read(bytes.data(), 2));
  EXPECT_EQ(in.Position(), 3U);
  in.Seek(0);
  EXPECT_EQ(in.Peek(), 'x');
}

// Every place of the first LF and every start, around the word that the search reads at once, with bytes that differ from LF in
// one bit, and a second LF behind.
TEST(Cursor, FindsTheFirstLineFeedAnywhere) {
  for (const char filler : {'\x0b', '\x8a', '\x00', '\xff', '\x09'}) {
    for (std::size_t size = 0; size < 27; ++size) {
      for (std::size_t at = 0; at <= size; ++at) {
        std::string text(size, filler);
        if (at < size) text[at] = '\n';
        if (at + 2 < size) text[at + 2] = '\n';
        const Fenced fenced(text);
        Cursor in = fenced.All();
        for (std::uint32_t start = 0; start <= at; ++start) {
          in.Seek(start);
          ASSERT_EQ(in.FindLineFeed(in.Position()), at) << "size " << size << " start " << start;
        }
      }
    }
  }
}

TEST(SkipSpace, PassesBlanksAndFolds) {
  Cursor in = CursorOf(" \t\r\n x");
  SkipSpace(in);
  EXPECT_EQ(in.Peek(), 'x');
  Cursor blank = CursorOf("  ");
  SkipSpace(blank);
  EXPECT_TRUE(blank.AtEnd());
}

struct NumberCase {
  const char* text;
  std::uint32_t maximum;
  bool valid;
  std::uint32_t value;
  std::uint16_t digits;
};

constexpr NumberCase kNumberCases[] = {
    {"0", 65535, true, 0, 1},
    {"65535", 65535, true, 65535, 5},
    {"65536", 65535, false, 0, 5},
    {"65546", 65535, false, 0, 5},
    {"70000", 65535, false, 0, 5},
    {"655360000", 65535, false, 0, 9},
    {"0005000-", 65535, true, 5000, 7},
    {"00000000000000000000000000007", 9, true, 7, 29},
    {"99999999999999999999", kAnyMaximum, false, 0, 20},
    {"18446744073709551616", kAnyMaximum, false, 0, 20},
    {"18446744073709551621", 65535, false, 0, 20},
    {"4294967295", kAnyMaximum, true, kAnyMaximum, 10},
    {"4294967296", kAnyMaximum, false, 0, 10},
    {"", 65535, false, 0, 0},
    {"-1", 65535, false, 0, 0},
    {"+1", 65535, false, 0, 0},
    {" 1", 65535, false, 0, 0},
    {"0x10", 65535, true, 0, 1},
    {"1e3", 65535, true, 1, 1},
};

TEST(ReadNumber, NeverWraps) {
  for (const NumberCase& expected : kNumberCases) {
    SCOPED_TRACE(expected.text);
    Cursor in = CursorOf(expected.text);
    const Number number = ReadNumber(in, expected.maximum);
    EXPECT_EQ(number.valid, expected.valid);
    EXPECT_EQ(number.value, expected.value);
    EXPECT_EQ(number.field.offset, 0);
    EXPECT_EQ(number.field.length, expected.digits);
    EXPECT_EQ(in.Position(), expected.digits);
  }
}

TEST(Hash, DependsOnEveryByteAndOnTheLength) {
  const std::string text = "rtsp://server.example.com/media/movie.mp4/trackID=2";
  const std::uint32_t hash = Hash(CursorOf(text));
  EXPECT_EQ(hash, Hash(CursorOf(std::string(text))));
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string other = text;
    other[i] = static_cast<char>(other[i] ^ 1);
    EXPECT_NE(hash, Hash(CursorOf(other))) << i;
    EXPECT_NE(hash, Hash(CursorOf(text.substr(0, i)))) << i;
  }
  EXPECT_NE(Hash(CursorOf(std::string_view("\0", 1))), Hash(CursorOf("")));
}

TEST(Cursor, Law1NetworkWordsLieInside) {
  const std::uint8_t bytes[] = {0x24, 1, 2, 3, 4};
  const Cursor in(bytes, sizeof bytes);
  EXPECT_EQ(in.NetworkWord(0), 0x24010203U);
  EXPECT_EQ(in.NetworkWord(1), 0x01020304U);
  EXPECT_EQ(in.NetworkWord(2), 0U);
  EXPECT_EQ(in.NetworkWord(0xffff'fffd), 0U);
  EXPECT_EQ(Cursor(bytes, 3).NetworkWord(0), 0U);
}

}  // namespace
}  // namespace rtsp::test
