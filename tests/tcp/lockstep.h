// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// A connection without time and without losses. The receiver acknowledges each segment before the sender sends the next, and the sender
/// sends unacknowledged bytes again at the end. This is fast enough to try every cut of a message.
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

  /// Sends @p text in the direction, cut at the ascending offsets @p cuts.
  void Say(rtspnat_direction direction, std::string_view text, const std::vector<std::size_t>& cuts = {});

  /// Sends FIN.
  void Close(rtspnat_direction direction);

  /// Returns the bytes that the other side has received.
  [[nodiscard]] std::string_view Heard(rtspnat_direction direction) const {
    return receivers_[direction].Stream();
  }

 private:
  void Send(rtspnat_direction direction, std::uint32_t offset, std::string_view bytes, bool fin);
  void SendRest(rtspnat_direction direction);

  Middlebox& middlebox_;
  Complaints& complaints_;
  Receiver receivers_[2];  // By direction.
  std::string streams_[2];
  std::uint32_t acknowledged_[2] = {};
};

}  // namespace rtsp::test
