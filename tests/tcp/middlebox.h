// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// What stands between the two ends of a connection.
#include <optional>

#include "tests/tcp/bulk.h"
#include "tests/tcp/packet.h"

namespace rtsp::test {

/// Anything that takes a packet in on one side and lets it out on the other.
class Middlebox {
 public:
  virtual ~Middlebox() = default;

  /// Returns what leaves on the other side; nothing if @p packet is dropped.
  virtual std::optional<TcpPacket> Pass(TcpPacket packet) = 0;

  /// Passes @p bulk while nothing is on its way. @p sender and @p receiver are empty packets, as the two ends would send
  /// them now.
  virtual void PassBulk(const Bulk& /*bulk*/, const TcpPacket& /*sender*/, const TcpPacket& /*receiver*/) {}
};

/// Passes everything as it is: what a session costs without a helper.
class Wire : public Middlebox {
 public:
  std::optional<TcpPacket> Pass(TcpPacket packet) override { return packet; }
};

}  // namespace rtsp::test
