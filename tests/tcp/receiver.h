// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The receiving half of a TCP endpoint. It is strict: it complains about bytes that a real one would quietly throw away.
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
  /// The application does not read an urgent byte, as without SO_OOBINLINE.
  bool takes_urgent_out = true;
  /// The receiver throws away this many bytes beyond the window without a complaint, because a middlebox may make the stream longer.
  std::uint32_t may_overshoot = 0;
};

class Receiver {
 public:
  Receiver(const ReceiverOptions& options, Complaints& complaints)
      : options_(options), complaints_(complaints) {}

  /// Takes a segment that begins at offset @p begin. Returns true if it wants an acknowledgement without delay.
  bool Take(std::int64_t begin, std::string_view bytes, bool fin);

  /// Notes that the byte at offset @p at is urgent.
  void NoteUrgent(std::int64_t at) {
    if (options_.takes_urgent_out) urgent_.insert(at);
  }

  /// Notes that the endpoint sends an acknowledgement now.
  void NoteAcknowledged();

  /// Returns up to @p most ranges that came out of order, the newest first. A range that came twice stands before them once.
  [[nodiscard]] std::vector<Range> TakeSack(std::size_t most);

  /// The application reads all bytes that are there.
  void Drain() { read_ = InOrder(); }

  /// Returns the window to announce.
  [[nodiscard]] std::uint32_t Window() const;

  [[nodiscard]] std::int64_t Next() const { return next_; }
  [[nodiscard]] bool Finished() const { return finished_; }
  [[nodiscard]] bool HasUnread() const { return read_ < InOrder(); }

  /// Returns the bytes that the application reads: the stream without urgent bytes.
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
  static constexpr char kMissing = 0;
  static constexpr char kHere = 1;
  std::string bytes_;
  std::string
      has_;  // Of each byte, kMissing or kHere: a string is searched and filled faster than vector<bool>.
  std::int64_t next_ = 0;
  std::int64_t read_ = 0;
  std::int64_t acknowledged_ = 0;  // The last acknowledgement that the sender got.
  std::int64_t promised_ = 0;      // The right edge of the last window that the sender got.
  std::int64_t fin_at_ = -1;
  std::int64_t newest_ = 0;
  Range twice_ = {0, 0};
  bool finished_ = false;
  std::set<std::int64_t> urgent_;
};

}  // namespace rtsp::test
