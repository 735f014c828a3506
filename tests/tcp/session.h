// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// A whole connection, from SYN to its end: a script, played over a network.
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
  bool played = false;                ///< Every turn was, and the end came.
  Time duration = Time::zero();       ///< Without the end.
  Time longest_stall = Time::zero();  ///< Of both ends; see Endpoint.
  unsigned timeouts = 0;
  Time longest_rest = Time::zero();  ///< Of all turns, from the last write until all of it was acknowledged.
  Time longest_timeout = Time::zero();  ///< Retransmission timeout, without backoff.
};

/// Plays @p script. Complains if it does not come to its end.
[[nodiscard]] SessionResult PlaySession(Script& script, const SessionOptions& options, Middlebox& middlebox,
                                        Complaints& complaints);

}  // namespace rtsp::test
