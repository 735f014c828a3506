// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "bytes/tail.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/harness/own_memory.h"
#include "tests/harness/text.h"

namespace bytes {
namespace {

using rtsp::test::CursorOf;
using rtsp::test::TextOf;

void Append(Tail& tail, const std::string& text) {
  Cursor in = CursorOf(text);
  tail.Append(in, in.Size());
  EXPECT_TRUE(in.AtEnd());
}

TEST(Tail, Law1IsNeverLongerThanALine) {
  rtsp::test::OwnTail tail;
  Append(tail, std::string(limits::kLineBytes - 1, 'a'));
  EXPECT_TRUE(tail.HasRoom(1000)) << "the front of a long line is enough";
  Append(tail, "bcd");
  EXPECT_EQ(tail.All().Size(), limits::kLineBytes);
  EXPECT_EQ(tail.Line().At(limits::kLineBytes - 1), 'b');
  tail.Keep(limits::kLineBytes + 7);
  tail.DropLine();
  EXPECT_EQ(tail.All().Size(), limits::kLineBytes);
  EXPECT_FALSE(tail.HasRoom(1));
}

TEST(Tail, Law2KeptBytesAndTheLineStayAsTheyCame) {
  rtsp::test::OwnTail tail;
  Append(tail, "Trans");
  tail.Keep(5);
  EXPECT_EQ(TextOf(tail.Line()), "Trans");
  EXPECT_EQ(TextOf(tail.All()), "Trans") << "the kept bytes are those of the line";
  Append(tail, "port: x");
  EXPECT_EQ(TextOf(tail.Line()), "Transport: x");
  tail.DropLine();
  EXPECT_EQ(TextOf(tail.All()), "Trans");
  Append(tail, "Sess");
  EXPECT_EQ(TextOf(tail.All()), "TransSess");
  EXPECT_EQ(TextOf(tail.Line()), "Sess");
  tail.Keep(2);
  EXPECT_EQ(TextOf(tail.All()), "TrSess");
  tail.Keep(0);
  EXPECT_FALSE(tail.KeepsAny());
  EXPECT_EQ(TextOf(tail.All()), "Sess");
}

TEST(Tail, WithoutMemoryNothingFits) {
  Tail tail;
  EXPECT_FALSE(tail.HasMemory());
  EXPECT_FALSE(tail.HasRoom(1));
  rtsp::test::OwnTail own;
  Append(own, "Trans");
  own.Keep(3);
  own.Use(own.memory);
  EXPECT_EQ(own.All().Size(), 0U) << "another memory, or the same again, is empty";
  EXPECT_FALSE(own.KeepsAny());
}

}  // namespace
}  // namespace bytes
