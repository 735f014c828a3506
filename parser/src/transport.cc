// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "rtsp/transport.h"

#include "rtsp/transport_lexer.h"

namespace rtsp {
namespace {

constexpr std::uint32_t kMaxPort = 65535;

constexpr Field Between(std::uint32_t from, std::uint32_t to) {
  return {static_cast<std::uint16_t>(from), static_cast<std::uint16_t>(to - from)};
}

constexpr bool IsSeparator(std::uint8_t byte) { return byte == ';' || byte == ','; }

bool AtValueEnd(const Cursor& in) { return in.AtEnd() || IsSeparator(in.Peek()); }

// Reads the second of two numbers, if there is one. A comma separates numbers only where a whole
// number follows: otherwise it begins the next spec.
bool ReadSecondNumber(Cursor& in, std::uint32_t maximum, Ports& ports) {
  const std::uint32_t start = in.Position();
  const std::uint8_t separator = in.Peek();
  if (separator != '-' && separator != '/' && separator != ',') return AtValueEnd(in);
  in.Skip();
  SkipSpace(in);
  const Number number = ReadNumber(in, maximum);
  SkipSpace(in);
  if (separator == ',' && (number.field.Empty() || !AtValueEnd(in))) {
    in.Seek(start);
    return true;
  }
  ports.separator = separator;
  ports.field[1] = number.field;
  ports.value[1] = static_cast<std::uint16_t>(number.value);
  return number.valid && AtValueEnd(in);
}

Ports ReadPorts(Cursor& in, std::uint32_t maximum, bool& valid) {
  Ports ports;
  const Number number = ReadNumber(in, maximum);
  SkipSpace(in);
  ports.field[0] = number.field;
  ports.value[0] = static_cast<std::uint16_t>(number.value);
  valid = number.valid && ReadSecondNumber(in, maximum, ports);
  if (!valid) return {};
  ports.count = ports.separator != 0 ? 2 : 1;
  return ports;
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
bool ReadAddresses(Cursor& in, Address (&addresses)[2], std::uint8_t& count, std::uint8_t& flags) {
  for (bool valid = true;; in.Skip()) {
    SkipSpace(in);
    Cursor quoted;
    if (!ReadQuoted(in, quoted)) return false;
    if (count < 2) {
      valid = ReadAddress(quoted, addresses[count]) && valid;
      ++count;
    } else {
      flags |= kSpecMoreAddresses;
    }
    SkipSpace(in);
    if (in.Peek() != '/') return valid;
  }
}

// One `name[=value]` at a time, into a spec. `seen_` has a bit for each parameter.
class SpecReader {
 public:
  SpecReader(Cursor in, TransportSpec& spec) : in_(in), spec_(spec) {}

  Cursor ReadAll();

 private:
  void Malformed() { spec_.flags |= kSpecMalformed; }
  void ReadParameter();
  void ReadProtocol(Protocol protocol, std::uint32_t start);
  void NoteName(Parameter parameter);
  void ReadValue(Parameter parameter);
  void SkipValue();
  [[nodiscard]] Ports* PortsOf(Parameter parameter);
  [[nodiscard]] Field* FieldOf(Parameter parameter);
  [[nodiscard]] Field ReadField();
  [[nodiscard]] Ports ReadPortsUpTo(std::uint32_t maximum);
  void ReadAddressesOf(Address (&addresses)[2], std::uint8_t& count);

  Cursor in_;
  TransportSpec& spec_;
  std::uint32_t seen_ = 0;
};

void SpecReader::ReadProtocol(Protocol protocol, std::uint32_t start) {
  if (spec_.protocol != Protocol::kNone) Malformed();
  spec_.protocol = protocol;
  spec_.protocol_field = Between(start, in_.Position());
}

inline void SpecReader::SkipValue() {
  Cursor scan = in_;  // So that in_ itself lives in registers.
  if (!LexValue(scan)) Malformed();
  in_ = scan;
}

// The value up to the separator, without the white space at its end.
Field SpecReader::ReadField() {
  const std::uint32_t start = in_.Position();
  SkipValue();
  std::uint32_t end = in_.Position();
  while (end > start && IsSpace(in_.At(end - 1))) --end;
  return Between(start, end);
}

Ports SpecReader::ReadPortsUpTo(std::uint32_t maximum) {
  bool valid = false;
  Cursor scan = in_;
  const Ports ports = ReadPorts(scan, maximum, valid);
  if (valid) {
    in_ = scan;
  } else {
    spec_.flags |= kSpecBadPort;
    SkipValue();
  }
  return ports;
}

void SpecReader::ReadAddressesOf(Address (&addresses)[2], std::uint8_t& count) {
  Cursor scan = in_;
  if (!ReadAddresses(scan, addresses, count, spec_.flags)) Malformed();
  in_ = scan;
}

Ports* SpecReader::PortsOf(Parameter parameter) {
  switch (parameter) {
    case Parameter::kClientPort: return &spec_.client_port;
    case Parameter::kServerPort: return &spec_.server_port;
    case Parameter::kPort: return &spec_.port;
    case Parameter::kInterleaved: return &spec_.interleaved;
    default: return nullptr;
  }
}

Field* SpecReader::FieldOf(Parameter parameter) {
  switch (parameter) {
    case Parameter::kDestination: return &spec_.destination;
    case Parameter::kSource: return &spec_.source;
    case Parameter::kSetup: return &spec_.setup;
    case Parameter::kConnection: return &spec_.connection;
    case Parameter::kSsrc: return &spec_.ssrc;
    case Parameter::kMode: return &spec_.mode;
    default: return nullptr;
  }
}

void SpecReader::ReadValue(Parameter parameter) {
  if (Ports* ports = PortsOf(parameter)) {
    *ports = ReadPortsUpTo(parameter == Parameter::kInterleaved ? 255 : kMaxPort);
  } else if (Field* field = FieldOf(parameter)) {
    *field = ReadField();
    if (parameter == Parameter::kMode && LexIsRecord(in_.Slice(*field))) spec_.flags |= kSpecRecord;
  } else if (parameter == Parameter::kDestAddr) {
    ReadAddressesOf(spec_.dest_addr, spec_.destinations);
  } else if (parameter == Parameter::kSrcAddr) {
    ReadAddressesOf(spec_.src_addr, spec_.sources);
  } else {
    SkipValue();
  }
}

// Notes what a name says by itself, with a value or without.
void SpecReader::NoteName(Parameter parameter) {
  switch (parameter) {
    case Parameter::kNothing: Malformed(); break;
    case Parameter::kProtocol: break;
    case Parameter::kUnicast:
    case Parameter::kMulticast: {
      const Delivery delivery = parameter == Parameter::kUnicast ? Delivery::kUnicast : Delivery::kMulticast;
      if (spec_.delivery != Delivery::kNotSaid && spec_.delivery != delivery) Malformed();
      spec_.delivery = delivery;
      break;
    }
    case Parameter::kRtcpMux: spec_.flags |= kSpecRtcpMux; break;
    case Parameter::kUnknown: spec_.flags |= kSpecUnknown; break;
    default: {
      const std::uint32_t bit = 1U << static_cast<unsigned>(parameter);
      if ((seen_ & bit) != 0) Malformed();
      seen_ |= bit;
      spec_.has_destination |= parameter == Parameter::kDestination;
      spec_.has_source |= parameter == Parameter::kSource;
      break;
    }
  }
}

void SpecReader::ReadParameter() {
  const std::uint32_t start = in_.Position();
  const ParameterName name = LexParameterName(in_);
  in_.Seek(name.end);
  NoteName(name.parameter);
  if (name.parameter == Parameter::kProtocol) ReadProtocol(name.protocol, start);
  SkipSpace(in_);
  if (in_.Peek() == '=') {
    in_.Skip();
    SkipSpace(in_);
    ReadValue(name.parameter);
  } else if (name.parameter == Parameter::kClientPort || name.parameter == Parameter::kServerPort) {
    spec_.flags |= kSpecBadPort;
  }
  SkipSpace(in_);
  if (!AtValueEnd(in_)) {
    Malformed();
    SkipValue();
  }
}

// Returns where the spec ends.
Cursor SpecReader::ReadAll() {
  for (;; in_.Skip()) {
    SkipSpace(in_);
    if (!AtValueEnd(in_)) ReadParameter();
    if (in_.Peek() != ';') return in_;
  }
}

}  // namespace

bool TransportReader::Find() {
  while (IsSpace(in_.Peek()) || in_.Peek() == ',') in_.Skip();
  return !in_.AtEnd();
}

void TransportReader::Read(TransportSpec& spec) {
  spec = {};
  const std::uint32_t start = in_.Position();
  in_ = SpecReader(in_, spec).ReadAll();
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
