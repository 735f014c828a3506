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
  std::string dice;         ///< What befalls the packets; see Dice.
  unsigned rough_legs =
      15;           ///< On which legs: bits 0 and 1 before the middlebox, 2 and 3 behind, by direction.
  Weather weather;  ///< If it is not calm, what befalls packets in place of the dice.
  std::ostream* trace = nullptr;  ///< Each packet at the middlebox is written here.
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

  /// Lets time pass until @p done, or @p limit is reached. Returns false if it is not done by then.
  bool Run(const std::function<bool()>& done, Time limit);

  /// Passes bytes that are in no stream. Nothing may be on its way.
  void PassBulk(const Bulk& bulk);

  /// Behind the middlebox, packets of more than @p bytes of payload are lost from now on. The sender of one is told.
  void Shrink(std::uint32_t bytes);

  /// Takes away the dice: from now on nothing is lost any more.
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
