// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "rtsp/transport.h"

#include "rtsp/transport_lexer.h"

namespace rtsp {
namespace {

constexpr std::uint32_t kMaxPort = 65535;
constexpr std::uint32_t kMaxChannel = 255;

class ParameterSet {
 public:
  constexpr ParameterSet() = default;
  template <typename... Parameters>
  constexpr explicit ParameterSet(Parameters... parameters) {
    (Add(parameters), ...);
  }

  constexpr void Add(Parameter parameter) { bits_ |= 1U << static_cast<unsigned>(parameter); }
  [[nodiscard]] constexpr bool Has(Parameter parameter) const {
    return (bits_ >> static_cast<unsigned>(parameter) & 1U) != 0;
  }

 private:
  std::uint32_t bits_ = 0;
};

// May be repeated; unicast and multicast, only if they agree.
constexpr ParameterSet kRepeatable(Parameter::kNothing, Parameter::kUnknown, Parameter::kUnicast,
                                   Parameter::kMulticast, Parameter::kRtcpMux);
// Mean something by their name alone.
constexpr ParameterSet kTelling(Parameter::kNothing, Parameter::kUnknown, Parameter::kUnicast,
                                Parameter::kMulticast, Parameter::kRtcpMux, Parameter::kDestination,
                                Parameter::kSource);
constexpr ParameterSet kPortNames(Parameter::kClientPort, Parameter::kServerPort);

constexpr Field Between(std::uint32_t from, std::uint32_t to) {
  return {static_cast<std::uint16_t>(from), static_cast<std::uint16_t>(to - from)};
}

constexpr bool IsSeparator(std::uint8_t byte) { return byte == ';' || byte == ','; }

// Functions here take a cursor by value and return it moved, so that it lives in registers.

bool AtValueEnd(Cursor in) { return in.AtEnd() || IsSeparator(in.Peek()); }

void Malformed(TransportSpec& spec) { spec.flags |= kSpecMalformed; }

Cursor SkipValue(Cursor in, TransportSpec& spec) {
  if (!LexValue(in)) Malformed(spec);
  return in;
}

// Reads number `index`, and the white space behind it.
[[gnu::always_inline]] inline bool ReadPort(Cursor& in, std::uint32_t maximum, Ports& ports, unsigned index) {
  const Number number = ReadNumber(in, maximum);
  SkipSpace(in);
  ports.field[index].offset = number.field.offset;
  ports.field[index].length = number.field.length;
  ports.value[index] = static_cast<std::uint16_t>(number.value);
  return number.valid;
}

// Reads one number or two. A comma separates numbers only where a whole number follows: otherwise it begins the
// next spec.
[[gnu::always_inline]] inline bool ReadNumbers(Cursor& in, std::uint32_t maximum, Ports& ports) {
  if (!ReadPort(in, maximum, ports, 0)) return false;
  ports.count = 1;
  const Cursor behind = in;
  const std::uint8_t separator = in.Peek();
  if (separator != '-' && separator != '/' && separator != ',') return AtValueEnd(in);
  in.Skip();
  SkipSpace(in);
  const bool valid = ReadPort(in, maximum, ports, 1);
  if (separator == ',' && (ports.field[1].Empty() || !AtValueEnd(in))) {
    ports.field[1] = {};
    ports.value[1] = 0;
    in = behind;
    return true;
  }
  ports.count = 2;
  ports.separator = separator;
  return valid && AtValueEnd(in);
}

inline Cursor ReadPorts(Cursor in, TransportSpec& spec, Ports& ports, std::uint32_t maximum) {
  Cursor scan = in;
  ports = {};
  if (ReadNumbers(scan, maximum, ports)) return scan;
  ports = {};
  spec.flags |= kSpecBadPort;
  return SkipValue(in, spec);
}

// The value up to the separator, without the white space at its end.
Cursor ReadField(Cursor in, TransportSpec& spec, Field& field) {
  const std::uint32_t start = in.Position();
  in = SkipValue(in, spec);
  std::uint32_t end = in.Position();
  while (end > start && IsSpace(in.At(end - 1))) --end;
  field = Between(start, end);
  return in;
}

// Reads what stands between the quotes; `in` is bounded to it, in the line's offsets.
bool ReadAddress(Cursor in, Address& address) {
  const std::uint32_t start = in.Position();
  if (in.Peek() == '[') {
    in.Skip();
    while (!in.AtEnd() && in.Peek() != ']') in.Skip();
    address.host = Between(start + 1, in.Position());
    if (in.Peek() != ']') return false;
    in.Skip();
  } else {
    while (!in.AtEnd() && in.Peek() != ':') in.Skip();
    address.host = Between(start, in.Position());
  }
  if (in.AtEnd()) return !address.host.Empty();
  if (in.Peek() != ':') return false;
  in.Skip();
  const Number port = ReadNumber(in, kMaxPort);
  address.port_field = port.field;
  if (!port.valid || !in.AtEnd()) return false;
  address.port = static_cast<std::uint16_t>(port.value);
  return true;
}

// Moves past a closed pair of quotes and gives what stands in it. Gives false and moves nowhere if there is
// none, or a NUL in it: then the quote is an ordinary byte, as for LexValue().
bool ReadQuoted(Cursor& in, Cursor& quoted) {
  const std::uint32_t start = in.Position();
  if (in.Peek() != '"') return false;
  do {
    in.Skip();
  } while (in.Peek() != '"' && in.Peek() != 0);
  if (in.Peek() != '"') {
    in.Seek(start);
    return false;
  }
  quoted = in.Slice(0, in.Position());
  quoted.Seek(start + 1);
  in.Skip();
  return true;
}

// Reads `"addr" / "addr" ...`; more than two are passed over.
Cursor ReadAddresses(Cursor in, TransportSpec& spec, Address (&addresses)[2], std::uint8_t& count) {
  for (bool valid = true;; in.Skip()) {
    SkipSpace(in);
    Cursor quoted;
    if (!ReadQuoted(in, quoted)) {
      Malformed(spec);
      return in;
    }
    if (count < 2) {
      valid = ReadAddress(quoted, addresses[count]) && valid;
      ++count;
    } else {
      spec.flags |= kSpecMoreAddresses;
    }
    SkipSpace(in);
    if (in.Peek() == '/') continue;
    if (!valid) Malformed(spec);
    return in;
  }
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
  if (Ports* ports = PortsOf(spec, parameter))
    return ReadPorts(in, spec, *ports, parameter == Parameter::kInterleaved ? kMaxChannel : kMaxPort);
  if (Field* field = FieldOf(spec, parameter)) {
    in = ReadField(in, spec, *field);
    if (parameter == Parameter::kMode && LexIsRecord(in.Slice(*field))) spec.flags |= kSpecRecord;
    if (parameter == Parameter::kSetup && LexIsPassive(in.Slice(*field))) spec.flags |= kSpecPassive;
    return in;
  }
  if (parameter == Parameter::kDestAddr) return ReadAddresses(in, spec, spec.dest_addr, spec.destinations);
  if (parameter == Parameter::kSrcAddr) return ReadAddresses(in, spec, spec.src_addr, spec.sources);
  return SkipValue(in, spec);
}

void NoteDelivery(TransportSpec& spec, Delivery delivery) {
  if (spec.delivery != Delivery::kNotSaid && spec.delivery != delivery) Malformed(spec);
  spec.delivery = delivery;
}

// Notes what a name says by itself, with a value or without.
void NoteName(TransportSpec& spec, Parameter parameter) {
  switch (parameter) {
    case Parameter::kUnicast: return NoteDelivery(spec, Delivery::kUnicast);
    case Parameter::kMulticast: return NoteDelivery(spec, Delivery::kMulticast);
    case Parameter::kRtcpMux: spec.flags |= kSpecRtcpMux; return;
    case Parameter::kUnknown: spec.flags |= kSpecUnknown; return;
    case Parameter::kDestination: spec.has_destination = true; return;
    case Parameter::kSource: spec.has_source = true; return;
    default: return Malformed(spec);
  }
}

// Reads what stands behind a name, up to where the parameter ends.
inline Cursor ReadRest(Cursor in, TransportSpec& spec, Parameter parameter) {
  SkipSpace(in);
  if (in.Peek() == '=') {
    in.Skip();
    SkipSpace(in);
    in = ReadValue(in, spec, parameter);
    SkipSpace(in);
  } else if (kPortNames.Has(parameter)) {
    spec.flags |= kSpecBadPort;
  }
  if (AtValueEnd(in)) return in;
  Malformed(spec);
  return SkipValue(in, spec);
}

// Reads `name[=value];...` and returns where the spec ends.
Cursor ReadSpec(Cursor in, TransportSpec& spec) {
  ParameterSet seen;
  for (;;) {
    const ParameterName name = LexParameterName(in);
    const Parameter parameter = name.parameter;
    if (parameter == Parameter::kNothing && IsSpace(in.Peek())) {
      in = BehindSpace(in);
      continue;
    }
    if (parameter != Parameter::kNothing || !AtValueEnd(in)) {
      if (seen.Has(parameter) && !kRepeatable.Has(parameter)) Malformed(spec);
      seen.Add(parameter);
      if (parameter == Parameter::kProtocol) {
        spec.protocol = name.protocol;
        spec.protocol_field = Between(in.Position(), name.end);
      }
      if (kTelling.Has(parameter)) NoteName(spec, parameter);
      in.Seek(name.end);
      if (in.Peek() != ';' || kPortNames.Has(parameter)) in = ReadRest(in, spec, parameter);
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

[[gnu::noinline]] void TransportReader::Read(TransportSpec& spec) {
  spec = {};
  const std::uint32_t start = in_.Position();
  in_ = ReadSpec(in_, spec);
  // A NUL has stopped the lexer: what stands behind it is not read.
  if (!AtValueEnd(in_)) in_.Seek(in_.Size());
  std::uint32_t end = in_.Position();
  while (IsSpace(in_.At(end - 1))) --end;
  spec.all = Between(start, end);
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
