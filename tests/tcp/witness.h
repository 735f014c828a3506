// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Wraps a middlebox and checks the laws that can be seen from outside, whatever the middlebox is.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/tcp/complaints.h"
#include "tests/tcp/middlebox.h"

namespace rtsp::test {

/// Checks that a number on the far side stands for the same byte each time, until the byte is acknowledged (law 5). Checks that no packet
/// becomes longer than both the longest that came in and 512 bytes.
class Witness : public Middlebox {
 public:
  Witness(Middlebox& inner, Complaints& complaints) : inner_(inner), complaints_(complaints) {}

  std::optional<TcpPacket> Pass(TcpPacket packet) override;
  void PassBulk(const Bulk& bulk, const TcpPacket& sender, const TcpPacket& receiver) override;

 private:
  struct Stream {
    std::optional<std::uint32_t> first;  // The number of the first byte.
    std::uint32_t acknowledged = 0;      // Acknowledged offset, in the receiver's numbers.
    std::string bytes;
    std::vector<bool> seen;
    std::size_t longest = 512;  // Bytes of the longest packet.
  };

  void TakeAcknowledgement(const TcpPacket& packet);
  void CheckBytes(const TcpPacket& packet);

  Middlebox& inner_;
  Complaints& complaints_;
  Stream streams_[2];
};

}  // namespace rtsp::test
