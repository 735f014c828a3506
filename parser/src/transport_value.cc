// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "rtsp/transport_value.h"

namespace rtsp {
namespace {

// Reads what stands between the quotes; `in` is bounded to it, in the line's offsets.
bool ReadAddress(Cursor in, Address& address) {
  const std::uint32_t start = in.Position();
  if (in.Peek() == '[') {
    in.Skip();
    while (!in.AtEnd() && in.Peek() != ']') in.Skip();
    address.host = Field::Between(start + 1, in.Position());
    if (in.Peek() != ']') return false;
    in.Skip();
  } else {
    while (!in.AtEnd() && in.Peek() != ':') in.Skip();
    address.host = Field::Between(start, in.Position());
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
  if (in.Peek() != '"') return false;
  Cursor scan = in;
  do {
    scan.Skip();
  } while (scan.Peek() != '"' && scan.Peek() != 0);
  if (scan.Peek() != '"') return false;
  quoted = in.Slice(0, scan.Position());
  quoted.Seek(in.Position() + 1);
  in.Seek(scan.Position() + 1);
  return true;
}

}  // namespace

bool ReadNumbers(Cursor& in, std::uint32_t maximum, Ports& ports) {
  const Number first = ReadNumber(in, maximum);
  SkipSpace(in);
  if (!first.valid) return false;
  ports = {1, 0, {static_cast<std::uint16_t>(first.value)}, {first.field}};
  const std::uint8_t separator = in.Peek();
  if (separator != '-' && separator != '/' && separator != ',') return AtValueEnd(in);
  const std::uint32_t behind = in.Position();
  in.Skip();
  SkipSpace(in);
  const Number second = ReadNumber(in, maximum);
  SkipSpace(in);
  if (separator == ',' && (second.field.Empty() || !AtValueEnd(in))) {
    in.Seek(behind);
    return true;
  }
  const bool is_zero = second.valid && second.value == 0 && first.value != 0 && maximum == kMaxPort;
  if (second.field.Empty() || is_zero) return AtValueEnd(in);
  ports.count = 2;
  ports.separator = separator;
  ports.value[1] = static_cast<std::uint16_t>(second.value);
  ports.field[1] = second.field;
  return second.valid && AtValueEnd(in);
}

std::uint16_t ReadAddresses(Cursor& in, Address (&addresses)[2], std::uint8_t& count) {
  std::uint16_t flags = 0;
  for (;; in.Skip()) {
    SkipSpace(in);
    Cursor quoted;
    const bool is_quoted = ReadQuoted(in, quoted);
    if (count == 2 && is_quoted) {
      flags |= kSpecMoreAddresses;
    } else if (!is_quoted || !ReadAddress(quoted, addresses[count++])) {
      flags |= kSpecBadAddress;
    }
    SkipSpace(in);
    if (!is_quoted || in.Peek() != '/') return flags;
  }
}

}  // namespace rtsp
