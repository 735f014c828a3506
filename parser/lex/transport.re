// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "rtsp/transport.h"

#include "rtsp/transport_value.h"

/*!include:re2c "cursor.inc" */

namespace rtsp {
namespace {

// Names of Transport parameters; kProtocol is a part with slashes instead of a name.
enum class Parameter : std::uint8_t {
  kNothing = 0,  // No name here: a separator, a quote, a byte that is no text, or the end.
  kUnknown,
  kProtocol,
  kClientAddress,
  kClientPort,
  kConnection,
  kDestAddr,
  kDestination,
  kInterleaved,
  kMode,
  kMulticast,
  kPort,
  kRtcpMux,
  kServerPort,
  kSetup,
  kSource,
  kSrcAddr,
  kSsrc,
  kUnicast,
};

// A set of parameters has bit i for parameter i.
constexpr std::uint32_t SetOf(Parameter parameter) { return 1U << static_cast<unsigned>(parameter); }
constexpr bool Has(std::uint32_t set, Parameter parameter) { return (set & SetOf(parameter)) != 0; }

// Say where the client is: what is wrong in them is wrong with the spec.
constexpr std::uint32_t kClientAddresses =
    SetOf(Parameter::kClientAddress) | SetOf(Parameter::kDestAddr) | SetOf(Parameter::kDestination);
// Ports and addresses, which a NAT rewrites: repeated ones must agree.
constexpr std::uint32_t kRewritten = kClientAddresses | SetOf(Parameter::kClientPort) |
                                     SetOf(Parameter::kPort) | SetOf(Parameter::kServerPort) |
                                     SetOf(Parameter::kSource) | SetOf(Parameter::kSrcAddr);
constexpr std::uint32_t kNeeded = kClientAddresses | SetOf(Parameter::kProtocol) |
                                  SetOf(Parameter::kUnicast) | SetOf(Parameter::kMulticast) |
                                  SetOf(Parameter::kRtcpMux) | SetOf(Parameter::kClientPort);

struct ParameterName {
  Parameter parameter = Parameter::kNothing;
  Protocol protocol = Protocol::kNone;  // For kProtocol.
};

constexpr ParameterName Of(Protocol protocol) { return {Parameter::kProtocol, protocol}; }

constexpr ParameterName Of(Parameter parameter) { return {parameter, Protocol::kNone}; }

/*!re2c
  name_byte = [!#$%&'()*+.0-9:<>?@A-Z^_`a-z{|}~[\]-];
  name = name_byte+;
  rtp = 'RTP/' ('AVP' | 'AVPF' | 'SAVP' | 'SAVPF');
  parts = name "/" name;
*/

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
ParameterName LexOtherName(Cursor& in) {
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

// Lexes a name or protocol, without regard to case, and moves behind it. What is known comes first and apart: its lexer need
// not tell other names from what is no name.
ParameterName LexParameterName(Cursor& in) {
  Cursor scan = in;
  ParameterName name = LexKnownName(scan);
  if (name.parameter == Parameter::kNothing || !LexNameEnd(scan)) {
    scan = in;
    name = LexOtherName(scan);
  }
  if (name.parameter != Parameter::kNothing) in.Seek(scan.Position());
  return name;
}

// Moves past a value: up to the next `;` or `,` outside quotes, or the end. Returns false if there is a NUL in it, which no
// value may have.
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

// True if the value, with or without quotes, is passive or actpass: the sender listens for TCP connections.
bool LexIsPassive(Cursor in) {
  [[maybe_unused]] std::uint32_t backup = 0;
  /*!re2c
    ["]? ('passive' | 'actpass') ["]? { return in.AtEnd(); }
    *                                 { return false; }
  */
}

// True if the value, with or without quotes, names a mode in which the client sends.
bool LexIsRecord(Cursor in) {
  [[maybe_unused]] std::uint32_t backup = 0;
  /*!re2c
    ["]? ('record' | 'receive') ["]? { return in.AtEnd(); }
    *                                { return false; }
  */
}

void Malformed(TransportSpec& spec) { spec.flags |= kSpecMalformed; }

void SkipValue(Cursor& in, TransportSpec& spec) {
  // What stands behind a NUL is not read.
  if (!LexValue(in)) spec.flags |= kSpecMalformed | kSpecBadAddress;
}

void ReadPorts(Cursor& in, TransportSpec& spec, Ports& ports, Parameter parameter) {
  const std::uint32_t start = in.Position();
  if (ReadNumbers(in, parameter == Parameter::kInterleaved ? kMaxChannel : kMaxPort, ports)) return;
  ports = {};
  if (parameter == Parameter::kClientPort) spec.flags |= kSpecBadPort;
  if (parameter == Parameter::kInterleaved) spec.flags |= kSpecBadChannel;
  in.Seek(start);
  SkipValue(in, spec);
}

void ForgetSources(TransportSpec& spec) {
  spec.sources = 0;
  spec.src_addr[0] = spec.src_addr[1] = {};
}

Ports* PortsOf(TransportSpec& spec, Parameter parameter) {
  switch (parameter) {
    case Parameter::kClientPort: return &spec.client_port;
    case Parameter::kServerPort: return &spec.server_port;
    case Parameter::kPort: return &spec.port;
    case Parameter::kInterleaved: return &spec.interleaved;
    default: return nullptr;
  }
}

Field* FieldOf(TransportSpec& spec, Parameter parameter) {
  switch (parameter) {
    case Parameter::kClientAddress: return &spec.client_address;
    case Parameter::kDestination: return &spec.destination;
    case Parameter::kSource: return &spec.source;
    case Parameter::kSetup: return &spec.setup;
    case Parameter::kConnection: return &spec.connection;
    case Parameter::kSsrc: return &spec.ssrc;
    case Parameter::kMode: return &spec.mode;
    default: return nullptr;
  }
}

void ReadValue(Cursor& in, TransportSpec& spec, Parameter parameter) {
  if (Ports* ports = PortsOf(spec, parameter)) return ReadPorts(in, spec, *ports, parameter);
  if (parameter == Parameter::kDestAddr) {
    const std::uint16_t flags = ReadAddresses(in, spec.dest_addr, spec.destinations);
    if ((flags & kSpecBadAddress) != 0) Malformed(spec);
    spec.flags |= flags;
    return;
  }
  if (parameter == Parameter::kSrcAddr) {
    if ((ReadAddresses(in, spec.src_addr, spec.sources) & kSpecBadAddress) != 0) ForgetSources(spec);
    return;
  }
  const std::uint32_t start = in.Position();
  SkipValue(in, spec);
  Field* field = FieldOf(spec, parameter);
  if (field == nullptr) return;
  *field = Trimmed(in, start, in.Position());
  if (parameter == Parameter::kMode && LexIsRecord(in.Slice(*field))) spec.flags |= kSpecRecord;
  if (parameter == Parameter::kSetup && LexIsPassive(in.Slice(*field))) spec.flags |= kSpecPassive;
}

void NoteDelivery(TransportSpec& spec, Delivery delivery) {
  if (spec.delivery != Delivery::kNotSaid && spec.delivery != delivery) Malformed(spec);
  spec.delivery = delivery;
}

// Notes what a name at `position`, behind which `in` stands, says by itself, with a value or without.
void NoteName(const Cursor& in, TransportSpec& spec, const ParameterName& name, std::uint32_t position) {
  switch (name.parameter) {
    case Parameter::kProtocol:
      if (spec.protocol != Protocol::kNone && spec.protocol != name.protocol) Malformed(spec);
      spec.protocol = name.protocol;
      spec.protocol_field = Field::Between(position, in.Position());
      return;
    case Parameter::kUnicast: return NoteDelivery(spec, Delivery::kUnicast);
    case Parameter::kMulticast: return NoteDelivery(spec, Delivery::kMulticast);
    case Parameter::kRtcpMux: spec.flags |= kSpecRtcpMux; return;
    case Parameter::kDestination: spec.has_destination = true; return;
    case Parameter::kSource: spec.has_source = true; return;
    case Parameter::kNothing:
      if (in.Peek() != 0) spec.flags |= kSpecUnknown;  // Else a NUL, which ends the reading.
      return;
    case Parameter::kUnknown: spec.flags |= kSpecUnknown; return;
    default: return;
  }
}

// Notes that something stands behind a name or its value that cannot be read.
void NoteRubbish(TransportSpec& spec, Parameter parameter) {
  if (Has(kNeeded, parameter)) Malformed(spec);
  if (Has(kClientAddresses, parameter)) spec.flags |= kSpecBadAddress;
  if (parameter == Parameter::kInterleaved) spec.flags |= kSpecBadChannel;
  if (parameter == Parameter::kSrcAddr) ForgetSources(spec);
}

// Moves behind `=` and the white space around it. Returns false if the name has no value.
bool TakeEquals(Cursor& in) {
  SkipSpace(in);
  if (in.Peek() != '=') return false;
  in.Skip();
  SkipSpace(in);
  return true;
}

// Reads what stands behind a name, up to where the parameter ends.
void ReadRest(Cursor& in, TransportSpec& spec, Parameter parameter) {
  if (TakeEquals(in)) {
    ReadValue(in, spec, parameter);
    SkipSpace(in);
  } else if (parameter == Parameter::kClientPort) {
    spec.flags |= kSpecBadPort;
  }
  if (AtValueEnd(in)) return;
  if (in.Peek() != 0) NoteRubbish(spec, parameter);
  SkipValue(in, spec);
}

// Returns where the value begins that the spec has of a port or an address; 0 if it has none.
std::uint32_t StartOf(const Cursor& line, TransportSpec& spec, Parameter parameter) {
  if (const Ports* ports = PortsOf(spec, parameter)) return ports->count != 0 ? ports->field[0].offset : 0;
  if (const Field* field = FieldOf(spec, parameter)) return field->Empty() ? 0 : field->offset;
  const bool ours = parameter == Parameter::kDestAddr;
  if ((ours ? spec.destinations : spec.sources) == 0) return 0;
  const std::uint32_t host = ours ? spec.dest_addr[0].host.offset : spec.src_addr[0].host.offset;
  const std::uint32_t before = host - 1;  // The quote, or a bracket.
  return line.At(before) == '[' ? before - 1 : before;
}

// True if the value at `first` is the text of `again`.
bool IsSameText(Cursor line, std::uint32_t first, Field again) {
  line.Seek(first);
  (void)LexValue(line);
  if (Trimmed(line, first, line.Position()).length != again.length) return false;
  for (std::uint32_t i = 0; i < again.length; ++i) {
    if (line.At(first + i) != line.At(again.offset + i)) return false;
  }
  return true;
}

// Reads a port or an address at `position`, behind whose name the cursor stands, and of which the spec has a value already.
// The same again changes nothing; another one leaves in doubt which of them counts. What the server says of itself, or stands in
// `port`, counts as not said then. Returns false if it is to be forgotten.
[[gnu::noinline]] bool ReadAgain(Cursor& in, TransportSpec& spec, Parameter parameter, std::uint32_t position,
                                 bool counts) {
  Ports ports;
  Ports* const before = PortsOf(spec, parameter);
  const bool has_value = TakeEquals(in);
  const std::uint32_t start = in.Position();
  if (!has_value || before == nullptr || !ReadNumbers(in, kMaxPort, ports)) {
    ports = {};
    in.Seek(start);
    SkipValue(in, spec);
  }
  const Field text = Trimmed(in, start, in.Position());
  if (!counts || text.Empty()) return true;
  bool same = has_value;
  if (before != nullptr) {
    same = same && before->count == ports.count && before->value[0] == ports.value[0] &&
           before->value[1] == ports.value[1];
  } else {
    same = same && IsSameText(in, StartOf(in, spec, parameter), text);
  }
  if (!same && !Has(kNeeded, parameter)) {
    if (before != nullptr) *before = {};
    if (Field* field = FieldOf(spec, parameter)) *field = {};
    if (parameter == Parameter::kSrcAddr) ForgetSources(spec);
    return false;
  }
  if (!same) Malformed(spec);
  if (spec.repeat == 0) spec.repeat = static_cast<std::uint16_t>(position);
  return true;
}

// Reads `name[=value];...` up to where the spec ends. Ports and addresses in front of `from` are passed over,
// and those of which the spec has a value.
void ReadSpec(Cursor& in, TransportSpec& spec, std::uint32_t from) {
  std::uint32_t seen = 0;
  std::uint32_t forgotten = 0;
  for (;;) {
    const std::uint32_t start = in.Position();
    const ParameterName name = LexParameterName(in);
    const Parameter parameter = name.parameter;
    if (parameter == Parameter::kNothing) {
      if (IsSpace(in.Peek())) {
        SkipSpace(in);
        continue;
      }
      if (AtValueEnd(in)) {
        if (in.Peek() != ';') return;
        in.Skip();
        continue;
      }
    }
    NoteName(in, spec, name, start);
    const bool again = Has(kRewritten & seen, parameter) &&
                       (Has(forgotten, parameter) || StartOf(in, spec, parameter) != 0);
    seen |= SetOf(parameter);
    if (again || (Has(kRewritten, parameter) && start < from)) {
      const bool counts = start >= from && !Has(forgotten, parameter);
      if (!ReadAgain(in, spec, parameter, start, counts)) forgotten |= SetOf(parameter);
    } else {
      ReadRest(in, spec, parameter);
    }
    if (in.Peek() != ';') return;
    in.Skip();
  }
}

}  // namespace

bool TransportReader::Find() {
  while (IsSpace(in_.Peek()) || in_.Peek() == ',') in_.Skip();
  return !in_.AtEnd();
}

void TransportReader::Read(TransportSpec& spec, std::uint32_t from) {
  spec = {};
  Cursor in = in_;
  ReadSpec(in, spec, from);
  spec.all = Trimmed(in, in_.Position(), AtValueEnd(in) ? in.Position() : in.Size());
  // A NUL has stopped the lexer: what stands behind it is not read.
  in_.Seek(AtValueEnd(in) ? in.Position() : in.Size());
}

}  // namespace rtsp
