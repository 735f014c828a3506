// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "rtsp/header.h"

namespace rtsp {
namespace {

HeaderName LexName(Cursor& in) {
  [[maybe_unused]] std::uint32_t backup = 0;
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

    colon = [ \t]* ":";

    'Content-Length' colon { return HeaderName::kContentLength; }
    'CSeq' colon           { return HeaderName::kCSeq; }
    'Session' colon        { return HeaderName::kSession; }
    'Transport' colon      { return HeaderName::kTransport; }
    *                      { return HeaderName::kOther; }
  */
}

}  // namespace

Header LexHeader(Cursor in) {
  const HeaderName name = LexName(in);
  if (name == HeaderName::kOther) return {};
  return {name, static_cast<std::uint16_t>(in.Position())};
}

Number ReadNumberValue(Cursor line, std::uint16_t value, std::uint32_t maximum) {
  line.Seek(value);
  SkipSpace(line);
  Number number = ReadNumber(line, maximum);
  SkipSpace(line);
  if (!line.AtEnd()) number.valid = false;
  return number;
}

Field SessionIdentifier(Cursor line, std::uint16_t value) {
  line.Seek(value);
  SkipSpace(line);
  const std::uint32_t start = line.Position();
  while (!line.AtEnd() && line.Peek() != ';' && !IsSpace(line.Peek())) line.Skip();
  return {static_cast<std::uint16_t>(start), static_cast<std::uint16_t>(line.Position() - start)};
}

const char* Name(HeaderName name) {
  switch (name) {
    case HeaderName::kContentLength: return "Content-Length";
    case HeaderName::kCSeq: return "CSeq";
    case HeaderName::kSession: return "Session";
    case HeaderName::kTransport: return "Transport";
    case HeaderName::kOther: break;
  }
  return "other";
}

}  // namespace rtsp
