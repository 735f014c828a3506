// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "rtsp/header.h"

namespace rtsp {
namespace {

// A name and its colon, or a name alone.
struct NameAhead {
  HeaderName name = HeaderName::kOther;
  bool closed = false;
};

constexpr NameAhead Closed(HeaderName name) { return {name, true}; }
constexpr NameAhead Open(HeaderName name) { return {name, false}; }

[[gnu::always_inline]] inline NameAhead LexName(Cursor& in) {
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

    'Content-Length:' { return Closed(HeaderName::kContentLength); }
    'Content-Length'  { return Open(HeaderName::kContentLength); }
    'CSeq:'           { return Closed(HeaderName::kCSeq); }
    'CSeq'            { return Open(HeaderName::kCSeq); }
    'Location:'       { return Closed(HeaderName::kLocation); }
    'Location'        { return Open(HeaderName::kLocation); }
    'Proxy-Require:'  { return Closed(HeaderName::kRequire); }
    'Proxy-Require'   { return Open(HeaderName::kRequire); }
    'Require:'        { return Closed(HeaderName::kRequire); }
    'Require'         { return Open(HeaderName::kRequire); }
    'Session:'        { return Closed(HeaderName::kSession); }
    'Session'         { return Open(HeaderName::kSession); }
    'Supported:'      { return Closed(HeaderName::kSupported); }
    'Supported'       { return Open(HeaderName::kSupported); }
    'Transport:'      { return Closed(HeaderName::kTransport); }
    'Transport'       { return Open(HeaderName::kTransport); }
    'x-NAT:'          { return Closed(HeaderName::kXNat); }
    'x-NAT'           { return Open(HeaderName::kXNat); }
    *                 { return {}; }
  */
}

constexpr std::uint32_t kNameBytes = 15;  // The longest name, and its colon.
constexpr std::uint32_t kMaxSeconds = 0xffff'ffff;

}  // namespace

Header LexHeader(Cursor line) {
  Cursor scan = line;
  if (scan.Take("CSeq:")) return {HeaderName::kCSeq, 5};
  if (scan.Take("Transport:")) return {HeaderName::kTransport, 10};
  const NameAhead ahead =
      LexAhead<kNameBytes>(scan, [](Cursor& in) __attribute__((always_inline)) { return LexName(in); });
  if (!ahead.closed) {
    if (ahead.name == HeaderName::kOther) return {};
    scan.Seek(BehindBlanks(Cursor(scan)));
    if (scan.Peek() != ':') return {};
    scan.Skip();
  }
  return {ahead.name, static_cast<std::uint16_t>(scan.Position() - line.Position())};
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
  Number number = ReadDigits(line, maximum);  // Mostly few.
  SkipSpace(line);
  if (!line.AtEnd()) {
    number.valid = false;
    number.value = 0;
  }
  return number;
}

Field TrimmedValue(Cursor line, std::uint16_t value) {
  line.Seek(value);
  const std::uint32_t start = BehindSpace(line);
  std::uint32_t end = line.Size();
  while (end > start && IsSpace(line.At(end - 1))) --end;
  return {static_cast<std::uint16_t>(start), static_cast<std::uint16_t>(end > start ? end - start : 0)};
}

Field SessionIdentifier(Cursor line, std::uint16_t value) {
  line.Seek(value);
  SkipSpace(line);
  const std::uint32_t start = line.Position();
  for (; !line.AtEnd(); line.Skip()) {
    const std::uint8_t byte = line.Peek();
    if (byte == ';' || (byte <= ' ' && IsSpace(byte))) break;
  }
  return {static_cast<std::uint16_t>(start), static_cast<std::uint16_t>(line.Position() - start)};
}

Number SessionTimeout(Cursor in, std::uint16_t value) {
  in.Seek(value);
  for (;;) {
    [[maybe_unused]] std::uint32_t backup = 0;
    /*!re2c
      space = [ \t\r\n];
      ";" space* 'timeout' space* "=" space* { return ReadDigits(in, kMaxSeconds); }
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
