// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/model/frame.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace rtsp::model {
namespace {

constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;
constexpr std::uint8_t kDestinationOptions = 60;
constexpr std::size_t kTcpHeader = 20;
constexpr std::size_t kUdpHeader = 8;

using Bytes = std::string;

void Put8(Bytes& to, unsigned value) { to.push_back(static_cast<char>(value)); }
void Put16(Bytes& to, unsigned value) {
  Put8(to, value >> 8 & 255);
  Put8(to, value & 255);
}
void Put32(Bytes& to, std::uint32_t value) {
  Put16(to, value >> 16);
  Put16(to, value & 0xffff);
}
template <std::size_t kSize>
void PutAddress(Bytes& to, const std::array<std::uint8_t, kSize>& address) {
  to.append(address.begin(), address.end());
}

unsigned Get8(std::string_view from, std::size_t at) { return static_cast<std::uint8_t>(from[at]); }
unsigned Get16(std::string_view from, std::size_t at) { return Get8(from, at) << 8 | Get8(from, at + 1); }
std::uint32_t Get32(std::string_view from, std::size_t at) {
  return Get16(from, at) << 16 | Get16(from, at + 2);
}

void Set16(Bytes& to, std::size_t at, unsigned value) {
  to[at] = static_cast<char>(value >> 8);
  to[at + 1] = static_cast<char>(value & 255);
}

// RFC 1071, in another way than the model's: big-endian words.
std::uint32_t Sum(std::string_view bytes, std::uint32_t sum = 0) {
  for (std::size_t i = 0; i < bytes.size(); ++i) sum += Get8(bytes, i) << (i % 2 == 0 ? 8 : 0);
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return sum;
}

std::uint32_t PseudoSum(const Network& network, const Endpoint& from, const Endpoint& to,
                        std::uint8_t protocol, std::size_t length) {
  Bytes header;
  if (network.ipv6) {
    PutAddress(header, from.host.Six());
    PutAddress(header, to.host.Six());
  } else {
    PutAddress(header, from.host.Four());
    PutAddress(header, to.host.Four());
  }
  Put32(header, static_cast<std::uint32_t>(length));
  Put32(header, protocol);
  return Sum(header);
}

Bytes Ipv4Header(const Network& network, const Endpoint& from, const Endpoint& to, std::uint8_t protocol,
                 std::size_t length) {
  const unsigned words = 5 + std::min(network.options, 10U);
  Bytes header;
  Put8(header, 0x40 | words);
  Put8(header, 0);
  Put16(header, static_cast<unsigned>(words * 4 + length));
  Put32(header, 0x12344000);  // Identification; do not fragment.
  Put8(header, 64);
  Put8(header, protocol);
  Put16(header, 0);
  PutAddress(header, from.host.Four());
  PutAddress(header, to.host.Four());
  header.append(words * 4 - header.size(), '\1');  // Options that do nothing.
  Set16(header, 10, 0xffff ^ Sum(header));
  return header;
}

Bytes Ipv6Header(const Network& network, const Endpoint& from, const Endpoint& to, std::uint8_t protocol,
                 std::size_t length) {
  const unsigned extension = network.options * 8;
  Bytes header;
  Put32(header, 0x60000000);
  Put16(header, static_cast<unsigned>(extension + length));
  Put8(header, extension != 0 ? kDestinationOptions : protocol);
  Put8(header, 64);
  PutAddress(header, from.host.Six());
  PutAddress(header, to.host.Six());
  if (extension == 0) return header;
  Put8(header, protocol);
  Put8(header, network.options - 1);
  header.append({1, static_cast<char>(extension - 4)});  // PadN
  header.append(extension - 4, '\0');
  return header;
}

void Write(const Network& network, const Endpoint& from, const Endpoint& to_whom, std::uint8_t protocol,
           Bytes transport, std::size_t check_at, model_packet& to) {
  const std::uint32_t pseudo = PseudoSum(network, from, to_whom, protocol, transport.size());
  unsigned check = 0xffff ^ Sum(transport, pseudo);
  if (protocol == kUdp && check == 0) check = 0xffff;
  Set16(transport, check_at, network.wrong_checksum ? check ^ 0x1111 : check);
  const Bytes header = network.ipv6 ? Ipv6Header(network, from, to_whom, protocol, transport.size())
                                    : Ipv4Header(network, from, to_whom, protocol, transport.size());
  const Bytes all = header + transport;
  to.ipv6 = network.ipv6;
  to.length = std::min(all.size(), sizeof(to.bytes));
  std::memcpy(to.bytes, all.data(), to.length);
}

Bytes TcpOptions(const Network& network, const test::TcpPacket& packet) {
  Bytes options;
  if (packet.syn) {
    options.append({2, 4, 5, static_cast<char>(0xb4)});                        // Maximum segment size: 1460
    options.append({4, 2, 1, 3, 3, static_cast<char>(network.window_scale)});  // SACK permitted; window scale
  }
  if (packet.has_timestamp) {
    options.append({1, 1, 8, 10});
    Put32(options, packet.timestamp);
    Put32(options, packet.timestamp_echo);
  }
  // Room for 3 blocks beside a timestamp, for 4 else.
  const std::size_t blocks = std::min((40 - options.size() - 2) / 8, packet.sack.size());
  if (blocks != 0) {
    options.append({1, 1, 5, static_cast<char>(2 + 8 * blocks)});
    for (std::size_t i = 0; i < blocks; ++i) {
      Put32(options, packet.sack[i].first);
      Put32(options, packet.sack[i].second);
    }
  }
  options.append((4 - options.size() % 4) % 4, '\1');
  return options;
}

void ParseOptions(std::string_view options, test::TcpPacket& packet) {
  for (std::size_t at = 0; at < options.size() && options[at] != 0;) {
    if (options[at] == 1) {
      ++at;
      continue;
    }
    const std::size_t length = at + 1 < options.size() ? Get8(options, at + 1) : 0;
    if (length < 2 || length > options.size() - at) return;
    if (options[at] == 5) {
      for (std::size_t i = at + 2; i + 8 <= at + length; i += 8)
        packet.sack.emplace_back(Get32(options, i), Get32(options, i + 4));
    }
    if (options[at] == 8 && length == 10) {
      packet.has_timestamp = true;
      packet.timestamp = Get32(options, at + 2);
      packet.timestamp_echo = Get32(options, at + 6);
    }
    at += length;
  }
}

// Returns false unless the header is whole.
bool ParseTcp(std::string_view bytes, test::TcpPacket& packet) {
  if (bytes.size() < kTcpHeader) return false;
  const std::size_t header = Get8(bytes, 12) / 16 * 4;
  if (header < kTcpHeader || header > bytes.size()) return false;
  const unsigned flags = Get8(bytes, 13);
  packet.seq = Get32(bytes, 4);
  packet.ack = Get32(bytes, 8);
  packet.fin = (flags & 1) != 0;
  packet.syn = (flags & 2) != 0;
  packet.rst = (flags & 4) != 0;
  packet.psh = (flags & 8) != 0;
  packet.has_ack = (flags & 16) != 0;
  packet.urg = (flags & 32) != 0;
  packet.window = Get16(bytes, 14);
  packet.urgent = static_cast<std::uint16_t>(Get16(bytes, 18));
  ParseOptions(bytes.substr(kTcpHeader, header - kTcpHeader), packet);
  packet.payload = bytes.substr(header);
  return true;
}

template <std::size_t kSize>
Host HostOf(std::string_view address, std::array<std::uint8_t, kSize> (Host::*form)() const) {
  for (const bool outside : {false, true}) {
    Host host{outside, static_cast<std::uint8_t>(address[kSize - 1])};
    host.network = static_cast<std::uint8_t>(address[kSize - 2] - (outside && kSize == 4 ? 2 : 0));
    if (std::memcmp((host.*form)().data(), address.data(), kSize) == 0) return host;
  }
  return {};
}

// Returns the offset of the transport header, 0 if there is none.
std::size_t ParseNetwork(std::string_view bytes, Parsed& parsed) {
  if (bytes.size() < 20) return 0;
  if (!parsed.ipv6) {
    parsed.from.host = HostOf<4>(bytes.substr(12), &Host::Four);
    parsed.to.host = HostOf<4>(bytes.substr(16), &Host::Four);
    parsed.protocol = static_cast<std::uint8_t>(bytes[9]);
    return Get16(bytes, 2) == bytes.size() ? Get8(bytes, 0) % 16 * 4 : 0;
  }
  if (bytes.size() < 40 || Get16(bytes, 4) + 40 != bytes.size()) return 0;
  parsed.from.host = HostOf<16>(bytes.substr(8), &Host::Six);
  parsed.to.host = HostOf<16>(bytes.substr(24), &Host::Six);
  std::size_t at = 40;
  parsed.protocol = static_cast<std::uint8_t>(bytes[6]);
  while (parsed.protocol == kDestinationOptions && at + 2 <= bytes.size()) {
    parsed.protocol = static_cast<std::uint8_t>(bytes[at]);
    at += (Get8(bytes, at + 1) + 1) * 8;
  }
  return at;
}

}  // namespace

std::array<std::uint8_t, 4> Host::Four() const {
  if (outside) return {192, 0, static_cast<std::uint8_t>(2 + network), number};
  return {10, 0, 0, number};
}

std::array<std::uint8_t, 16> Host::Six() const {
  if (outside) return {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, network, number};
  return {0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, network, number};
}

std::ostream& operator<<(std::ostream& out, const Endpoint& endpoint) {
  return out << (endpoint.host.outside ? "outside " : "inside ") << int{endpoint.host.number} << " port "
             << endpoint.port;
}

void BuildTcp(const Network& network, const Endpoint& from, const Endpoint& to_whom,
              const test::TcpPacket& packet, model_packet& to) {
  const Bytes options = TcpOptions(network, packet);
  const std::uint32_t window = packet.syn ? packet.window : packet.window >> network.window_scale;
  Bytes bytes;
  Put16(bytes, from.port);
  Put16(bytes, to_whom.port);
  Put32(bytes, packet.seq);
  Put32(bytes, packet.ack);
  Put8(bytes, static_cast<unsigned>((kTcpHeader + options.size()) / 4 << 4));
  Put8(bytes, (packet.fin ? 1U : 0U) | (packet.syn ? 2U : 0U) | (packet.rst ? 4U : 0U) |
                  (packet.psh ? 8U : 0U) | (packet.has_ack ? 16U : 0U) | (packet.urg ? 32U : 0U));
  Put16(bytes, std::min(window, 0xffffU));
  Put16(bytes, 0);
  Put16(bytes, packet.urgent);
  Write(network, from, to_whom, kTcp, bytes + options + packet.payload, 16, to);
}

void BuildUdp(const Network& network, const Endpoint& from, const Endpoint& to_whom,
              const std::string& payload, model_packet& to) {
  Bytes bytes;
  Put16(bytes, from.port);
  Put16(bytes, to_whom.port);
  Put16(bytes, static_cast<unsigned>(kUdpHeader + payload.size()));
  Put16(bytes, 0);
  Write(network, from, to_whom, kUdp, bytes + payload, 6, to);
}

Parsed Parse(const model_packet& packet) {
  const std::string_view bytes(reinterpret_cast<const char*>(packet.bytes), packet.length);
  Parsed parsed;
  parsed.ipv6 = packet.ipv6;
  const std::size_t at = ParseNetwork(bytes, parsed);
  if (at == 0 || at + kUdpHeader > bytes.size()) return parsed;
  const std::string_view transport = bytes.substr(at);
  parsed.from.port = static_cast<std::uint16_t>(Get16(transport, 0));
  parsed.to.port = static_cast<std::uint16_t>(Get16(transport, 2));
  if (parsed.protocol == kTcp) parsed.ok = ParseTcp(transport, parsed.tcp);
  if (parsed.protocol == kUdp) {
    parsed.ok = Get16(transport, 4) == transport.size();
    parsed.payload = transport.substr(kUdpHeader);
  }
  return parsed;
}

void MendIpHeader(model_packet& packet) {
  Bytes bytes(reinterpret_cast<const char*>(packet.bytes), packet.length);
  if (packet.ipv6) {
    Set16(bytes, 4, static_cast<unsigned>(bytes.size() - 40));
  } else {
    const unsigned words = std::clamp(Get8(bytes, 0) % 16, 5U, 10U);
    bytes[0] = static_cast<char>(0x40 | words);
    Set16(bytes, 2, static_cast<unsigned>(bytes.size()));
    Set16(bytes, 10, 0);
    Set16(bytes, 10, 0xffff ^ Sum(std::string_view(bytes).substr(0, words * 4)));
  }
  std::memcpy(packet.bytes, bytes.data(), bytes.size());
}

}  // namespace rtsp::model
