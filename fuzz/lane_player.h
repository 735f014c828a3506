// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The player of fuzz/lane_fuzz.cc: a sender, a receiver, a lane and the path between them.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/harness/toy_router.h"

namespace rtsp::test {

using stream::LengthChanges;

/// The next operation. Numbers A and B are those of its record.
enum class Operation : std::uint8_t {
  kNext,       // The next bytes.
  kPartAgain,  // Unacknowledged bytes, from anywhere among them, and new bytes behind them.
  kAgain,      // Bytes from the first unacknowledged one on.
  kOld,        // Bytes that were sent before, acknowledged or not.
  kAcknowledge,
  kLatePacket,  // A delayed packet arrives.
  kLateAcknowledgement,
  kFinish,     // The stream ends behind the next bytes.
  kEmpty,      // A segment without payload.
  kAggregate,  // The next bytes, as several segments in one aggregate.
  kOtherSideCloses,
  kReset,
  kBulk,   // More than a window of bytes that the router does not read.
  kCalm,   // Some turns on a path that loses nothing.
  kBytes,  // The next bytes, each in a segment of its own.
};

/// The fate of a packet.
struct Fate {
  bool lost_before = false;  // The lane does not see it.
  bool lost_behind = false;
  bool delayed = false;
  bool doubled = false;
};

/// A sender, a receiver, the lane and the path between them. Positions are offsets in the sender's stream, and places are offsets in the stream that
/// leaves. A broken law aborts the program.
class LanePlayer {
 public:
  LanePlayer(std::uint8_t options, std::uint8_t header, std::string_view text)
      : waits_((options & 4) != 0),
        answers_((options & 8) != 0),
        changes_(ChangesOf(options)),
        first_(FirstOf(options)),
        header_(static_cast<std::uint16_t>(20 + header % 64)),
        text_(text),
        router_(first_, changes_) {}

  /// Returns false if the connection has ended.
  bool Play(Operation operation, Fate fate, std::uint8_t a, std::uint8_t b);

  /// Ends the stream on a path that loses nothing, and judges what has arrived.
  void Finish();

 private:
  static LengthChanges ChangesOf(std::uint8_t options) {
    constexpr LengthChanges kChanges[] = {LengthChanges::kAny, LengthChanges::kOne, LengthChanges::kNone,
                                          LengthChanges::kAny};
    return kChanges[options & 3];
  }
  // The sequence numbers wrap early, or never.
  static std::uint32_t FirstOf(std::uint8_t options) {
    constexpr std::uint32_t kFirst[] = {1000, 0xffff'ff00U, 0xffff'ffffU, 0x7fff'ff80U};
    return kFirst[options >> 4 & 3];
  }

  [[nodiscard]] std::uint32_t Size() const { return static_cast<std::uint32_t>(text_.size()); }
  [[nodiscard]] std::uint32_t NumberOf(std::uint32_t position) const { return first_ + bulk_ + position; }
  [[nodiscard]] std::int32_t PlaceOf(std::uint32_t number) const {
    return static_cast<std::int32_t>(number - first_ - bulk_);
  }
  static std::size_t Index(std::int64_t place) { return static_cast<std::size_t>(place); }
  [[nodiscard]] std::uint32_t End() const {
    return Size() + (finished_ ? 1 : 0);
  }  // Of all that is to be acknowledged.

  void Check(bool holds, const char* law);
  void Send(std::uint32_t position, std::uint32_t count, Fate fate, std::uint16_t segment_size = 0);
  void Carry(const ToyPacket& packet, Fate fate);
  void Pass(const ToyPacket& packet, bool lost);
  void Trace(const ToyPacket& in, const std::optional<ToyPacket>& out, bool lost) const;
  void CheckLeaving(const ToyPacket& in, const ToyPacket& out, bool ahead);
  void CheckBytes(const ToyPacket& out);
  void Arrive(const ToyPacket& packet);
  void Acknowledge(Fate fate);
  void Tell(std::uint32_t number, bool lost);
  void Bulk();
  void Calm(std::uint32_t turns);

  bool waits_;    // The sender sends nothing new while a byte is unacknowledged.
  bool answers_;  // The receiver acknowledges at once.
  LengthChanges changes_;
  std::uint32_t first_;
  std::uint16_t header_;
  std::string text_;
  ToyRouter router_;
  std::uint32_t bulk_ = 0;
  std::uint32_t bulks_ = 0;
  std::uint32_t oldest_ = 0;  // No byte before this position is sent again.

  // The sender.
  std::uint32_t sent_ = 0;
  std::uint32_t told_ = 0;  // It believes that all before this position has arrived.
  bool finished_ = false;
  std::uint32_t longest_ = limits::kPacketBytes;
  std::vector<ToyPacket> late_;

  // The stream that left, and the stream that arrived.
  std::string left_;
  std::vector<bool> has_left_;
  std::string received_;
  std::vector<bool> has_received_;
  std::int32_t next_ = 0;          // The receiver has all bytes before this place,
  std::int32_t shown_ = 0;         // and the lane has seen an acknowledgement of all bytes before this one.
  std::int32_t oldest_place_ = 0;  // The place behind the last bulk.
  std::int32_t promised_ = 0;  // The sender has been told of all before this position, and the lane had it.
  std::int32_t fin_at_ = -1;
  std::int32_t newest_ = 0;  // The place behind the last byte that left.
  bool gaps_ = false;        // Bytes were passed that lay ahead, or were cut off.
  std::vector<std::uint32_t> late_acknowledgements_;
};

}  // namespace rtsp::test
