// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/nat/address.h"

namespace nat {
namespace {

constexpr std::uint32_t kGroups = 8;
constexpr std::uint32_t kIpv4Parts = 4;

bool ReadIpv4(bytes::Cursor text, rtspnat_address& address) {
  for (std::uint32_t i = 0; i < kIpv4Parts; ++i) {
    if (i != 0) {
      if (text.Peek() != '.') return false;
      text.Skip();
    }
    // A leading zero means octal to some readers: not an address that we are sure of.
    const bool zero = text.Peek() == '0';
    const bytes::Number part = bytes::ReadNumber(text, 255);
    if (!part.valid || (zero && part.field.length != 1)) return false;
    address.bytes[i] = static_cast<std::uint8_t>(part.value);
  }
  address.family = 4;
  return text.AtEnd();
}

int HexDigit(std::uint8_t byte) {
  if (bytes::IsDigit(byte)) return byte - '0';
  const int letter = byte | 0x20;
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

// Reads 1 to 4 hexadecimal digits.
bool ReadGroup(bytes::Cursor& text, std::uint16_t& group) {
  std::uint32_t digits = 0;
  group = 0;
  for (; digits < 4 && HexDigit(text.Peek()) >= 0; ++digits, text.Skip())
    group = static_cast<std::uint16_t>(group << 4 | HexDigit(text.Peek()));
  return digits != 0 && HexDigit(text.Peek()) < 0;
}

bool ReadIpv6(bytes::Cursor text, rtspnat_address& address) {
  std::uint16_t groups[kGroups] = {};
  std::uint32_t count = 0;
  std::uint32_t gap = kGroups;  // Where `::` stands.
  if (text.At(0) == ':' && text.At(1) == ':') {
    gap = 0;
    text.Seek(2);
  }
  while (!text.AtEnd()) {
    if (count == kGroups || !ReadGroup(text, groups[count])) return false;
    ++count;
    if (text.AtEnd()) break;
    if (text.Peek() != ':') return false;
    text.Skip();
    if (text.AtEnd()) return false;
    if (text.Peek() != ':') continue;
    if (gap != kGroups) return false;
    gap = count;
    text.Skip();
  }
  if (gap == kGroups ? count != kGroups : count >= kGroups) return false;
  // The groups behind the gap move to the end; in between are zeros.
  const std::uint32_t zeros = kGroups - count;
  for (std::uint32_t to = 0; to < kGroups; ++to) {
    if (to >= gap && to < gap + zeros) continue;
    const std::uint16_t group = groups[to < gap ? to : to - zeros];
    address.bytes[2 * to] = static_cast<std::uint8_t>(group >> 8);
    address.bytes[2 * to + 1] = static_cast<std::uint8_t>(group & 0xff);
  }
  address.family = 6;
  return true;
}

// Text that grows at its end.
struct Text {
  std::uint8_t (&bytes)[kAddressBytes];
  std::uint32_t size = 0;

  void Put(std::uint32_t byte) {
    if (size < kAddressBytes) bytes[size++] = static_cast<std::uint8_t>(byte);
  }

  void PutNumber(std::uint32_t number, std::uint32_t base) {
    if (number >= base) PutNumber(number / base, base);
    Put("0123456789abcdef"[number % base]);
  }
};

// The longest run of groups that are zero, the first of those as long; one alone is no run.
struct Run {
  std::uint32_t start = kGroups;
  std::uint32_t size = 1;
};

Run LongestZeros(const std::uint16_t (&groups)[kGroups]) {
  Run longest;
  for (std::uint32_t start = 0; start < kGroups; ++start) {
    std::uint32_t end = start;
    while (end < kGroups && groups[end] == 0) ++end;
    if (end - start > longest.size) longest = {start, end - start};
  }
  return longest;
}

void WriteIpv6(const rtspnat_address& address, Text& text) {
  std::uint16_t groups[kGroups];
  for (std::uint32_t i = 0; i < kGroups; ++i)
    groups[i] = static_cast<std::uint16_t>(address.bytes[2 * i] << 8 | address.bytes[2 * i + 1]);
  const Run zeros = LongestZeros(groups);
  for (std::uint32_t i = 0; i < kGroups;) {
    if (i == zeros.start) {
      text.Put(':');
      i += zeros.size;
      if (i == kGroups) text.Put(':');
      continue;
    }
    if (i != 0) text.Put(':');
    text.PutNumber(groups[i++], 16);
  }
}

}  // namespace

std::uint32_t WriteAddress(const rtspnat_address& address, std::uint8_t (&text)[kAddressBytes]) {
  Text out{text};
  if (address.family == 6) WriteIpv6(address, out);
  for (std::uint32_t i = 0; address.family == 4 && i < kIpv4Parts; ++i) {
    if (i != 0) out.Put('.');
    out.PutNumber(address.bytes[i], 10);
  }
  return out.size;
}

rtspnat_address ReadAddress(bytes::Cursor text) {
  rtspnat_address address = {};
  if (ReadIpv4(text, address)) return address;
  address = {};
  return ReadIpv6(text, address) ? address : rtspnat_address{};
}

bool IsSame(const rtspnat_address& a, const rtspnat_address& b) {
  const std::uint32_t size = a.family == 4 ? 4 : 16;
  bool same = a.family != 0 && a.family == b.family;
  for (std::uint32_t i = 0; i < size; ++i) same = same && a.bytes[i] == b.bytes[i];
  return same;
}

}  // namespace nat
