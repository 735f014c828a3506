// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// One leg of the path, in one direction. It delays every packet. As the dice say, it loses or repeats a packet, lets it overtake, cuts it in
/// two, or joins it with the next.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include "tests/tcp/clock.h"
#include "tests/tcp/complaints.h"
#include "tests/tcp/dice.h"
#include "tests/tcp/packet.h"
#include "tests/tcp/weather.h"

namespace rtsp::test {

struct PathOptions {
  Time delay = 5ms;
  bool joins = false;  ///< May make aggregates, as GRO does.
  std::size_t most_bytes =
      65535;        ///< The longest payload of a packet that is no aggregate; a longer one breaks a law.
  Weather weather;  ///< Unless it is calm, it decides in the place of the dice.
  unsigned leg = 0;
};

class Path {
 public:
  using Deliver = std::function<void(const TcpPacket&)>;

  Path(Clock& clock, Dice& dice, Complaints& complaints, const PathOptions& options, Deliver deliver);

  /// From now on the leg loses packets of more than @p bytes of payload, and calls @p tell for each.
  void Shrink(std::size_t bytes, std::function<void()> tell);

  /// Takes a packet. Cuts an aggregate into its segments first.
  void Send(const TcpPacket& packet);

 private:
  void SendSegment(const TcpPacket& segment);
  void Arrive(const TcpPacket& packet, Time delay);
  void Join(const TcpPacket& segment);
  void LetGo();

  Clock& clock_;
  Dice& dice_;
  Complaints& complaints_;
  PathOptions options_;
  Deliver deliver_;
  std::size_t most_bytes_now_ = SIZE_MAX;
  std::function<void()> tell_;
  unsigned losses_ = 0;  // Lost packets in a row.
  std::optional<TcpPacket> joined_;
  Timer let_go_;
};

/// Cuts the payload of @p packet behind its first @p size bytes, and returns both parts.
[[nodiscard]] std::pair<TcpPacket, TcpPacket> CutPacket(const TcpPacket& packet, std::size_t size);

}  // namespace rtsp::test
