// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "rtsp/framer.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/harness/event_log.h"
#include "tests/harness/names.h"
#include "tests/harness/tailed_framer.h"
#include "tests/harness/text.h"
#include "tests/reference/framing.h"
#include "tests/unit/framer_streams.h"

namespace rtsp::test {
namespace {

// A message with a fold, a body and a frame, a response, a message with bare bytes in it; cut in a frame.
constexpr char kStreamBytes[] =
    "\r\n\nSETUP rtsp://h/1 RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP;unicast;\r\n\tclient_port=4588-4589\r\n"
    "Content-Length: 5\r\n\r\nab\r\nc$\x01\x00\x03xyzRTSP/1.0 200 OK\r\n\r\nOPTIONS * RTSP/1.0\r\nA:\n "
    "b\r\n\n\r\r\n\r\n$\x02";
constexpr std::string_view kStream(kStreamBytes, sizeof(kStreamBytes) - 1);

// The same with LF, except one line end.
constexpr std::string_view kLineFeedStream =
    "\nSETUP a b  RTSP/1.0\nCSeq: 1\r\nSession: a\n b\r\n c\rd\n\n\r\nRTSP/1.0 200 OK\r\nX: y\n\r\n\r\n";

// Replies: a frame, text behind a body, a length in doubt, an odd byte.
constexpr char kAnswersBytes[] =
    "$\x01\x00\x01xRTSP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nabcd\r\n \x80HTTP/1.0 501 x\r\nRTSP/1.0 200 "
    "OK\n\r\n"
    "RTSP/1.0 404 x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx\r\nRTSP/1.0 200 "
    "OK\r\n\r\n\x01RTSP/1.0 200 "
    "OK\r\n\r\n$\x01\x00\x01x";
constexpr std::string_view kAnswers(kAnswersBytes, sizeof(kAnswersBytes) - 1);

// Returns every text of up to `longest` bytes out of `alphabet`.
std::vector<std::string> TextsOf(std::string_view alphabet, std::size_t longest) {
  std::vector<std::string> texts = {""};
  for (std::size_t i = 0; i < texts.size() && texts[i].size() < longest; ++i)
    for (const char c : alphabet) texts.push_back(texts[i] + c);
  return texts;
}

void ExpectCutsChangeNoUnit(std::string_view stream, Role role) {
  const std::string whole = LogOf(stream, role);
  for (std::size_t size = 1; size < stream.size(); ++size)
    ASSERT_EQ(LogInPieces(stream, size, role), whole) << size;
  for (std::size_t first = 0; first <= stream.size(); ++first) {
    for (std::size_t second = first; second <= stream.size(); ++second) {
      EventLog log(role);
      log.Feed(stream.substr(0, first));
      log.Feed(stream.substr(first, second - first));
      log.Feed(stream.substr(second));
      ASSERT_EQ(log.Text(), whole) << first << ' ' << second;
    }
  }
}

TEST(Framer, Law1CutsChangeNoUnit) {
  for (const std::string_view stream : {kStream, kLineFeedStream, kAnswers}) {
    ExpectCutsChangeNoUnit(stream, Role::kOpener);
    ExpectCutsChangeNoUnit(stream, Role::kAnswers);
  }
}

// The other side's first start line may come at any byte of this one.
TEST(Framer, Law1WhenTheSideBeginsToAnswerCountsByTheByte) {
  for (const std::string_view stream : {kStream, kLineFeedStream, kAnswers}) {
    ExpectAsReference(stream, std::nullopt);
    for (std::size_t from = 0; from <= stream.size(); ++from) ExpectAsReference(stream, from);
  }
}

TEST(Framer, Law2OffsetsNeverGoBack) {
  for (std::size_t size = 1; size <= kStream.size(); ++size) {
    TailedFramer framer;
    std::uint32_t end = 0;
    for (std::size_t at = 0; at < kStream.size(); at += size) {
      Cursor in = CursorOf(kStream.substr(at, size));
      for (Unit unit = framer.Next(in); unit.kind != UnitKind::kNeedMore; unit = framer.Next(in)) {
        ASSERT_NE(unit.kind, UnitKind::kLost);
        EXPECT_GE(unit.offset, end);
        end = unit.offset + unit.line.Size();
        if (unit.kind == UnitKind::kInterleaved) end += 4;
        if (unit.kind == UnitKind::kInterleaved || unit.kind == UnitKind::kHeadEnd) end += unit.length;
      }
      EXPECT_TRUE(in.AtEnd());
    }
  }
}

// The framer skips a body without reading it: here the body has no memory behind it.
TEST(Framer, Law3BodiesAreNotRead) {
  constexpr std::uint32_t kSize = 0x0fff'ffff;
  const std::string head = Request("Content-Length: 268435455\r\n");
  TailedFramer framer;
  Cursor in = CursorOf(head);
  Unit unit = framer.Next(in);
  while (unit.kind != UnitKind::kHeadEnd) unit = framer.Next(in);
  EXPECT_EQ(unit.length, kSize);
  EXPECT_EQ(framer.SkipLeft(), kSize);
  Cursor body(nullptr, kSize);
  EXPECT_EQ(framer.Next(body).kind, UnitKind::kNeedMore);
  EXPECT_TRUE(body.AtEnd());
  EXPECT_TRUE(framer.Idle());
}

TEST(Framer, Law3FramePayloadIsNotRead) {
  const std::string head = Request("") + std::string("$\x07\xff\xff", 4);
  TailedFramer framer;
  Cursor in = CursorOf(head);
  Unit unit = framer.Next(in);
  while (unit.kind != UnitKind::kInterleaved) unit = framer.Next(in);
  EXPECT_EQ(unit.channel, 7);
  EXPECT_EQ(unit.length, 65535U);
  EXPECT_EQ(framer.Next(in).kind, UnitKind::kNeedMore);
  EXPECT_EQ(framer.SkipLeft(), 65535U);
  framer.Skip(65530);
  framer.Skip(100);  // No more than there is.
  EXPECT_EQ(framer.SkipLeft(), 0U);
  Cursor next = CursorOf("OPTIONS * RTSP/1.0\r\n");
  EXPECT_EQ(framer.Next(next).offset, head.size() + 65535);
}

TEST(Framer, Law4LostIsFinal) {
  for (const char* start : {"GET / HTTP/1.1\r\n", "\x16\x03\x01", "$"}) {
    TailedFramer framer;
    Cursor in = CursorOf(start);
    Unit unit = framer.Next(in);
    if (unit.kind == UnitKind::kNeedMore) {
      Cursor more = CursorOf("\r\n");
      unit = framer.Next(more);
    }
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(unit.kind, UnitKind::kLost);
      EXPECT_EQ(unit.reason, LostReason::kNotRtsp);
      Cursor again = CursorOf("OPTIONS * RTSP/1.0\r\n\r\n");
      unit = framer.Next(again);
    }
    EXPECT_FALSE(framer.Started());
    EXPECT_FALSE(framer.Idle());
  }
}

TEST(Framer, Law4AnsweringFindsNothingThatIsLost) {
  TailedFramer framer;
  Cursor in = CursorOf("GET / HTTP/1.1\r\n");
  EXPECT_EQ(framer.Next(in).kind, UnitKind::kLost);
  framer.ReadAnswers();
  Cursor again = CursorOf("RTSP/1.0 200 OK\r\n\r\n");
  EXPECT_EQ(framer.Next(again).reason, LostReason::kNotRtsp);
  EXPECT_FALSE(framer.Gap());
}

// `text`, with `ends` in the place of each @.
std::string Fill(std::string_view text, const std::string& ends) {
  std::string filled;
  for (const char c : text) {
    if (c == '@')
      filled += ends;
    else
      filled += c;
  }
  return filled;
}

void ExpectReadAlike(const std::string& stream, std::optional<std::size_t> answers_from) {
  ExpectAsReference(stream, answers_from);
  ASSERT_TRUE(reference::AreReadAlike(stream, reference::ReadUnits(stream, answers_from)))
      << testing::PrintToString(stream);
}

// Text that a reader of CR LF alone takes for a part of a line, with every mixture of line ends and blanks around it.
TEST(Framer, Law5NoByteOfTextBeginsALine) {
  for (const std::string& ends : TextsOf("\r\n a", 5)) {
    for (const char* text : {"Session: x@", "@", "CSeq: 5@Session: 6",
                             "Session: x@SETUP rtsp://h/1 RTSP/1.0\nCSeq: 7\nContent-Length: 9\n@", "\r\n@",
                             "\r\nRTSP/1.0 200@OK", "\r\nOPTIONS@* RTSP/1.0"}) {
      std::string stream = "OPTIONS * RTSP/1.0\r\n";
      stream += Fill(text, ends);
      stream += "\r\nCSeq: 1\r\n\r\nRTSP/1.0 200 OK\r\n\r\n";
      ExpectReadAlike(stream, std::nullopt);
      ExpectReadAlike(stream, 0);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

// A direction whose first line ends in a lone LF has lines that end in LF.
TEST(Framer, LinesMayEndInLineFeedWhereTheFirstOneDoes) {
  for (const std::string& ends : TextsOf("\r\n a", 5)) {
    for (const char* text : {"OPTIONS * RTSP/1.0\nCSeq: 1@Session: 6\n\n", "OPTIONS * RTSP/1.0\n@X: y\n\r\n",
                             "OPTIONS * RTSP/1.0@X: y\n\nOPTIONS * RTSP/1.0\r\nX: y\n\r\n"}) {
      ExpectReadAlike(Fill(text, ends), std::nullopt);
      ExpectReadAlike(Fill(text, ends), 0);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(Framer, BareBytesAreSaidAndDoNotEndALine) {
  for (const char* value :
       {"a\nb", "a\n", "\n", "a\rb", "a\r", "\r", "a\r\n b\n", "a\r\r\n b", "a\n b", "a\n\r"}) {
    const std::string stream = Request("Session:" + std::string(value) + "\r\nCSeq: 3\r\n");
    const std::string log = LogOf(stream);
    EXPECT_NE(log.find(" Session bare\n"), std::string::npos) << log;
    EXPECT_NE(log.find(" CSeq\n"), std::string::npos) << log;
    EXPECT_EQ(LastLine(log), "head_end off=" + std::to_string(stream.size()) + " body=0");
  }
  for (const char* value : {"a", "a\r\n b", "a\r\n\tb\r\n ", ""})
    EXPECT_EQ(LogOf(Request("Session:" + std::string(value) + "\r\n")).find("bare"), std::string::npos)
        << value;
}

TEST(Framer, TheFirstStartLineSaysHowThoseBehindItEnd) {
  const std::string crlf = Request("");
  const std::string line_feed = "OPTIONS * RTSP/1.0\n\n";
  EXPECT_EQ(LastLine(LogOf(crlf + line_feed)), "lost no_start");
  EXPECT_EQ(LastLine(LogOf(line_feed + crlf + line_feed)), "head_end off=62 body=0");
  EXPECT_EQ(LastLine(LogOf(crlf + line_feed, Role::kAnswers)), "gap off=22 no_start");
  EXPECT_EQ(LastLine(LogOf("x\nRTSP/1.0 200 OK\n\n", Role::kAnswers)), "head_end off=19 body=0");
}

TEST(Framer, TellsWhetherItIsBetweenMessages) {
  TailedFramer framer;
  EXPECT_TRUE(framer.Idle());
  EXPECT_FALSE(framer.Started());
  for (const char byte : std::string("OPTIONS * RTSP/1.0\r\nContent-Length: 1\r\n\r\n")) {
    Cursor in = CursorOf(std::string_view(&byte, 1));
    while (framer.Next(in).kind != UnitKind::kNeedMore) EXPECT_TRUE(framer.Started());
    EXPECT_FALSE(framer.Idle());
  }
  Cursor body = CursorOf("x\r\n");
  EXPECT_EQ(framer.Next(body).kind, UnitKind::kNeedMore);
  EXPECT_TRUE(framer.Idle());
}

TEST(Framer, LinesInOnePieceAreNotHeld) {
  const std::string stream = Request("CSeq: 1\r\n");
  TailedFramer framer;
  Cursor in = CursorOf(stream);
  for (Unit unit = framer.Next(in); unit.kind != UnitKind::kNeedMore; unit = framer.Next(in))
    EXPECT_FALSE(unit.held);
  TailedFramer cut;
  Cursor first = CursorOf("OPT");
  Cursor second = CursorOf("IONS * RTSP/1.0\r\n");
  EXPECT_EQ(cut.Next(first).kind, UnitKind::kNeedMore);
  const Unit unit = cut.Next(second);
  EXPECT_TRUE(unit.held);
  EXPECT_EQ(TextOf(unit.line), "OPTIONS * RTSP/1.0");
  EXPECT_EQ(unit.offset, 0U);
}

// Returns the units of `stream`, read in pieces of `size` bytes, as kind, offset, name and line.
template <typename Read>
std::string UnitsInPieces(std::string_view stream, std::size_t size, Read next) {
  TailedFramer framer;
  std::string text;
  for (std::size_t at = 0; at < stream.size(); at += size) {
    Cursor in = CursorOf(stream.substr(at, size));
    for (Unit unit = next(framer, in); unit.kind != UnitKind::kNeedMore; unit = next(framer, in)) {
      const bool is_header = unit.kind == UnitKind::kHeader;
      if (is_header && unit.header.name == HeaderName::kOther) continue;
      text += std::to_string(static_cast<int>(unit.kind)) + ' ' + std::to_string(unit.offset) + ' ';
      if (is_header) text += Name(unit.header.name) + (' ' + std::to_string(unit.header.value)) + ' ';
      if (unit.kind == UnitKind::kStartLine) text += Name(unit.start.method);
      if (unit.kind == UnitKind::kHeadEnd) text += std::to_string(unit.length);
      text += TextOf(unit.line) + (unit.held ? " held\n" : "\n");
      if (unit.kind == UnitKind::kLost) return text;
    }
  }
  return text;
}

TEST(Framer, NamedLinesAreAllButOtherLines) {
  const std::string stream = Request("A: 1\r\nCSeq: 2\r\nB: 3\r\nC: 4\r\n") + std::string(kStream);
  const std::string wide = HeaderLine(limits::kLineBytes + 1) + HeaderLine(4096) + "Session: 5\r\n";
  for (const std::string& text : {std::string(kStream) + "\x01..", Request(wide) + stream}) {
    for (std::size_t size = 1; size <= text.size(); ++size) {
      const auto named = [](TailedFramer& framer, Cursor& in) {
        const Unit unit = framer.NextNamed(in);
        EXPECT_FALSE(unit.kind == UnitKind::kHeader && unit.header.name == HeaderName::kOther);
        return unit;
      };
      ASSERT_EQ(UnitsInPieces(text, size, named),
                UnitsInPieces(text, size, [](TailedFramer& framer, Cursor& in) { return framer.Next(in); }))
          << size;
    }
  }
}

TEST(Framer, ContentLengthWithABareByteIsBad) {
  for (const char* line : {"Content-Length: 5\n\r\n", "Content-Length:\n5\r\n", "Content-Length: \r5\r\n",
                           "Content-Length: 5\r\nContent-Length: 5\n\r\n", "Content-Length: 5\n 5\r\n"})
    EXPECT_EQ(LastLine(LogOf(Request(line))), "lost bad_length") << line;
}

TEST(Framer, FramesOfEveryKindInEveryCut) {
  for (const std::size_t payload : {std::size_t{0}, std::size_t{1}, std::size_t{65535}}) {
    std::string stream = Request("");
    const std::string offset = std::to_string(stream.size());
    stream += "$";
    stream += '\xff';
    stream += static_cast<char>(payload >> 8U);
    stream += static_cast<char>(payload & 255U);
    stream.append(payload, '$');
    stream += "RTSP/1.0 200 OK\r\n\r\n";
    const std::string log = LogOf(stream);
    EXPECT_NE(
        log.find("interleaved off=" + offset + " channel=255 payload=" + std::to_string(payload) + "\n"),
        std::string::npos);
    EXPECT_EQ(LastLine(log), "head_end off=" + std::to_string(stream.size()) + " body=0");
    for (std::size_t cut = 0; cut < 30; ++cut) {
      EventLog pieces;
      pieces.Feed(std::string_view(stream).substr(0, cut));
      pieces.Feed(std::string_view(stream).substr(cut));
      ASSERT_EQ(pieces.Text(), log) << cut;
    }
    EXPECT_EQ(LogInPieces(stream, 1), log);
  }
}

TEST(Framer, OffsetsWrapWithTheStream) {
  TailedFramer framer;
  std::uint64_t size = 0;
  const std::string message = Request("Content-Length: 268435455\r\n");
  for (int i = 0; i < 20; ++i) {
    Cursor in = CursorOf(message);
    const Unit start = framer.Next(in);
    ASSERT_EQ(start.kind, UnitKind::kStartLine);
    EXPECT_EQ(start.offset, static_cast<std::uint32_t>(size));
    while (framer.Next(in).kind != UnitKind::kNeedMore) continue;
    size += message.size() + framer.SkipLeft();
    framer.Skip(framer.SkipLeft());
  }
}

}  // namespace
}  // namespace rtsp::test
