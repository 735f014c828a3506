// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// A connection without time and without losses: each segment is acknowledged before the next is sent. What is left
/// unacknowledged at the end is sent again. Fast enough to try every cut of a message.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/tcp/complaints.h"
#include "tests/tcp/middlebox.h"
#include "tests/tcp/receiver.h"

namespace rtsp::test {

class Lockstep {
 public:
  Lockstep(Middlebox& middlebox, Complaints& complaints);

  /// Sends @p text in the direction, cut at the offsets @p cuts, which ascend.
  void Say(rtspnat_direction direction, std::string_view text, const std::vector<std::size_t>& cuts = {});

  /// Sends FIN.
  void Close(rtspnat_direction direction);

  /// Returns what has come out on the other side.
  [[nodiscard]] std::string_view Heard(rtspnat_direction direction) const {
    return receivers_[direction].Stream();
  }

 private:
  void Send(rtspnat_direction direction, std::uint32_t offset, std::string_view bytes, bool fin);
  void SendRest(rtspnat_direction direction);

  Middlebox& middlebox_;
  Complaints& complaints_;
  Receiver receivers_[2];  // Of each direction.
  std::string streams_[2];
  std::uint32_t acknowledged_[2] = {};
};

}  // namespace rtsp::test
