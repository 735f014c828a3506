// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Lines that are too long for the framer, and searches for a status line that reach their bound.
#include <gtest/gtest.h>

#include <string>

#include "tests/harness/event_log.h"
#include "tests/harness/tailed_framer.h"
#include "tests/harness/text.h"
#include "tests/unit/framer_streams.h"

namespace rtsp::test {
namespace {

// A log of a part of a line does not say which of the two it is.
TEST(Framer, LongLinesAreNotSaidToBeBare) {
  for (const std::size_t size : {limits::kLineBytes, limits::kLineBytes + 1}) {
    std::string line = HeaderLine(size, "Session");
    line[100] = '\n';
    const std::string log = LogOf(Request(line));
    EXPECT_EQ(log.find(" Session bare\n") != std::string::npos, size == limits::kLineBytes) << log;
    EXPECT_EQ(log.find(" Session too_long\n") != std::string::npos, size != limits::kLineBytes) << log;
  }
}

TEST(Framer, StartLinesBeyondTheLineBoundArePartsOnly) {
  for (const std::size_t size : {limits::kLineBytes, limits::kLineBytes + 1, 5000U, limits::kLongLineBytes}) {
    const std::string line = StartLineOfSize(size);
    const bool fits = size <= limits::kLineBytes;
    const std::string log = LogOf(Request("") + line + "CSeq: 1\r\n\r\n");
    EXPECT_EQ(log.find("start off=22 len=1024 request SETUP version 1.0 too_long\n") == std::string::npos,
              fits)
        << log;
    EXPECT_EQ(LastLine(log), "head_end off=" + std::to_string(22 + size + 11) + " body=0");
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1000}, std::size_t{1025}})
      EXPECT_EQ(LogInPieces(Request("") + line + "CSeq: 1\r\n\r\n", piece), log) << piece;
  }
}

TEST(Framer, LongStartLinesTellTheirUrisApart) {
  const auto hash = [](const std::string& line, std::size_t size) {
    TailedFramer framer;
    for (std::size_t at = 0; at < line.size(); at += size) {
      Cursor in = CursorOf(std::string_view(line).substr(at, size));
      const Unit unit = framer.Next(in);
      if (unit.kind == UnitKind::kStartLine) return unit.start.odd_uri;
    }
    ADD_FAILURE() << "no start line";
    return decltype(StartLine::odd_uri){};
  };
  const std::string line = StartLineOfSize(3000);
  for (const std::size_t place : {std::size_t{7}, std::size_t{1500}, std::size_t{2980}}) {
    std::string other = line;
    other[place] = 'x';
    for (const std::size_t size : {std::size_t{1}, std::size_t{999}, line.size()}) {
      EXPECT_EQ(hash(line, size), hash(line, line.size())) << size;
      EXPECT_EQ(hash(other, size), hash(other, line.size())) << size;
    }
    EXPECT_NE(hash(line, 1), hash(other, 1)) << place;
  }
}

TEST(Framer, StartLinesBeyondTheLongBoundAreLost) {
  const std::string line = StartLineOfSize(limits::kLongLineBytes + 1);
  for (const std::string& text : {line, line.substr(0, line.size() - 1), line.substr(0, line.size() - 2)}) {
    // In the shorter ones the byte beyond the bound has not come.
    const bool lost = text.size() > limits::kLongLineBytes;
    for (const std::size_t piece : {std::size_t{1}, std::size_t{1460}, line.size()}) {
      EXPECT_EQ(LogInPieces(text, piece), lost ? "lost not_rtsp\n" : "");
      EXPECT_EQ(LogInPieces(text, piece, Role::kAnswers), lost ? "lost line_too_long\n" : "");
    }
    const std::string log = LogOf(Request("") + text);
    EXPECT_EQ(log.ends_with("lost line_too_long\n"), lost) << log;
  }
}

TEST(Framer, HeaderLinesBeyondTheLineBoundArePartsOnly) {
  for (const std::size_t size : {limits::kLineBytes, limits::kLineBytes + 1, 5000U, limits::kLongLineBytes}) {
    const std::string stream = Request(HeaderLine(size, "Transport") + "CSeq: 1\r\n");
    const std::string log = LogOf(stream);
    const bool fits = size <= limits::kLineBytes;
    EXPECT_EQ(log.find("Transport too_long") == std::string::npos, fits) << log;
    EXPECT_NE(log.find("CSeq"), std::string::npos);
    EXPECT_EQ(LastLine(log), "head_end off=" + std::to_string(stream.size()) + " body=0");
    for (const std::size_t piece : {std::size_t{1}, std::size_t{1024}, std::size_t{1025}, std::size_t{1500}})
      EXPECT_EQ(LogInPieces(stream, piece), log) << piece;
  }
}

TEST(Framer, HeaderLinesBeyondTheLongBoundAreLost) {
  for (const char* name : {"X", "Transport", "CSeq"}) {
    const std::string stream = Request(HeaderLine(limits::kLongLineBytes + 1, name));
    for (const Role role : {Role::kOpener, Role::kAnswers}) {
      const std::string log = LogOf(stream, role);
      EXPECT_EQ(LastLine(log), "lost line_too_long");
      for (const std::size_t piece : {std::size_t{1}, std::size_t{4096}, std::size_t{65537}})
        EXPECT_EQ(LogInPieces(stream, piece, role), log) << piece;
    }
  }
}

TEST(Framer, FoldsCountAgainstTheBound) {
  std::string folded = "X: a\r\n";
  while (folded.size() + 4 <= limits::kLongLineBytes) folded += " b\r\n";
  const std::string fits = Request(folded);
  EXPECT_EQ(LastLine(LogOf(fits)), "head_end off=" + std::to_string(fits.size()) + " body=0");
  const std::string too_long = Request(folded + " bcd\r\n");
  EXPECT_EQ(LastLine(LogOf(too_long)), "lost line_too_long");
  EXPECT_EQ(LogInPieces(too_long, 1), LogOf(too_long));
}

TEST(Framer, ContentLengthBeyondTheLineBoundIsBad) {
  const std::string line = "Content-Length:" + std::string(limits::kLineBytes, ' ') + "5\r\n";
  EXPECT_EQ(LastLine(LogOf(Request(line))), "lost bad_length");
}

// Together with the status line, the searched text has 65536 bytes.
TEST(Framer, SearchesEndAtTheBound) {
  const std::string status = "RTSP/1.0 200 OK\r\n";
  for (const std::string& filler :
       {std::string("\n"), std::string("ab\n"), std::string(65536, 'x'), std::string("\x01")}) {
    for (const std::size_t more : {0U, 1U}) {
      const std::size_t room = limits::kLongLineBytes - status.size() + more;
      std::string text;
      while (text.size() < room) text += filler.substr(0, room - text.size());
      text.back() = '\n';
      const std::string stream = text.insert(0, "v=0\n").append(status).append("\r\n");
      const std::string log = LogOf(stream, Role::kAnswers);
      EXPECT_EQ(LastLine(log),
                more != 0 ? "lost no_start" : "head_end off=" + std::to_string(stream.size()) + " body=0");
      for (const std::size_t piece : {std::size_t{1}, std::size_t{1460}})
        EXPECT_EQ(LogInPieces(stream, piece, Role::kAnswers), log) << piece;
    }
  }
}

}  // namespace
}  // namespace rtsp::test
