// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The sending half of a TCP endpoint (RFC 9293, 5681, 6675). It says which bytes go out next. It has no clock and makes no packets. Positions
/// are offsets in the stream, and FIN is one place behind the last byte.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/tcp/clock.h"
#include "tests/tcp/complaints.h"
#include "tests/tcp/dice.h"

namespace rtsp::test {

/// A range from the first offset to one before the second.
using Range = std::pair<std::int64_t, std::int64_t>;

struct SenderOptions {
  bool nagle = true;
  std::uint32_t segment_bytes = 1460;  ///< MSS.
  std::uint32_t first_window = 10;  ///< Segments that may be on their way before the first acknowledgement.
  bool recut = false;               ///< Send again with other boundaries than the first time.
};

/// An acknowledgement, as offsets.
struct Acknowledgement {
  std::int64_t upto = 0;     ///< All bytes before it have arrived.
  std::uint32_t window = 0;  ///< Bytes that may follow.
  bool carries_data = false;
  std::vector<Range> sack;
};

class Sender {
 public:
  Sender(const SenderOptions& options, Dice& dice, Complaints& complaints)
      : options_(options), dice_(dice), complaints_(complaints), window_(options.first_window) {}

  void Write(std::string_view bytes) { stream_ += bytes; }
  void Close() { closed_ = true; }

  /// Marks the last written byte as urgent.
  void MarkUrgent() { urgent_ = Size(); }

  /// Returns the offset behind the urgent byte, or 0 if the byte is acknowledged or there is none.
  [[nodiscard]] std::int64_t Urgent() const { return urgent_ > acknowledged_ ? urgent_ : 0; }

  /// From now on segments have at most @p bytes. Longer ones that are on their way count as lost.
  void Shrink(std::uint32_t bytes);

  /// Returns the bytes to send now, and notes them as sent at @p now. Returns nothing if there are none, or if they must wait.
  [[nodiscard]] std::optional<Range> Next(Time now);

  /// Takes an acknowledgement. Returns the round trip time of its last byte, if it can be known.
  std::optional<Time> Take(const Acknowledgement& acknowledgement, Time now);

  /// The retransmission timer has rung: all unacknowledged bytes count as lost.
  void TimeOut(Time now);

  /// Returns the bytes of @p range, without FIN.
  [[nodiscard]] std::string_view Bytes(Range range) const;

  [[nodiscard]] const std::string& Stream() const { return stream_; }
  [[nodiscard]] bool Includes(std::int64_t fin) const { return fin > Size(); }
  [[nodiscard]] std::int64_t Acknowledged() const { return acknowledged_; }
  [[nodiscard]] std::int64_t Sent() const { return sent_; }
  [[nodiscard]] std::int64_t End() const { return Size() + (closed_ ? 1 : 0); }
  [[nodiscard]] bool Waits() const { return acknowledged_ < sent_; }
  [[nodiscard]] bool Done() const { return acknowledged_ == End(); }
  [[nodiscard]] bool WindowIsShut() const { return limit_ <= sent_; }

 private:
  struct Flight {
    std::int64_t end;
    Time sent;
    bool again;
    bool sacked = false;
    bool lost = false;
  };

  [[nodiscard]] std::int64_t Size() const { return static_cast<std::int64_t>(stream_.size()); }
  [[nodiscard]] std::uint32_t OnTheirWay() const;
  [[nodiscard]] std::optional<Range> NextNew() const;
  [[nodiscard]] std::optional<Range> NextLost();
  void Record(Range range, Time now);
  std::optional<Time> Advance(std::int64_t upto, Time now);
  void NoteSack(const std::vector<Range>& blocks);
  void EnterRecovery(Time now);
  void LoseFirst();
  void LoseBelow(std::int64_t offset);

  SenderOptions options_;
  Dice& dice_;
  Complaints& complaints_;
  std::string stream_;
  bool closed_ = false;
  std::int64_t urgent_ = 0;
  std::int64_t acknowledged_ = 0;
  std::int64_t sent_ = 0;
  std::int64_t limit_ = 0;    // The right edge of the receiver's window.
  std::int64_t recover_ = 0;  // Losses before this is acknowledged count as one.
  std::int64_t highest_sack_ = 0;
  Time recovering_since_ = Time::zero();
  std::uint32_t window_;
  std::uint32_t threshold_ = 1U << 16;
  std::uint32_t duplicates_ = 0;
  std::uint32_t acknowledged_in_window_ = 0;
  std::map<std::int64_t, Flight> flight_;
};

}  // namespace rtsp::test
