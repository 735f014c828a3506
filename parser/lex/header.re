// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "rtsp/header.h"

/*!include:re2c "cursor.inc" */

namespace rtsp {
namespace {

HeaderName LexName(Cursor& in) {
  [[maybe_unused]] std::uint32_t backup = 0;
  /*!re2c
    'Content-Length'  { return HeaderName::kContentLength; }
    'CSeq'            { return HeaderName::kCSeq; }
    'Location'        { return HeaderName::kLocation; }
    'Proxy-Require'   { return HeaderName::kRequire; }
    'Require'         { return HeaderName::kRequire; }
    'Session'         { return HeaderName::kSession; }
    'Supported'       { return HeaderName::kSupported; }
    'Transport'       { return HeaderName::kTransport; }
    'x-NAT'           { return HeaderName::kXNat; }
    *                 { return HeaderName::kOther; }
  */
}

constexpr std::uint32_t kMaxSeconds = 0xffff'ffff;

}  // namespace

Header LexHeader(Cursor line) {
  Cursor scan = line;
  const HeaderName name = LexName(scan);
  if (name == HeaderName::kOther) return {};
  SkipBlanks(scan);
  if (scan.Peek() != ':') return {};
  scan.Skip();
  return {name, static_cast<std::uint16_t>(scan.Position() - line.Position())};
}

bool MayBe(HeaderName name, Cursor line) {
  for (const char* letter = Name(name); *letter != '\0'; ++letter, line.Skip()) {
    if (line.AtEnd()) return true;
    if ((line.Peek() | 0x20) != (*letter | 0x20)) return false;
  }
  while (IsBlank(line.Peek())) line.Skip();
  return line.AtEnd() || line.Peek() == ':';
}

Number ReadNumberValue(Cursor line, std::uint16_t value, std::uint32_t maximum) {
  line.Seek(value);
  SkipSpace(line);
  Number number = ReadNumber(line, maximum);
  SkipSpace(line);
  if (!line.AtEnd()) {
    number.valid = false;
    number.value = 0;
  }
  return number;
}

Field TrimmedValue(Cursor line, std::uint16_t value) {
  line.Seek(value);
  SkipSpace(line);
  return Trimmed(line, line.Position(), line.Size());
}

Field SessionIdentifier(Cursor line, std::uint16_t value) {
  line.Seek(value);
  SkipSpace(line);
  const std::uint32_t start = line.Position();
  for (; !line.AtEnd(); line.Skip()) {
    const std::uint8_t byte = line.Peek();
    if (byte == ';' || (byte <= ' ' && IsSpace(byte))) break;
  }
  return Field::Between(start, line.Position());
}

Number SessionTimeout(Cursor in, std::uint16_t value) {
  in.Seek(value);
  for (;;) {
    [[maybe_unused]] std::uint32_t backup = 0;
    /*!re2c
      space = [ \t\r\n];
      ";" space* 'timeout' space* "=" space* { return ReadNumber(in, kMaxSeconds); }
      [^\x00]                                { continue; }
      *                                      { return {}; }
    */
  }
}

bool NamesStun(Cursor in, std::uint16_t value) {
  in.Seek(value);
  for (;;) {
    [[maybe_unused]] std::uint32_t backup = 0;
    /*!re2c
      'nat.stun' { return true; }
      [^\x00]    { continue; }
      *          { return false; }
    */
  }
}

const char* Name(HeaderName name) {
  switch (name) {
    case HeaderName::kContentLength: return "Content-Length";
    case HeaderName::kCSeq: return "CSeq";
    case HeaderName::kLocation: return "Location";
    case HeaderName::kRequire: return "Require";
    case HeaderName::kSession: return "Session";
    case HeaderName::kSupported: return "Supported";
    case HeaderName::kTransport: return "Transport";
    case HeaderName::kXNat: return "x-NAT";
    case HeaderName::kOther: break;
  }
  return "other";
}

}  // namespace rtsp
