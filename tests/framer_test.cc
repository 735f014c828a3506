// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "rtsp/framer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/event_log.h"
#include "tests/text.h"

namespace rtsp::test {
namespace {

// The log of `stream` cut into pieces of `size` bytes.
std::string LogInPieces(std::string_view stream, std::size_t size) {
  EventLog log;
  for (std::size_t at = 0; at < stream.size(); at += size) log.Feed(stream.substr(at, size));
  return log.Text();
}

std::string LastLine(const std::string& log) {
  if (log.empty()) return {};
  const std::size_t start = log.rfind('\n', log.size() - 2);
  return log.substr(start == std::string::npos ? 0 : start + 1,
                    log.size() - (start == std::string::npos ? 0 : start + 1) - 1);
}

std::string Request(std::string_view headers) {
  return "OPTIONS * RTSP/1.0\r\n" + std::string(headers) + "\r\n";
}

// A header line of exactly `size` bytes, line end included.
std::string HeaderLine(std::size_t size, std::string_view name = "X") {
  std::string line(name);
  line += ":";
  line.append(size - line.size() - 2, 'v');
  return line + "\r\n";
}

// A message with a fold, a body and a frame, a response, and a message with bare LF; cut in a frame.
constexpr char kStreamBytes[] =
    "\r\n\nSETUP rtsp://h/1 RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP;unicast;\r\n\tclient_port=4588-4589\r\n"
    "Content-Length: 5\n\nab\r\nc$\x01\x00\x03xyzRTSP/1.0 200 OK\r\n\r\nOPTIONS * RTSP/1.0\nA:\n "
    "b\n\r\n$\x02";
constexpr std::string_view kStream(kStreamBytes, sizeof(kStreamBytes) - 1);

TEST(Framer, Law1CutsChangeNoUnit) {
  const std::string_view stream = kStream;
  const std::string whole = LogOf(stream);
  for (std::size_t size = 1; size < stream.size(); ++size)
    ASSERT_EQ(LogInPieces(stream, size), whole) << size;
  for (std::size_t first = 0; first <= stream.size(); ++first) {
    for (std::size_t second = first; second <= stream.size(); ++second) {
      EventLog log;
      log.Feed(stream.substr(0, first));
      log.Feed(stream.substr(first, second - first));
      log.Feed(stream.substr(second));
      ASSERT_EQ(log.Text(), whole) << first << ' ' << second;
    }
  }
}

TEST(Framer, Law2OffsetsNeverGoBack) {
  for (std::size_t size = 1; size <= kStream.size(); ++size) {
    Framer framer;
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

// A body is passed over without being read: here there is no memory behind it.
TEST(Framer, Law3BodiesAreNotRead) {
  constexpr std::uint32_t kSize = 0x0fff'ffff;
  const std::string head = Request("Content-Length: 268435455\r\n");
  Framer framer;
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
  Framer framer;
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
    Framer framer;
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

TEST(Framer, TellsWhetherItIsBetweenMessages) {
  Framer framer;
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
  Framer framer;
  Cursor in = CursorOf(stream);
  for (Unit unit = framer.Next(in); unit.kind != UnitKind::kNeedMore; unit = framer.Next(in))
    EXPECT_FALSE(unit.held);
  Framer cut;
  Cursor first = CursorOf("OPT");
  Cursor second = CursorOf("IONS * RTSP/1.0\r\n");
  EXPECT_EQ(cut.Next(first).kind, UnitKind::kNeedMore);
  const Unit unit = cut.Next(second);
  EXPECT_TRUE(unit.held);
  EXPECT_EQ(TextOf(unit.line), "OPTIONS * RTSP/1.0");
  EXPECT_EQ(unit.offset, 0U);
}

// The units of `stream` in pieces of `size` bytes, as kind, offset, name and line.
template <typename Read>
std::string UnitsInPieces(std::string_view stream, std::size_t size, Read next) {
  Framer framer;
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
    }
  }
  return text;
}

// One Unit is used for all, so that nothing of the unit before must shine through.
TEST(Framer, NextOfInterestGivesAllButOtherLines) {
  const std::string stream = Request("A: 1\r\nCSeq: 2\r\nB: 3\r\nC: 4\r\n") + std::string(kStream);
  const std::string wide = HeaderLine(kLineBytes + 1) + HeaderLine(kHeaderLineBytes) + "Session: 5\r\n";
  for (const std::string& text : {std::string(kStream) + "\x01..", Request(wide) + stream}) {
    for (std::size_t size = 1; size <= text.size(); ++size) {
      Unit unit;
      const auto of_interest = [&unit](Framer& framer, Cursor& in) {
        framer.NextOfInterest(in, unit);
        EXPECT_FALSE(unit.kind == UnitKind::kHeader && unit.header.name == HeaderName::kOther);
        return unit;
      };
      ASSERT_EQ(UnitsInPieces(text, size, of_interest),
                UnitsInPieces(text, size, [](Framer& framer, Cursor& in) { return framer.Next(in); }))
          << size;
    }
  }
}

TEST(Framer, StartLinesEndAtTheBound) {
  const std::string frame = "OPTIONS  RTSP/1.0\r\n";
  for (const std::size_t size : {kLineBytes - 1, kLineBytes, kLineBytes + 1}) {
    std::string line = frame;
    line.insert(8, size - frame.size(), 'u');
    ASSERT_EQ(line.size(), size);
    const bool fits = size <= kLineBytes;
    EXPECT_EQ(LogOf(line).starts_with("start off=0 "), fits);
    EXPECT_EQ(LogOf(line + "\r\n" + line).ends_with("lost line_too_long\n"), false);
    const std::string later = LogOf(Request("") + line);
    EXPECT_EQ(later.ends_with("lost line_too_long\n"), !fits) << later;
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1000}})
      EXPECT_EQ(LogInPieces(Request("") + line, piece), later) << piece;
  }
}

TEST(Framer, HeaderLinesBeyondTheLineBoundArePartsOnly) {
  for (const std::size_t size : {kLineBytes, kLineBytes + 1, kHeaderLineBytes}) {
    const std::string stream = Request(HeaderLine(size, "Transport") + "CSeq: 1\r\n");
    const std::string log = LogOf(stream);
    const bool fits = size <= kLineBytes;
    EXPECT_EQ(log.find("Transport too_long") == std::string::npos, fits) << log;
    EXPECT_NE(log.find("CSeq"), std::string::npos);
    EXPECT_EQ(LastLine(log), "head_end off=" + std::to_string(stream.size()) + " body=0");
    for (const std::size_t piece : {std::size_t{1}, std::size_t{1024}, std::size_t{1025}, std::size_t{1500}})
      EXPECT_EQ(LogInPieces(stream, piece), log) << piece;
  }
}

TEST(Framer, HeaderLinesBeyondTheHeaderBoundAreLost) {
  for (const char* name : {"X", "Transport", "CSeq"}) {
    const std::string stream = Request(HeaderLine(kHeaderLineBytes + 1, name));
    const std::string log = LogOf(stream);
    EXPECT_EQ(LastLine(log), "lost line_too_long");
    for (const std::size_t piece : {std::size_t{1}, std::size_t{4096}, std::size_t{4097}})
      EXPECT_EQ(LogInPieces(stream, piece), log) << piece;
  }
}

TEST(Framer, FoldsCountAgainstTheBound) {
  std::string folded = "X: a\r\n";
  while (folded.size() + 4 <= kHeaderLineBytes) folded += " b\r\n";
  const std::string fits = Request(folded);
  EXPECT_EQ(LastLine(LogOf(fits)), "head_end off=" + std::to_string(fits.size()) + " body=0");
  const std::string too_long = Request(folded + " bcd\r\n");
  EXPECT_EQ(LastLine(LogOf(too_long)), "lost line_too_long");
  EXPECT_EQ(LogInPieces(too_long, 1), LogOf(too_long));
}

TEST(Framer, ContentLengthBeyondTheLineBoundIsBad) {
  const std::string line = "Content-Length:" + std::string(kLineBytes, ' ') + "5\r\n";
  EXPECT_EQ(LastLine(LogOf(Request(line))), "lost bad_length");
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
  Framer framer;
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
