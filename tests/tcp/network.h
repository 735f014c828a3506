// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// A client, a middlebox and a server, and the four legs between them, all on one clock.
#include <cstdint>
#include <functional>
#include <string>

#include "tests/tcp/clock.h"
#include "tests/tcp/complaints.h"
#include "tests/tcp/dice.h"
#include "tests/tcp/endpoint.h"
#include "tests/tcp/middlebox.h"
#include "tests/tcp/path.h"
#include "tests/tcp/weather.h"

namespace rtsp::test {

struct NetworkOptions {
  EndpointOptions ends[2];  ///< Client, server.
  bool aggregates = false;  ///< The legs before the middlebox may join packets.
  std::string dice;         ///< Decides what happens to packets; see Dice.
  unsigned rough_legs =
      15;  ///< The legs where this happens: bits 0 and 1 before the middlebox, 2 and 3 behind, by direction.
  Weather weather;                ///< If it is not calm, it decides in the place of the dice.
  std::ostream* trace = nullptr;  ///< Gets each packet at the middlebox as text.
};

class Network {
 public:
  Network(const NetworkOptions& options, Middlebox& middlebox, Complaints& complaints);

  Clock clock;

  [[nodiscard]] Endpoint& Client() { return client_; }
  [[nodiscard]] Endpoint& Server() { return server_; }

  /// Returns the end that sends packets of @p direction.
  [[nodiscard]] Endpoint& From(unsigned direction) {
    return direction == RTSPNAT_ORIGINAL ? client_ : server_;
  }

  /// Lets time pass until @p done or until @p limit. Returns false if the limit came first.
  bool Run(const std::function<bool()>& done, Time limit);

  /// Passes bytes that no stream stores. No packet may be on its way.
  void PassBulk(const Bulk& bulk);

  /// From now on the legs behind the middlebox lose packets of more than @p bytes of payload, and tell their sender.
  void Shrink(std::uint32_t bytes);

  /// Takes away the dice: from now on no packet is lost.
  void Calm() { dice_ = Dice(); }

 private:
  [[nodiscard]] Dice& LegDice(unsigned leg) { return (options_.rough_legs >> leg & 1U) != 0 ? dice_ : calm_; }
  void PassOn(const TcpPacket& packet);
  [[nodiscard]] static std::size_t LongestOut(const NetworkOptions& options, unsigned direction);
  void Trace(const char* what, const TcpPacket& packet);

  NetworkOptions options_;
  Dice dice_;
  Dice calm_;
  Middlebox& middlebox_;
  std::uint32_t numbers_[2];  // ISN, for the trace.
  Endpoint client_;
  Endpoint server_;
  Path to_middlebox_[2];  // By direction.
  Path from_middlebox_[2];
};

}  // namespace rtsp::test
