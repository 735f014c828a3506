// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "rtsp/start_line.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/text.h"

namespace rtsp::test {
namespace {

StartLine Lex(std::string_view line) { return LexStartLine(CursorOf(line)); }

bool IsInvalid(std::string_view line) { return Lex(line).kind == StartKind::kInvalid; }

TEST(StartLine, KnowsEveryMethodByItsName) {
  for (int i = 1; i <= static_cast<int>(Method::kTeardown); ++i) {
    const auto method = static_cast<Method>(i);
    const StartLine line = Lex(std::string(Name(method)) + " rtsp://h/ RTSP/1.0");
    EXPECT_EQ(line.kind, StartKind::kRequest) << Name(method);
    EXPECT_EQ(line.method, method) << Name(method);
  }
}

TEST(StartLine, MethodsAreCaseSensitiveAndWhole) {
  for (const char* method : {"setup", "Setup", "SETU", "SETUPS", "SETUP-", "PLAY_", "X", "!#%&'*+.^_`|~"}) {
    const StartLine line = Lex(std::string(method) + " * RTSP/1.0");
    EXPECT_EQ(line.kind, StartKind::kRequest) << method;
    EXPECT_EQ(line.method, Method::kOther) << method;
  }
}

TEST(StartLine, GivesThePlaceOfTheUri) {
  const std::string text = "SETUP rtsp://h:554/a?b=c%20d RTSP/2.0";
  const StartLine line = Lex(text);
  EXPECT_EQ(TextOf(text, line.uri), "rtsp://h:554/a?b=c%20d");
  EXPECT_EQ(line.major, 2);
  EXPECT_EQ(line.minor, 0);
  EXPECT_EQ(line.status, 0);
}

TEST(StartLine, UriMayBeAStarOrHoldBytesAbove7f) {
  EXPECT_EQ(Lex("OPTIONS * RTSP/1.0").uri.length, 1);
  EXPECT_EQ(Lex("SETUP rtsp://h/\xc3\xa9 RTSP/1.0").uri.length, 11);
}

TEST(StartLine, UriMayLookLikeAVersion) {
  const StartLine line = Lex("SETUP RTSP/9.9 RTSP/1.0");
  EXPECT_EQ(line.kind, StartKind::kRequest);
  EXPECT_EQ(line.uri.length, 8);
  EXPECT_EQ(line.major, 1);
}

TEST(StartLine, ToleratesMoreBlanks) {
  const std::string text = "SETUP \t rtsp://h/  RTSP/1.0 \t";
  const StartLine line = Lex(text);
  EXPECT_EQ(line.kind, StartKind::kRequest);
  EXPECT_EQ(TextOf(text, line.uri), "rtsp://h/");
}

TEST(StartLine, ReadsResponses) {
  const StartLine line = Lex("RTSP/1.0 461 Unsupported Transport");
  EXPECT_EQ(line.kind, StartKind::kResponse);
  EXPECT_EQ(line.status, 461);
  EXPECT_EQ(line.major, 1);
  EXPECT_EQ(line.minor, 0);
  EXPECT_TRUE(line.uri.Empty());
}

TEST(StartLine, ReasonMayBeMissing) {
  EXPECT_EQ(Lex("RTSP/1.0 200").status, 200);
  EXPECT_EQ(Lex("RTSP/1.0 200 ").status, 200);
}

TEST(StartLine, StatusHasThreeDigits) {
  for (const char* status :
       {"", "2", "20", "099", "000", "1000", "0200", "20x", "-20", "2.0", "70000", "99999999999"})
    EXPECT_TRUE(IsInvalid(std::string("RTSP/1.0 ") + status)) << status;
  EXPECT_EQ(Lex("RTSP/1.0 100 x").status, 100);
  EXPECT_EQ(Lex("RTSP/1.0 999 x").status, 999);
}

TEST(StartLine, RejectsWhatIsNotRtsp) {
  for (const char* line : {"",
                           " ",
                           "GET / HTTP/1.1",
                           "HTTP/1.1 200 OK",
                           "SETUP",
                           "SETUP ",
                           "SETUP rtsp://h/",
                           "SETUP rtsp://h/ ",
                           "SETUP RTSP/1.0",
                           "SETUP rtsp://h/ rtsp/1.0",
                           "SETUP rtsp://h/ RTSP/1.",
                           "SETUP rtsp://h/ RTSP/10.0",
                           "SETUP rtsp://h/ RTSP/1.00",
                           "SETUP rtsp://h/ RTSP/1.0x",
                           "SETUP a b RTSP/1.0",
                           " SETUP * RTSP/1.0",
                           "$ETUP * RTSP/1.0",
                           "SET(UP * RTSP/1.0",
                           "RTSP/1.0",
                           "RTSP/1.0200",
                           "RTSP/10.0 200 OK",
                           "rtsp/1.0 200 OK",
                           "RTSP /1.0 200 OK",
                           "\x16\x03\x01",
                           "v=0"})
    EXPECT_TRUE(IsInvalid(line)) << line;
}

TEST(StartLine, NulIsNeverPartOfAToken) {
  const std::string text = "SETUP rtsp://h/ RTSP/1.0";
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string with_nul = text;
    with_nul[i] = '\0';
    EXPECT_TRUE(IsInvalid(with_nul)) << i;
  }
  EXPECT_TRUE(IsInvalid(text + std::string(1, '\0')));
  EXPECT_TRUE(IsInvalid(std::string("RTSP/1.0 200\0", 13)));
}

TEST(StartLine, NamesAreNeverEmpty) {
  EXPECT_STREQ(Name(Method::kOther), "other");
  EXPECT_STREQ(Name(static_cast<Method>(200)), "other");
}

}  // namespace
}  // namespace rtsp::test
