// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The interface of a device between the two ends of a connection.
#include <optional>

#include "tests/tcp/bulk.h"
#include "tests/tcp/packet.h"

namespace rtsp::test {

/// A device that takes packets on one side and lets them out on the other.
class Middlebox {
 public:
  virtual ~Middlebox() = default;

  /// Returns the packet that leaves on the other side, or nothing if @p packet is dropped.
  virtual std::optional<TcpPacket> Pass(TcpPacket packet) = 0;

  /// Passes @p bulk while no packet is on its way. @p sender and @p receiver are empty packets with the present numbers of both
  /// ends.
  virtual void PassBulk(const Bulk& /*bulk*/, const TcpPacket& /*sender*/, const TcpPacket& /*receiver*/) {}
};

/// Passes everything unchanged, to measure a session without a helper.
class Wire : public Middlebox {
 public:
  std::optional<TcpPacket> Pass(TcpPacket packet) override { return packet; }
};

}  // namespace rtsp::test
