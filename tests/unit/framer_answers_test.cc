// SPDX-License-Identifier: MIT OR GPL-2.0-only
// The framer in the direction that answers.
#include <gtest/gtest.h>

#include <string>

#include "tests/harness/event_log.h"
#include "tests/harness/tailed_framer.h"
#include "tests/harness/text.h"
#include "tests/unit/framer_streams.h"

namespace rtsp::test {
namespace {

TEST(Framer, AFrameMayComeBeforeTheFirstAnswer) {
  const std::string stream = std::string("\r\n$\x01\x00\x02xy", 8) + Answer("");
  EXPECT_EQ(LogOf(stream), "lost not_rtsp\n");
  const std::string log = LogOf(stream, Role::kAnswers);
  EXPECT_EQ(log,
            "interleaved off=2 channel=1 payload=2\nstart off=8 len=15 response 200 version 1.0\n"
            "head_end off=27 body=0\n");
  EXPECT_EQ(LogInPieces(stream, 1, Role::kAnswers), log);
}

// If the end of a body cannot be known, no message ends there.
TEST(Framer, AnswersGoOnBehindABadLength) {
  for (const char* bad : {"Content-Length: x\r\n", "Content-Length: 1\r\nContent-Length: 2\r\n",
                          "Content-Length: 268435457\r\n", "Content-Length: 1\n\r\n"}) {
    const std::string head = Answer(bad);
    EXPECT_EQ(LastLine(LogOf(head)), "lost bad_length");
    const std::string log = LogOf(head, Role::kAnswers);
    EXPECT_EQ(LastLine(log), "head_end off=" + std::to_string(head.size()) + " body=0 bad_length") << log;
    const std::string stream = head + "v=0\r\n" + Answer("");
    EXPECT_EQ(LastLine(LogOf(stream, Role::kAnswers)),
              "head_end off=" + std::to_string(stream.size()) + " body=0");
  }
}

TEST(Framer, AnswersGoOnAtTheNextStatusLine) {
  for (const char* text : {"v=0\r\n", "v=0\na=b\n\n", "$\r\n", "HTTP/1.1 404 Not Found\r\n\r\n", "\x80", " ",
                           "\t\n x\n", "RTSP/1.0 99 x\r\n", "v=0\r\nOPTIONS * RTSP/1.0\r\n\r\n"}) {
    const bool is_frame = text[0] == '$';
    const std::string stream = Answer("") + (is_frame ? "x\r\n" : "") + text + Answer("CSeq: 2\r\n");
    const std::string log = LogOf(stream, Role::kAnswers);
    EXPECT_NE(log.find("gap off=19 no_start\nstart off=" + std::to_string(stream.size() - 28) + " "),
              std::string::npos)
        << log;
    EXPECT_EQ(LastLine(log), "head_end off=" + std::to_string(stream.size()) + " body=0");
    EXPECT_EQ(LogInPieces(stream, 1, Role::kAnswers), log);
    ExpectAsReference(stream, 0);
  }
}

void Read(TailedFramer& framer, const std::string& text) {
  Cursor in = CursorOf(text);
  for (;;) {
    const UnitKind kind = framer.Next(in).kind;
    ASSERT_NE(kind, UnitKind::kLost);
    if (kind == UnitKind::kNeedMore) return;
  }
}

TEST(Framer, AGapIsRemembered) {
  TailedFramer framer;
  framer.ReadAnswers();
  Read(framer, Answer(""));
  EXPECT_FALSE(framer.Gap());
  Read(framer, "v=0\r\n");
  EXPECT_TRUE(framer.Gap());
  Read(framer, Answer(""));
  EXPECT_TRUE(framer.Gap());
  TailedFramer bad;
  bad.ReadAnswers();
  Read(bad, Answer("Content-Length: x\r\n"));
  EXPECT_TRUE(bad.Gap());
}

}  // namespace
}  // namespace rtsp::test
