// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Plays a script over a network: a whole connection, from SYN to its end.
#include <cstdint>
#include <string>

#include "tests/tcp/complaints.h"
#include "tests/tcp/middlebox.h"
#include "tests/tcp/network.h"
#include "tests/tcp/script.h"

namespace rtsp::test {

enum class Ending : std::uint8_t { kClientCloses, kServerCloses, kReset, kSilence };

struct SessionOptions {
  NetworkOptions network;
  std::string pieces;  ///< Dice: how the applications cut what they write, and how long they pause between.
  Ending ending = Ending::kClientCloses;
};

struct SessionResult {
  std::string sent[2];  ///< By direction.
  std::string received[2];
  bool played = false;                ///< True if every turn was played, and the end came.
  Time duration = Time::zero();       ///< The time of all turns, without the end.
  Time longest_stall = Time::zero();  ///< The longest stall of both ends; see Endpoint.
  unsigned timeouts = 0;
  Time longest_rest =
      Time::zero();  ///< The longest time of a turn from the last write until every byte was acknowledged.
  Time longest_timeout = Time::zero();  ///< Retransmission timeout, without backoff.
};

/// Plays @p script. Complains if the session does not end.
[[nodiscard]] SessionResult PlaySession(Script& script, const SessionOptions& options, Middlebox& middlebox,
                                        Complaints& complaints);

}  // namespace rtsp::test
