// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "rtsp/transport.h"

#include "rtsp/transport_address.h"
#include "rtsp/transport_lexer.h"

namespace rtsp {
namespace {

constexpr std::uint32_t kMaxPort = 65535;
constexpr std::uint32_t kMaxChannel = 255;

// Ports and addresses, which a NAT rewrites: repeated ones must agree.
constexpr ParameterSet kRewritten(Parameter::kClientAddress, Parameter::kClientPort, Parameter::kDestAddr,
                                  Parameter::kDestination, Parameter::kPort, Parameter::kServerPort,
                                  Parameter::kSource, Parameter::kSrcAddr);
// Say where the client is: what is wrong in them is wrong with the spec.
constexpr ParameterSet kClientAddresses(Parameter::kClientAddress, Parameter::kDestAddr,
                                        Parameter::kDestination);
constexpr ParameterSet kNeeded(Parameter::kProtocol, Parameter::kUnicast, Parameter::kMulticast,
                               Parameter::kRtcpMux, Parameter::kClientPort, Parameter::kClientAddress,
                               Parameter::kDestAddr, Parameter::kDestination);
// Mean something by their name alone.
constexpr ParameterSet kTelling(Parameter::kNothing, Parameter::kUnknown, Parameter::kProtocol,
                                Parameter::kUnicast, Parameter::kMulticast, Parameter::kRtcpMux,
                                Parameter::kDestination, Parameter::kSource);

constexpr Field Between(std::uint32_t from, std::uint32_t to) {
  return {static_cast<std::uint16_t>(from), static_cast<std::uint16_t>(to - from)};
}

constexpr bool IsSeparator(std::uint8_t byte) { return byte == ';' || byte == ','; }

// Functions here take a cursor by value and return it moved, so that it lives in registers.

bool AtValueEnd(Cursor in) { return in.AtEnd() || IsSeparator(in.Peek()); }

// Returns where the text from `start` to `end` ends without the white space at its end.
std::uint32_t WithoutSpace(const Cursor& line, std::uint32_t start, std::uint32_t end) {
  while (end > start && IsSpace(line.At(end - 1))) --end;
  return end;
}

void Malformed(TransportSpec& spec) { spec.flags |= kSpecMalformed; }

Cursor SkipValueAt(const Cursor& in, TransportSpec& spec) {
  Cursor scan = in;
  // What stands behind a NUL is not read.
  if (!LexValue(scan)) spec.flags |= kSpecMalformed | kSpecBadAddress;
  return scan;
}

inline Cursor SkipValue(Cursor in, TransportSpec& spec) {
  in.Seek(SkipValueAt(Cursor(in), spec).Position());
  return in;
}

// Reads one number or two, and the white space behind each. A comma separates numbers only where a whole number
// follows: otherwise it begins the next spec. A second port that is 0 or missing is none: `5000-0` and `5000-` are
// port 5000 alone.
bool ReadNumbers(Cursor& in, std::uint32_t maximum, Ports& ports) {
  const Number first = ReadNumber(in, maximum);
  SkipSpace(in);
  if (!first.valid) return false;
  const std::uint32_t behind = in.Position();
  const std::uint8_t separator = in.Peek();
  Number second;
  ports.count = 1;
  ports.separator = 0;
  if (separator == '-' || separator == '/' || separator == ',') {
    in.Skip();
    SkipSpace(in);
    second = ReadNumber(in, maximum);
    SkipSpace(in);
    const bool is_zero = second.valid && second.value == 0 && first.value != 0 && maximum == kMaxPort;
    if (separator == ',' && (second.field.Empty() || !AtValueEnd(in))) {
      second = {};
      in.Seek(behind);
    } else if (second.field.Empty() || is_zero) {
      second = {};
    } else {
      if (!second.valid) return false;
      ports.count = 2;
      ports.separator = separator;
    }
  }
  ports.value[0] = static_cast<std::uint16_t>(first.value);
  ports.value[1] = static_cast<std::uint16_t>(second.value);
  ports.field[0] = first.field;
  ports.field[1] = second.field;
  return AtValueEnd(in);
}

inline Cursor ReadPorts(Cursor in, TransportSpec& spec, Ports& ports, Parameter parameter) {
  Cursor scan = in;
  if (ReadNumbers(scan, parameter == Parameter::kInterleaved ? kMaxChannel : kMaxPort, ports)) return scan;
  ports = {};
  if (parameter == Parameter::kClientPort) spec.flags |= kSpecBadPort;
  if (parameter == Parameter::kInterleaved) spec.flags |= kSpecBadChannel;
  return SkipValue(in, spec);
}

// The value up to the separator, without the white space at its end.
Cursor ReadField(Cursor in, TransportSpec& spec, Field& field) {
  const std::uint32_t start = in.Position();
  in = SkipValue(in, spec);
  field = Between(start, WithoutSpace(in, start, in.Position()));
  return in;
}

Cursor ReadDestinations(Cursor in, TransportSpec& spec) {
  std::uint16_t flags = 0;
  in = ReadAddresses(in, spec.dest_addr, spec.destinations, flags);
  if ((flags & kSpecBadAddress) != 0) Malformed(spec);
  spec.flags |= flags;
  return in;
}

void ForgetSources(TransportSpec& spec) {
  spec.sources = 0;
  spec.src_addr[0] = spec.src_addr[1] = {};
}

Cursor ReadSources(Cursor in, TransportSpec& spec) {
  std::uint16_t flags = 0;
  in = ReadAddresses(in, spec.src_addr, spec.sources, flags);
  if ((flags & kSpecBadAddress) != 0) ForgetSources(spec);
  return in;
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

inline Cursor ReadValue(Cursor in, TransportSpec& spec, Parameter parameter) {
  if (Ports* ports = PortsOf(spec, parameter)) return ReadPorts(in, spec, *ports, parameter);
  if (Field* field = FieldOf(spec, parameter)) {
    in = ReadField(in, spec, *field);
    if (parameter == Parameter::kMode && LexIsRecord(in.Slice(*field))) spec.flags |= kSpecRecord;
    if (parameter == Parameter::kSetup && LexIsPassive(in.Slice(*field))) spec.flags |= kSpecPassive;
    return in;
  }
  if (parameter == Parameter::kDestAddr) return ReadDestinations(in, spec);
  if (parameter == Parameter::kSrcAddr) return ReadSources(in, spec);
  return SkipValue(in, spec);
}

void NoteDelivery(TransportSpec& spec, Delivery delivery) {
  if (spec.delivery != Delivery::kNotSaid && spec.delivery != delivery) Malformed(spec);
  spec.delivery = delivery;
}

// Notes what a name at `position` says by itself, with a value or without.
void NoteName(TransportSpec& spec, const ParameterName& name, std::uint32_t position) {
  if (!kTelling.Has(name.parameter)) return;
  switch (name.parameter) {
    case Parameter::kProtocol:
      if (spec.protocol != Protocol::kNone && spec.protocol != name.protocol) Malformed(spec);
      spec.protocol = name.protocol;
      spec.protocol_field = Between(position, name.end);
      return;
    case Parameter::kUnicast: return NoteDelivery(spec, Delivery::kUnicast);
    case Parameter::kMulticast: return NoteDelivery(spec, Delivery::kMulticast);
    case Parameter::kRtcpMux: spec.flags |= kSpecRtcpMux; return;
    case Parameter::kDestination: spec.has_destination = true; return;
    case Parameter::kSource: spec.has_source = true; return;
    case Parameter::kNothing:
      if (name.after == 0) return;  // A NUL, which ends the reading.
      [[fallthrough]];
    default: spec.flags |= kSpecUnknown; return;
  }
}

// Notes that something stands behind a name or its value that cannot be read.
void NoteRubbish(TransportSpec& spec, Parameter parameter) {
  if (kNeeded.Has(parameter)) Malformed(spec);
  if (kClientAddresses.Has(parameter)) spec.flags |= kSpecBadAddress;
  if (parameter == Parameter::kInterleaved) spec.flags |= kSpecBadChannel;
  if (parameter == Parameter::kSrcAddr) ForgetSources(spec);
}

// Reads what stands behind a name, up to where the parameter ends.
inline Cursor ReadRest(Cursor in, TransportSpec& spec, Parameter parameter) {
  SkipSpace(in);
  if (in.Peek() == '=') {
    in.Skip();
    SkipSpace(in);
    in.Seek(ReadValue(in, spec, parameter).Position());
    SkipSpace(in);
  } else if (parameter == Parameter::kClientPort) {
    spec.flags |= kSpecBadPort;
  }
  if (AtValueEnd(in)) return in;
  if (in.Peek() != 0) NoteRubbish(spec, parameter);
  return SkipValue(in, spec);
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

// True if the value at `first` is the text from `start` to `end`.
bool IsSameText(Cursor line, std::uint32_t first, std::uint32_t start, std::uint32_t end) {
  line.Seek(first);
  (void)LexValue(line);
  if (WithoutSpace(line, first, line.Position()) - first != end - start) return false;
  for (; start < end; ++start, ++first) {
    if (line.At(first) != line.At(start)) return false;
  }
  return true;
}

// What the server says of itself, or stands in `port`, counts as not said if it is said in two ways.
void ForgetValue(TransportSpec& spec, Parameter parameter) {
  if (Ports* ports = PortsOf(spec, parameter)) *ports = {};
  if (Field* field = FieldOf(spec, parameter)) *field = {};
  if (parameter == Parameter::kSrcAddr) ForgetSources(spec);
}

// Moves past the value of a port or an address of which the spec is not to have it; if it is numbers, `ports` has them.
inline Cursor PassRest(Cursor in, TransportSpec& spec, Parameter parameter, Ports& ports) {
  SkipSpace(in);
  if (in.Peek() == '=' && PortsOf(spec, parameter) != nullptr) {
    Cursor scan = in;
    scan.Skip();
    SkipSpace(scan);
    if (ReadNumbers(scan, kMaxPort, ports)) return scan;
    ports = {};
  }
  return SkipValue(in, spec);
}

// The cursor stands behind a port or an address of which the spec has a value already; if it is numbers, `ports` has
// them. The same again changes nothing; another one leaves in doubt which of them counts.
[[gnu::noinline]] void Settle(const Cursor& in, TransportSpec& spec, std::uint32_t position,
                              const ParameterName& name, const Ports& ports, ParameterSet& forgotten) {
  const Parameter parameter = name.parameter;
  Cursor value = in;
  value.Seek(name.end);
  SkipSpace(value);
  const bool has_value = value.Peek() == '=';
  if (has_value) {
    value.Skip();
    SkipSpace(value);
  }
  const std::uint32_t start = value.Position();
  const std::uint32_t end = WithoutSpace(in, start, in.Position());
  if (forgotten.Has(parameter) || start >= end) return;
  bool same = has_value;
  if (const Ports* before = PortsOf(spec, parameter)) {
    same = same && before->count == ports.count && before->value[0] == ports.value[0] &&
           before->value[1] == ports.value[1];
  } else {
    same = same && IsSameText(in, StartOf(in, spec, parameter), start, end);
  }
  if (!same && !kNeeded.Has(parameter)) {
    ForgetValue(spec, parameter);
    return forgotten.Add(parameter);
  }
  if (!same) Malformed(spec);
  if (spec.repeat == 0) spec.repeat = static_cast<std::uint16_t>(position);
}

// Reads `name[=value];...` and returns where the spec ends. Ports and addresses in front of `from` are passed over,
// and those of which the spec has a value.
Cursor ReadSpec(Cursor in, TransportSpec& spec, std::uint32_t from) {
  ParameterSet seen;
  ParameterSet forgotten;
  for (;;) {
    const ParameterName name = LexParameterName(in);
    const Parameter parameter = name.parameter;
    if (parameter == Parameter::kNothing) {
      if (IsSpace(name.after)) {
        SkipSpace(in);
        continue;
      }
      if (AtValueEnd(in)) {
        if (name.after != ';') return in;
        in.Skip();
        continue;
      }
    }
    const std::uint32_t start = in.Position();
    NoteName(spec, name, start);
    in.Seek(name.end);
    bool passes = false;
    if (kRewritten.Has(parameter)) {
      const bool again = seen.Has(parameter);
      passes = start < from || (again && (forgotten.Has(parameter) || StartOf(in, spec, parameter) != 0));
      seen.Add(parameter);
    }
    if (passes) {
      Ports ports;
      in.Seek(PassRest(in, spec, parameter, ports).Position());
      if (start >= from) Settle(in, spec, start, name, ports, forgotten);
    } else if (name.after != ';' || parameter == Parameter::kClientPort) {
      in.Seek(ReadRest(in, spec, parameter).Position());
    }
    if (in.Peek() != ';') return in;
    in.Skip();
  }
}

}  // namespace

bool TransportReader::Find() {
  while (IsSpace(in_.Peek()) || in_.Peek() == ',') in_.Skip();
  return !in_.AtEnd();
}

void TransportReader::Read(TransportSpec& spec) { ReadFrom(spec, 0); }

void TransportReader::ReadFrom(TransportSpec& spec, std::uint32_t from) {
  spec = {};
  const std::uint32_t start = in_.Position();
  in_.Seek(ReadSpec(in_, spec, from).Position());
  // A NUL has stopped the lexer: what stands behind it is not read.
  if (!AtValueEnd(in_)) in_.Seek(in_.Size());
  spec.all = Between(start, WithoutSpace(in_, start, in_.Position()));
}

const char* Name(Protocol protocol) {
  switch (protocol) {
    case Protocol::kNone: return "none";
    case Protocol::kRtpUdp: return "RTP/UDP";
    case Protocol::kRtpTcp: return "RTP/TCP";
    case Protocol::kRtpIce: return "RTP/D-ICE";
    case Protocol::kOtherUdp: return "other/UDP";
    case Protocol::kOtherTcp: return "other/TCP";
    case Protocol::kOther: break;
  }
  return "other";
}

}  // namespace rtsp
