// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "rtsp/transport_address.h"

namespace rtsp {
namespace {

constexpr std::uint32_t kLastAddressPort = 65535;

constexpr Field Run(std::uint32_t from, std::uint32_t to) {
  return {static_cast<std::uint16_t>(from), static_cast<std::uint16_t>(to - from)};
}

// Reads what stands between the quotes; `in` is bounded to it, in the line's offsets.
bool ReadAddress(Cursor in, Address& address) {
  const std::uint32_t start = in.Position();
  if (in.Peek() == '[') {
    in.Skip();
    while (!in.AtEnd() && in.Peek() != ']') in.Skip();
    address.host = Run(start + 1, in.Position());
    if (in.Peek() != ']') return false;
    in.Skip();
  } else {
    while (!in.AtEnd() && in.Peek() != ':') in.Skip();
    address.host = Run(start, in.Position());
  }
  if (in.AtEnd()) return !address.host.Empty();
  if (in.Peek() != ':') return false;
  in.Skip();
  const Number port = ReadNumber(in, kLastAddressPort);
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

}  // namespace

Cursor ReadAddresses(Cursor in, Address (&addresses)[2], std::uint8_t& count, std::uint16_t& flags) {
  for (bool valid = true;; in.Skip()) {
    SkipSpace(in);
    Cursor quoted;
    if (!ReadQuoted(in, quoted)) {
      flags |= kSpecBadAddress;
      return in;
    }
    if (count < 2) {
      valid = ReadAddress(quoted, addresses[count]) && valid;
      ++count;
    } else {
      flags |= kSpecMoreAddresses;
    }
    SkipSpace(in);
    if (in.Peek() == '/') continue;
    if (!valid) flags |= kSpecBadAddress;
    return in;
  }
}

}  // namespace rtsp
