// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "rtsp/start_line.h"

namespace rtsp {
namespace {

/*!re2c
  re2c:flags:nested-ifs = 1;
  re2c:flags:bit-vectors = 1;
  re2c:api = custom;
  re2c:api:style = free-form;
  re2c:define:YYCTYPE = "std::uint8_t";
  re2c:define:YYPEEK = "in.Peek()";
  re2c:define:YYSKIP = "in.Skip();";
  re2c:define:YYBACKUP = "backup = in.Position();";
  re2c:define:YYRESTORE = "in.Seek(backup);";
  re2c:yyfill:enable = 0;

  blanks = [ \t]+;
  token = [!#%&'*+.0-9A-Z^_`a-z|~-]+;
*/

enum class First : std::uint8_t { kInvalid, kRequest, kResponse };

// Lexes up to and including the blanks after the method or the version.
First LexFirst(Cursor& in, StartLine& line) {
  [[maybe_unused]] std::uint32_t backup = 0;
  /*!re2c
    "RTSP/" [0-9] "." [0-9] blanks { return First::kResponse; }
    "ANNOUNCE" blanks      { line.method = Method::kAnnounce; return First::kRequest; }
    "DESCRIBE" blanks      { line.method = Method::kDescribe; return First::kRequest; }
    "GET_PARAMETER" blanks { line.method = Method::kGetParameter; return First::kRequest; }
    "OPTIONS" blanks       { line.method = Method::kOptions; return First::kRequest; }
    "PAUSE" blanks         { line.method = Method::kPause; return First::kRequest; }
    "PLAY" blanks          { line.method = Method::kPlay; return First::kRequest; }
    "PLAY_NOTIFY" blanks   { line.method = Method::kPlayNotify; return First::kRequest; }
    "RECORD" blanks        { line.method = Method::kRecord; return First::kRequest; }
    "REDIRECT" blanks      { line.method = Method::kRedirect; return First::kRequest; }
    "SETUP" blanks         { line.method = Method::kSetup; return First::kRequest; }
    "SET_PARAMETER" blanks { line.method = Method::kSetParameter; return First::kRequest; }
    "TEARDOWN" blanks      { line.method = Method::kTeardown; return First::kRequest; }
    token blanks           { line.method = Method::kOther; return First::kRequest; }
    *                      { return First::kInvalid; }
  */
}

bool LexVersion(Cursor& in) {
  [[maybe_unused]] std::uint32_t backup = 0;
  /*!re2c
    blanks "RTSP/" [0-9] "." [0-9] [ \t]* { return true; }
    *                                     { return false; }
  */
}

std::uint8_t Digit(const Cursor& in, std::uint32_t index) {
  return static_cast<std::uint8_t>(in.At(index) - '0');
}

bool LexResponse(Cursor& in, StartLine& line) {
  line.major = Digit(in, 5);
  line.minor = Digit(in, 7);
  const Number status = ReadNumber(in, 999);
  if (!status.valid || status.field.length != 3 || status.value < 100) return false;
  line.status = static_cast<std::uint16_t>(status.value);
  return in.AtEnd() || IsBlank(in.Peek());
}

bool LexRequest(Cursor& in, StartLine& line) {
  const std::uint32_t uri = in.Position();
  in.Seek(in.FindControl());
  line.uri = {static_cast<std::uint16_t>(uri), static_cast<std::uint16_t>(in.Position() - uri)};
  if (line.uri.Empty()) return false;
  std::uint32_t version = in.Position();
  if (!LexVersion(in) || !in.AtEnd()) return false;
  while (in.At(version) != '/') ++version;
  line.major = Digit(in, version + 1);
  line.minor = Digit(in, version + 3);
  return true;
}

}  // namespace

StartLine LexStartLine(Cursor in) {
  StartLine line;
  switch (LexFirst(in, line)) {
    case First::kRequest:
      if (LexRequest(in, line)) line.kind = StartKind::kRequest;
      break;
    case First::kResponse:
      if (LexResponse(in, line)) line.kind = StartKind::kResponse;
      break;
    case First::kInvalid:
      break;
  }
  return line;
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
