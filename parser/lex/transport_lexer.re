// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "rtsp/transport_lexer.h"

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

  name_byte = [!#$%&'()*+.0-9:<>?@A-Z^_`a-z{|}~[\]-];
  name = name_byte+;
  rtp = 'RTP/' ('AVP' | 'AVPF' | 'SAVP' | 'SAVPF');
  parts = name "/" name;
*/

constexpr ParameterName Of(Protocol protocol) { return {Parameter::kProtocol, protocol, 0, 0}; }

constexpr ParameterName Of(Parameter parameter) { return {parameter, Protocol::kNone, 0, 0}; }

// Names and protocols that are known, perhaps as the front of a longer one.
ParameterName LexKnownName(Cursor& in) {
  [[maybe_unused]] std::uint32_t backup = 0;
  /*!re2c
    rtp                      { return Of(Protocol::kRtpUdp); }
    rtp '/UDP'               { return Of(Protocol::kRtpUdp); }
    rtp '/TCP'               { return Of(Protocol::kRtpTcp); }
    rtp '/D-ICE'             { return Of(Protocol::kRtpIce); }
    'client_address'         { return Of(Parameter::kClientAddress); }
    'client_port'            { return Of(Parameter::kClientPort); }
    'connection'             { return Of(Parameter::kConnection); }
    'dest_addr'              { return Of(Parameter::kDestAddr); }
    'destination'            { return Of(Parameter::kDestination); }
    'interleaved'            { return Of(Parameter::kInterleaved); }
    'mode'                   { return Of(Parameter::kMode); }
    'multicast'              { return Of(Parameter::kMulticast); }
    'port'                   { return Of(Parameter::kPort); }
    'RTCP-mux'               { return Of(Parameter::kRtcpMux); }
    'server_port'            { return Of(Parameter::kServerPort); }
    'setup'                  { return Of(Parameter::kSetup); }
    'source'                 { return Of(Parameter::kSource); }
    'src_addr'               { return Of(Parameter::kSrcAddr); }
    'ssrc'                   { return Of(Parameter::kSsrc); }
    'unicast'                { return Of(Parameter::kUnicast); }
    *                        { return {}; }
  */
}

// All others.
ParameterName LexOtherNameAt(Cursor& in) {
  [[maybe_unused]] std::uint32_t backup = 0;
  /*!re2c
    name '/UDP'              { return Of(Protocol::kOtherUdp); }
    name '/TCP'              { return Of(Protocol::kOtherTcp); }
    parts '/UDP'             { return Of(Protocol::kOtherUdp); }
    parts '/TCP'             { return Of(Protocol::kOtherTcp); }
    parts ("/" name)*        { return Of(Protocol::kOther); }
    name                     { return Of(Parameter::kUnknown); }
    *                        { return {}; }
  */
}

// False if a name or protocol goes on at the cursor.
bool LexNameEnd(Cursor in) {
  [[maybe_unused]] std::uint32_t backup = 0;
  /*!re2c
    "/"? name_byte { return false; }
    *              { return true; }
  */
}

ParameterName LexOtherName(Cursor in) {
  Cursor scan = in;
  ParameterName name = LexOtherNameAt(scan);
  if (name.parameter == Parameter::kNothing) scan = in;
  name.end = scan.Position();
  name.after = scan.Peek();
  return name;
}

}  // namespace

// What is known comes first and apart: its lexer need not tell other names from what is no name.
ParameterName LexParameterName(Cursor in) {
  Cursor scan = in;
  ParameterName name = LexKnownName(scan);
  name.end = scan.Position();
  name.after = scan.Peek();
  const bool ended = name.after == ';' || name.after == '=' || LexNameEnd(scan);
  if (name.parameter != Parameter::kNothing && ended) return name;
  return LexOtherName(in);
}

bool LexValue(Cursor& in) {
  for (;;) {
    [[maybe_unused]] std::uint32_t backup = 0;
    const std::uint32_t start = in.Position();
    /*!re2c
      [^\x00",;]+             { continue; }
      ["] [^\x00"]* ["]       { continue; }
      ["]                     { continue; }
      [,;]                    { in.Seek(start); return true; }
      *                       { in.Seek(start); return in.AtEnd(); }
    */
  }
}

bool LexIsPassive(Cursor in) {
  [[maybe_unused]] std::uint32_t backup = 0;
  /*!re2c
    ["]? ('passive' | 'actpass') ["]? { return in.AtEnd(); }
    *                                 { return false; }
  */
}

bool LexIsRecord(Cursor in) {
  [[maybe_unused]] std::uint32_t backup = 0;
  /*!re2c
    ["]? ('record' | 'receive') ["]? { return in.AtEnd(); }
    *                                { return false; }
  */
}

}  // namespace rtsp
