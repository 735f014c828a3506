// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The receiving half of a TCP endpoint, and a strict one: it complains of what a real one would quietly throw away.
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/tcp/complaints.h"
#include "tests/tcp/sender.h"

namespace rtsp::test {

struct ReceiverOptions {
  std::uint32_t buffer_bytes = 65535;
  bool reports_sack = true;
  /// An urgent byte is no part of what the application reads, as without SO_OOBINLINE.
  bool takes_urgent_out = true;
  /// Bytes beyond the window that are forgiven (and thrown away), where a middlebox makes the stream longer.
  std::uint32_t may_overshoot = 0;
};

class Receiver {
 public:
  Receiver(const ReceiverOptions& options, Complaints& complaints)
      : options_(options), complaints_(complaints) {}

  /// Takes in a segment that begins at offset @p begin. Returns true if it is to be acknowledged without delay.
  bool Take(std::int64_t begin, std::string_view bytes, bool fin);

  /// Notes that the byte at offset @p at is urgent.
  void NoteUrgent(std::int64_t at) {
    if (options_.takes_urgent_out) urgent_.insert(at);
  }

  /// Notes that an acknowledgement leaves now.
  void NoteAcknowledged();

  /// Returns up to @p most ranges that came out of order, the newest first; before them, once, what came twice.
  [[nodiscard]] std::vector<Range> TakeSack(std::size_t most);

  /// The application takes all that is there.
  void Drain() { read_ = InOrder(); }

  /// Returns the window to announce.
  [[nodiscard]] std::uint32_t Window() const;

  [[nodiscard]] std::int64_t Next() const { return next_; }
  [[nodiscard]] bool Finished() const { return finished_; }
  [[nodiscard]] bool HasUnread() const { return read_ < InOrder(); }

  /// Returns what the application reads: the stream without what is urgent.
  [[nodiscard]] std::string Read() const;

  /// Returns the stream as far as it is in order.
  [[nodiscard]] std::string_view Stream() const {
    return std::string_view(bytes_).substr(0, static_cast<std::size_t>(InOrder()));
  }

 private:
  [[nodiscard]] std::int64_t InOrder() const { return finished_ ? next_ - 1 : next_; }
  void Store(std::int64_t begin, std::string_view bytes);

  ReceiverOptions options_;
  Complaints& complaints_;
  std::string bytes_;
  std::vector<bool> has_;
  std::int64_t next_ = 0;
  std::int64_t read_ = 0;
  std::int64_t acknowledged_ = 0;  // As the sender has been told.
  std::int64_t promised_ = 0;      // Right edge of the window that it has been told.
  std::int64_t fin_at_ = -1;
  std::int64_t newest_ = 0;
  Range twice_ = {0, 0};
  bool finished_ = false;
  std::set<std::int64_t> urgent_;
};

}  // namespace rtsp::test
