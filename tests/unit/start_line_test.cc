// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "rtsp/start_line.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/harness/names.h"
#include "tests/harness/text.h"
#include "tests/reference/lines.h"

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

TEST(StartLine, UriIsAllUpToTheLastVersion) {
  for (const char* uri : {"a b", "a \t b", "rtsp://192.0.2.51:554/? src=1&fe=1", "RTSP/1.0", "a RTSP/1.0",
                          "a RTSP/2.0 b", "RTSP/1.0 RTSP/2.0", "a RTSP/1.0x", "\x7f", "\xff \x80"}) {
    for (const char* blanks : {" ", "\t", " \t  "}) {
      const std::string text = std::string("PLAY") + blanks + uri + blanks + "RTSP/1.0" + blanks;
      const StartLine line = Lex(text);
      EXPECT_EQ(line.kind, StartKind::kRequest) << text;
      EXPECT_EQ(TextOf(text, line.uri), uri) << text;
      EXPECT_EQ(line.method, Method::kPlay) << text;
      EXPECT_EQ(line.major, 1) << text;
    }
  }
}

TEST(StartLine, UriMayBeEmpty) {
  for (const char* text : {"SETUP RTSP/1.0", "SETUP  RTSP/1.0", "SETUP \t RTSP/1.0 ", "SETUP\tRTSP/1.0"}) {
    const StartLine line = Lex(text);
    EXPECT_EQ(line.kind, StartKind::kRequest) << text;
    EXPECT_EQ(line.method, Method::kSetup) << text;
    EXPECT_TRUE(line.uri.Empty()) << text;
    EXPECT_EQ(line.major, 1) << text;
  }
}

TEST(StartLine, UriHoldsNoControlBytesButBlanks) {
  for (int byte = 0; byte < 256; ++byte) {
    const bool valid = byte >= ' ' || byte == '\t';
    for (std::string text :
         {"SETUP a.b RTSP/1.0", "SETUP a . b RTSP/1.0", "SETUP . RTSP/1.0", "SETUP . a RTSP/1.0"}) {
      text[text.find('.')] = static_cast<char>(byte);
      EXPECT_EQ(IsInvalid(text), !valid) << byte << ' ' << text;
    }
  }
}

// Lines of a few words, with all kinds of blanks between them.
std::vector<std::string> ManyLines() {
  std::vector<std::string> lines = {"SETUP", "RTSP/1.0", "x"};
  for (std::size_t i = 0; i < lines.size() && lines.size() < 20000; ++i)
    for (const char* more : {" ", "\t", "a", "RTSP/2.0", "200", "\r", "HTTP/1.1"})
      lines.push_back(lines[i] + more);
  return lines;
}

TEST(StartLine, IsReadAsTheReferenceReadsIt) {
  for (const std::string& text : ManyLines()) {
    const StartLine line = Lex(text);
    const reference::StartLine expected = reference::ReadStartLine(text);
    ASSERT_EQ(line.kind == StartKind::kRequest, expected.request) << text;
    ASSERT_EQ(line.kind == StartKind::kResponse, expected.response) << text;
    if (line.kind == StartKind::kInvalid) continue;
    ASSERT_EQ(TextOf(text, line.uri), expected.uri.In(text)) << text;
    ASSERT_EQ(line.major, expected.major) << text;
    ASSERT_EQ(line.status, expected.status) << text;
  }
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
                           "SETUPRTSP/1.0",
                           "SETUP rtsp://h/;RTSP/1.0",
                           "SETUP rtsp://h/ RTSP/1.0 x",
                           "GET /x RTSP/1.0 HTTP/1.1",
                           "SETUP rtsp://h/ rtsp/1.0",
                           "SETUP rtsp://h/ RTSP/1.",
                           "SETUP rtsp://h/ RTSP/10.0",
                           "SETUP rtsp://h/ RTSP/1.00",
                           "SETUP rtsp://h/ RTSP/1.0x",
                           "RTSP/1.0 a RTSP/1.0",
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

StartLine LexByteByByte(const std::string& line, const std::string& end) {
  LongStartLine reader;
  reader.Begin();
  for (const char byte : line + end) reader.Put(static_cast<std::uint8_t>(byte));
  return reader.Finish();
}

TEST(LongStartLine, Law1GivesWhatIsGivenOfTheWholeLine) {
  for (const std::string& text : ManyLines()) {
    const StartLine whole = Lex(text);
    for (const char* end : {"\n", "\r\n"}) {
      // A CR in front of the LF belongs to the line end.
      const bool has_return = !text.empty() && text.back() == '\r' && std::string_view(end) == "\n";
      if (has_return) continue;
      {
        const StartLine line = LexByteByByte(text, end);
        ASSERT_EQ(line.kind, whole.kind) << text;
        if (line.kind == StartKind::kInvalid) continue;
        ASSERT_EQ(line.method, whole.method) << text;
        ASSERT_EQ(line.status, whole.status) << text;
        ASSERT_EQ(line.major, whole.major) << text;
        ASSERT_EQ(line.minor, whole.minor) << text;
        ASSERT_TRUE(line.uri.Empty()) << text;
        if (whole.kind == StartKind::kResponse) continue;
        const std::string uri = TextOf(text, whole.uri);
        ASSERT_EQ(line.odd_uri, HashUri(CursorOf(uri))) << text;
      }
    }
  }
}

TEST(LongStartLine, Law1MethodsAreBounded) {
  for (const std::size_t size : {LongStartLine::kMethodBytes, LongStartLine::kMethodBytes + 1}) {
    const std::string line = std::string(size, 'M') + " rtsp://h/ RTSP/1.0";
    EXPECT_EQ(Lex(line).kind, StartKind::kRequest);
    EXPECT_EQ(LexByteByByte(line, "\r\n").kind == StartKind::kRequest, size == LongStartLine::kMethodBytes);
  }
}

TEST(StartLine, NamesAreNeverEmpty) {
  EXPECT_STREQ(Name(Method::kOther), "other");
  EXPECT_STREQ(Name(static_cast<Method>(200)), "other");
}

}  // namespace
}  // namespace rtsp::test
