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

// One `name[=value]` at a time, into a spec. `seen` has a bit for each parameter.
class SpecReader {
 public:
  SpecReader(Cursor& in, TransportSpec& spec) : in_(in), spec_(spec) {}

  void ReadParameter();

 private:
  void Malformed() { spec_.flags |= kSpecMalformed; }
  void ReadProtocol(Protocol protocol, std::uint32_t start);
  void ReadValue(Parameter parameter);
  void SkipValue();
  Field ReadField();
  Ports ReadPortsOf(std::uint32_t maximum);
  void ReadAddressesOf(Address (&addresses)[2], std::uint8_t& count);

  Cursor& in_;
  TransportSpec& spec_;
  std::uint32_t seen_ = 0;
};

void SpecReader::ReadProtocol(Protocol protocol, std::uint32_t start) {
  if (spec_.protocol != Protocol::kNone) Malformed();
  spec_.protocol = protocol;
  spec_.protocol_field = Between(start, in_.Position());
}

void SpecReader::SkipValue() {
  if (!LexValue(in_)) Malformed();
}

// The value up to the separator, without the white space at its end.
Field SpecReader::ReadField() {
  const std::uint32_t start = in_.Position();
  SkipValue();
  std::uint32_t end = in_.Position();
  while (end > start && IsSpace(in_.At(end - 1))) --end;
  return Between(start, end);
}

Ports SpecReader::ReadPortsOf(std::uint32_t maximum) {
  bool valid = false;
  const std::uint32_t start = in_.Position();
  const Ports ports = ReadPorts(in_, maximum, valid);
  if (!valid) {
    spec_.flags |= kSpecBadPort;
    in_.Seek(start);
    SkipValue();
  }
  return ports;
}

void SpecReader::ReadAddressesOf(Address (&addresses)[2], std::uint8_t& count) {
  if (!ReadAddresses(in_, addresses, count, spec_.flags)) Malformed();
}

void SpecReader::ReadValue(Parameter parameter) {
  switch (parameter) {
    case Parameter::kClientPort: spec_.client_port = ReadPortsOf(kMaxPort); break;
    case Parameter::kServerPort: spec_.server_port = ReadPortsOf(kMaxPort); break;
    case Parameter::kPort: spec_.port = ReadPortsOf(kMaxPort); break;
    case Parameter::kInterleaved: spec_.interleaved = ReadPortsOf(255); break;
    case Parameter::kDestination: spec_.destination = ReadField(); break;
    case Parameter::kSource: spec_.source = ReadField(); break;
    case Parameter::kSetup: spec_.setup = ReadField(); break;
    case Parameter::kConnection: spec_.connection = ReadField(); break;
    case Parameter::kSsrc: spec_.ssrc = ReadField(); break;
    case Parameter::kMode:
      spec_.mode = ReadField();
      if (LexIsRecord(in_.Slice(spec_.mode))) spec_.flags |= kSpecRecord;
      break;
    case Parameter::kDestAddr: ReadAddressesOf(spec_.dest_addr, spec_.destinations); break;
    case Parameter::kSrcAddr: ReadAddressesOf(spec_.src_addr, spec_.sources); break;
    default: SkipValue(); break;
  }
}

void SpecReader::ReadParameter() {
  const std::uint32_t start = in_.Position();
  const ParameterName name = LexParameterName(in_);
  switch (name.parameter) {
    case Parameter::kNothing: Malformed(); break;
    case Parameter::kProtocol: ReadProtocol(name.protocol, start); break;
    case Parameter::kUnicast:
    case Parameter::kMulticast: {
      const Delivery delivery =
          name.parameter == Parameter::kUnicast ? Delivery::kUnicast : Delivery::kMulticast;
      if (spec_.delivery != Delivery::kNotSaid && spec_.delivery != delivery) Malformed();
      spec_.delivery = delivery;
      break;
    }
    case Parameter::kRtcpMux: spec_.flags |= kSpecRtcpMux; break;
    case Parameter::kUnknown: spec_.flags |= kSpecUnknown; break;
    default: {
      const std::uint32_t bit = 1U << static_cast<unsigned>(name.parameter);
      if ((seen_ & bit) != 0) Malformed();
      seen_ |= bit;
      spec_.has_destination |= name.parameter == Parameter::kDestination;
      spec_.has_source |= name.parameter == Parameter::kSource;
      break;
    }
  }
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

}  // namespace

bool TransportReader::Next(TransportSpec& spec) {
  spec = {};
  while (IsSpace(in_.Peek()) || in_.Peek() == ',') in_.Skip();
  if (in_.AtEnd()) return false;
  const std::uint32_t start = in_.Position();
  SpecReader reader(in_, spec);
  for (;; in_.Skip()) {
    SkipSpace(in_);
    if (!AtValueEnd(in_)) reader.ReadParameter();
    if (in_.Peek() != ';') break;
  }
  // A NUL has stopped the lexer: what stands behind it is not read.
  if (!AtValueEnd(in_)) in_.Seek(in_.Size());
  std::uint32_t end = in_.Position();
  while (IsSpace(in_.At(end - 1))) --end;
  spec.all = Between(start, end);
  return true;
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
