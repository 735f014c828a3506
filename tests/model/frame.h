// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Packets as bytes, from the IP header on, with right lengths and checksums.
#include <array>
#include <cstdint>
#include <ostream>
#include <string>

#include "tests/model/model.h"
#include "tests/tcp/packet.h"

namespace rtsp::model {

/// A host, in both families: 10.0.0.n and fd00::n inside, 192.0.2.n and 2001:db8::n outside. 0: some other one.
struct Host {
  bool outside = false;
  std::uint8_t number = 0;
  std::uint8_t network = 0;  ///< Another one, with 256 more; not inside with IPv4.

  [[nodiscard]] std::array<std::uint8_t, 4> Four() const;
  [[nodiscard]] std::array<std::uint8_t, 16> Six() const;
  friend bool operator==(const Host&, const Host&) = default;
};

/// An address and a port.
struct Endpoint {
  Host host;
  std::uint16_t port = 0;

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Endpoint& endpoint);
};

/// What stands in front of the transport header.
struct Network {
  bool ipv6 = false;
  unsigned options = 0;           ///< IPv4: words of options. IPv6: bytes of extension headers, by 8.
  unsigned window_scale = 7;      ///< Of the option on SYN; windows are scaled by it.
  bool wrong_checksum = false;    ///< Of TCP or UDP, to see that it is noticed.
  unsigned namespace_number = 0;  ///< Of the router; see model_open_namespace().
};

/// Writes a TCP packet into @p to.
void BuildTcp(const Network& network, const Endpoint& from, const Endpoint& to_whom,
              const test::TcpPacket& packet, model_packet& to);

/// Writes a datagram into @p to.
void BuildUdp(const Network& network, const Endpoint& from, const Endpoint& to_whom,
              const std::string& payload, model_packet& to);

/// What a frame says.
struct Parsed {
  bool ok = false;  ///< The headers are whole, and the lengths in them right.
  bool ipv6 = false;
  std::uint8_t protocol = 0;
  Endpoint from, to;
  test::TcpPacket tcp;  ///< The window as in the header, without the direction.
  std::string payload;  ///< Of UDP.
};

/// Reads a frame that has left.
Parsed Parse(const model_packet& packet);

/// Gives any bytes, at least 40, a length and a checksum in their IP header with which a kernel lets them in.
void MendIpHeader(model_packet& packet);

}  // namespace rtsp::model
