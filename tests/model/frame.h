// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Writes and reads packets as bytes, from the IP header on, with right lengths and checksums.
#include <array>
#include <cstdint>
#include <ostream>
#include <string>

#include "tests/model/model.h"
#include "tests/tcp/packet.h"

namespace rtsp::model {

/// A host, in both families: 10.0.0.n and fd00::n inside, 192.0.2.n and 2001:db8::n outside. Number 0 is some other host.
struct Host {
  bool outside = false;
  std::uint8_t number = 0;
  std::uint8_t network = 0;  ///< Another network, of 256 more hosts; not inside with IPv4.

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

/// The headers in front of the transport header, and other options of a packet.
struct Network {
  bool ipv6 = false;
  unsigned options = 0;           ///< IPv4: words of options. IPv6: extension headers, in units of 8 bytes.
  unsigned window_scale = 7;      ///< The option on SYN, by which windows are scaled.
  bool wrong_checksum = false;    ///< A wrong checksum of TCP or UDP, which the model must notice.
  unsigned namespace_number = 0;  ///< The router's namespace; see model_open_namespace().
};

/// Writes a TCP packet into @p to.
void BuildTcp(const Network& network, const Endpoint& from, const Endpoint& to_whom,
              const test::TcpPacket& packet, model_packet& to);

/// Writes a datagram into @p to.
void BuildUdp(const Network& network, const Endpoint& from, const Endpoint& to_whom,
              const std::string& payload, model_packet& to);

/// The contents of a frame.
struct Parsed {
  bool ok = false;  ///< The headers are whole, and their lengths are right.
  bool ipv6 = false;
  std::uint8_t protocol = 0;
  Endpoint from, to;
  test::TcpPacket tcp;  ///< The window is that of the header, and the direction is not set.
  std::string payload;  ///< The payload of UDP.
};

/// Reads a frame that has left.
Parsed Parse(const model_packet& packet);

/// Sets the length and the checksum in the IP header of any bytes, at least 40, so that a kernel lets them in.
void MendIpHeader(model_packet& packet);

}  // namespace rtsp::model
