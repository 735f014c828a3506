// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "rtsp/start_line.h"

namespace rtsp {
namespace {

/*!re2c
  re2c:flags:nested-ifs = 1;
  re2c:api = custom;
  re2c:api:style = free-form;
  re2c:define:YYCTYPE = "std::uint8_t";
  re2c:define:YYPEEK = "in.Peek()";
  re2c:define:YYSKIP = "in.Skip();";
  re2c:define:YYBACKUP = "backup = in.Position();";
  re2c:define:YYRESTORE = "in.Seek(backup);";
  re2c:yyfill:enable = 0;

  version = "RTSP/" [0-9] "." [0-9];
  token = [!#%&'*+.0-9A-Z^_`a-z|~-]+;
*/

enum class First : std::uint8_t { kInvalid, kRequest, kResponse };

// Lexes a method that has a name, or a version; perhaps as the front of something longer.
[[gnu::always_inline]] inline First LexKnownFirst(Cursor& in, Method& method) {
  [[maybe_unused]] std::uint32_t backup = 0;
  /*!re2c
    version         { return First::kResponse; }
    "ANNOUNCE"      { method = Method::kAnnounce; return First::kRequest; }
    "DESCRIBE"      { method = Method::kDescribe; return First::kRequest; }
    "GET_PARAMETER" { method = Method::kGetParameter; return First::kRequest; }
    "OPTIONS"       { method = Method::kOptions; return First::kRequest; }
    "PAUSE"         { method = Method::kPause; return First::kRequest; }
    "PLAY"          { method = Method::kPlay; return First::kRequest; }
    "PLAY_NOTIFY"   { method = Method::kPlayNotify; return First::kRequest; }
    "RECORD"        { method = Method::kRecord; return First::kRequest; }
    "REDIRECT"      { method = Method::kRedirect; return First::kRequest; }
    "SETUP"         { method = Method::kSetup; return First::kRequest; }
    "SET_PARAMETER" { method = Method::kSetParameter; return First::kRequest; }
    "TEARDOWN"      { method = Method::kTeardown; return First::kRequest; }
    *               { return First::kInvalid; }
  */
}

// Lexes any method; returns where it ends, or where it should begin if there is none.
[[gnu::noinline]] std::uint32_t EndOfMethod(const Cursor& from) {
  Cursor in = from;
  [[maybe_unused]] std::uint32_t backup = 0;
  const std::uint32_t start = in.Position();
  /*!re2c
    token { return in.Position(); }
    *     { return start; }
  */
}

[[gnu::always_inline]] inline bool LexVersion(Cursor in) {
  [[maybe_unused]] std::uint32_t backup = 0;
  /*!re2c
    version { return true; }
    *       { return false; }
  */
}

constexpr std::uint32_t kVersionBytes = 8;
constexpr std::uint32_t kFirstBytes = 13;  // The longest method that has a name.

// Moves past blanks; returns false if there are none. Mostly there is one space.
[[gnu::always_inline]] inline bool LexBlanks(Cursor& in) {
  const std::uint32_t start = in.Position();
  if (in.Peek() == ' ') {
    in.Skip();
    if (in.Peek() > ' ') return true;
  }
  in.Seek(BehindBlanks(Cursor(in)));
  return in.Position() != start;
}

// Moves past the method or the version and the blanks behind it. What is known comes first and apart: its
// lexer need not tell other tokens from what is no token.
[[gnu::always_inline]] inline First LexFirst(Cursor& in, Method& method) {
  // What matters most comes first.
  Cursor scan = in;
  if (scan.Take("SETUP ") && scan.Peek() > ' ') {
    in.Seek(scan.Position());
    method = Method::kSetup;
    return First::kRequest;
  }
  scan.Seek(in.Position());
  First first = LexAhead<kFirstBytes>(
      scan, [&method](Cursor& ahead) __attribute__((always_inline)) { return LexKnownFirst(ahead, method); });
  if (first == First::kInvalid || !LexBlanks(scan)) {
    method = Method::kOther;
    scan.Seek(EndOfMethod(Cursor(in)));
    first = scan.Position() != in.Position() && LexBlanks(scan) ? First::kRequest : First::kInvalid;
  }
  in.Seek(scan.Position());
  return first;
}

std::uint8_t Digit(const Cursor& in, std::uint32_t index) {
  return static_cast<std::uint8_t>(in.At(index) - '0');
}

[[gnu::always_inline]] inline bool LexResponse(Cursor& in, StartLine& line) {
  line.major = Digit(in, 5);
  line.minor = Digit(in, 7);
  const Number status = ReadNumber(in, 999);
  line.status = static_cast<std::uint16_t>(status.value);
  return status.valid && status.field.length == 3 && status.value >= 100;
}

[[gnu::always_inline]] inline bool LexRequest(Cursor& in, StartLine& line) {
  const std::uint32_t uri = in.Position();
  in.Seek(in.FindControl());
  line.uri = {static_cast<std::uint16_t>(uri), static_cast<std::uint16_t>(in.Position() - uri)};
  if (line.uri.Empty()) return false;
  if (in.Take(" RTSP/1.0")) {
    line.major = 1;
  } else {
    if (!LexBlanks(in)) return false;
    const Cursor version = in.Window<kVersionBytes>();
    if (!LexVersion(version)) return false;
    line.major = Digit(version, 5);
    line.minor = Digit(version, 7);
    in.Seek(in.Position() + kVersionBytes);
  }
  if (IsBlank(in.Peek())) in.Seek(BehindBlanks(Cursor(in)));
  return true;
}

}  // namespace

bool LexStart(Cursor& in, StartLine& line) {
  line = {};
  switch (LexFirst(in, line.method)) {
    case First::kRequest: line.kind = StartKind::kRequest; return LexRequest(in, line);
    case First::kResponse: line.kind = StartKind::kResponse; return LexResponse(in, line);
    case First::kInvalid: break;
  }
  return false;
}

StartLine LexStartLine(Cursor in) {
  StartLine line;
  if (!LexStart(in, line)) return {};
  const bool may_go_on = line.kind == StartKind::kResponse && IsBlank(in.Peek());
  return in.AtEnd() || may_go_on ? line : StartLine();
}

const char* Name(Method method) {
  switch (method) {
    case Method::kAnnounce: return "ANNOUNCE";
    case Method::kDescribe: return "DESCRIBE";
    case Method::kGetParameter: return "GET_PARAMETER";
    case Method::kOptions: return "OPTIONS";
    case Method::kPause: return "PAUSE";
    case Method::kPlay: return "PLAY";
    case Method::kPlayNotify: return "PLAY_NOTIFY";
    case Method::kRecord: return "RECORD";
    case Method::kRedirect: return "REDIRECT";
    case Method::kSetup: return "SETUP";
    case Method::kSetParameter: return "SET_PARAMETER";
    case Method::kTeardown: return "TEARDOWN";
    case Method::kOther: break;
  }
  return "other";
}

}  // namespace rtsp
