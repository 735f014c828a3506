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
constexpr ParameterSet kTelling(Parameter::kNothing, Parameter::kUnknown, Parameter::kProtocol,
                                Parameter::kUnicast, Parameter::kMulticast, Parameter::kRtcpMux,
                                Parameter::kDestination, Parameter::kSource);
constexpr ParameterSet kPortNames(Parameter::kClientPort, Parameter::kServerPort);

constexpr Field Between(std::uint32_t from, std::uint32_t to) {
  return {static_cast<std::uint16_t>(from), static_cast<std::uint16_t>(to - from)};
}

constexpr bool IsSeparator(std::uint8_t byte) { return byte == ';' || byte == ','; }

// Functions here take a cursor by value and return it moved, so that it lives in registers.

bool AtValueEnd(Cursor in) { return in.AtEnd() || IsSeparator(in.Peek()); }

void Malformed(TransportSpec& spec) { spec.flags |= kSpecMalformed; }

[[gnu::noinline]] Cursor SkipValueAt(const Cursor& in, TransportSpec& spec) {
  Cursor scan = in;
  if (!LexValue(scan)) Malformed(spec);
  return scan;
}

inline Cursor SkipValue(Cursor in, TransportSpec& spec) {
  in.Seek(SkipValueAt(Cursor(in), spec).Position());
  return in;
}

// Reads one number or two, and the white space behind each. A comma separates numbers only where a whole number
// follows: otherwise it begins the next spec.
[[gnu::always_inline]] inline bool ReadNumbers(Cursor& in, std::uint32_t maximum, Ports& ports) {
  const Number first = ReadNumber(in, maximum);
  SkipSpace(in);
  if (!first.valid) return false;
  const std::uint32_t behind = in.Position();
  const std::uint8_t separator = in.Peek();
  Number second;
  ports.count = 1;
  if (separator == '-' || separator == '/' || separator == ',') {
    in.Skip();
    SkipSpace(in);
    second = ReadNumber(in, maximum);
    SkipSpace(in);
    if (separator == ',' && (second.field.Empty() || !AtValueEnd(in))) {
      second = {};
      in.Seek(behind);
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

inline Cursor ReadPorts(Cursor in, TransportSpec& spec, Ports& ports, std::uint32_t maximum) {
  Cursor scan = in;
  ports = {};
  if (ReadNumbers(scan, maximum, ports)) return scan;
  ports = {};
  spec.flags |= kSpecBadPort;
  return SkipValue(in, spec);
}

// The value up to the separator, without the white space at its end.
[[gnu::noinline]] Cursor ReadField(Cursor in, TransportSpec& spec, Field& field) {
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
  const Number port = ReadDigits(in, kMaxPort);
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
[[gnu::noinline]] Cursor ReadAddresses(Cursor in, TransportSpec& spec, Address (&addresses)[2],
                                       std::uint8_t& count) {
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

// Notes what a name at `position` says by itself, with a value or without.
void NoteName(TransportSpec& spec, const ParameterName& name, std::uint32_t position) {
  if (!kTelling.Has(name.parameter)) return;
  switch (name.parameter) {
    case Parameter::kProtocol:
      spec.protocol = name.protocol;
      spec.protocol_field = Between(position, name.end);
      return;
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
    in.Seek(ReadValue(in, spec, parameter).Position());
    SkipSpace(in);
  } else if (kPortNames.Has(parameter)) {
    spec.flags |= kSpecBadPort;
  }
  if (AtValueEnd(in)) return in;
  Malformed(spec);
  return SkipValue(in, spec);
}

// Reads `name[=value];...` and returns where the spec ends.
[[gnu::noinline]] Cursor ReadSpec(Cursor in, TransportSpec& spec) {
  ParameterSet seen;
  for (;;) {
    const ParameterName name = LexParameterName(in);
    const Parameter parameter = name.parameter;
    if (parameter == Parameter::kNothing) {
      if (IsSpace(name.after)) {
        in.Seek(BehindSpace(Cursor(in)));
        continue;
      }
      if (AtValueEnd(in)) {
        if (name.after != ';') return in;
        in.Skip();
        continue;
      }
    }
    if (!kRepeatable.Has(parameter)) {
      if (seen.Has(parameter)) Malformed(spec);
      seen.Add(parameter);
    }
    NoteName(spec, name, in.Position());
    in.Seek(name.end);
    if (name.after != ';' || kPortNames.Has(parameter)) {
      in.Seek(ReadRest(in, spec, parameter).Position());
      if (in.Peek() != ';') return in;
    }
    in.Skip();
  }
}

// Reads a port of at most 7 digits. Returns false if there is none; the cursor is then anywhere.
[[gnu::always_inline]] inline bool TakePort(Cursor& in, std::uint16_t& value, Field& field) {
  const ShortNumber number = ReadShortNumber(in);
  if (number.length == 0 || number.value > kMaxPort) return false;
  value = static_cast<std::uint16_t>(number.value);
  field.offset = static_cast<std::uint16_t>(in.Position());
  field.length = static_cast<std::uint16_t>(number.length);
  in.Seek(in.Position() + number.length);
  return true;
}

// Reads what most clients write, byte for byte, to the end of the line. Returns false for all else, which is for
// ReadSpec(); the spec is then anything.
[[gnu::always_inline]] inline bool ReadCommonSpec(Cursor& in, TransportSpec& spec) {
  Cursor scan = in;
  std::uint16_t protocol_length = sizeof("RTP/AVP/UDP") - 1;
  if (!scan.Take("RTP/AVP/UDP;unicast;client_port=")) {
    protocol_length = sizeof("RTP/AVP") - 1;
    if (!scan.Take("RTP/AVP;unicast;client_port=")) return false;
  }
  Ports& ports = spec.client_port;
  if (!TakePort(scan, ports.value[0], ports.field[0]) || !scan.Take("-")) return false;
  if (!TakePort(scan, ports.value[1], ports.field[1]) || !scan.AtEnd()) return false;
  ports.count = 2;
  ports.separator = '-';
  spec.all = Between(in.Position(), scan.Position());
  spec.protocol_field.offset = spec.all.offset;
  spec.protocol_field.length = protocol_length;
  spec.protocol = Protocol::kRtpUdp;
  spec.delivery = Delivery::kUnicast;
  spec.common = true;
  in.Seek(scan.Position());
  return true;
}

}  // namespace

bool TransportReader::Find() {
  while (IsSpace(in_.Peek()) || in_.Peek() == ',') in_.Skip();
  return !in_.AtEnd();
}

void TransportReader::Read(TransportSpec& spec) {
  spec = {};
  if (ReadCommonSpec(in_, spec)) return;
  spec = {};
  const std::uint32_t start = in_.Position();
  in_.Seek(ReadSpec(in_, spec).Position());
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
