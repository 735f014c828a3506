// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Chance, from bytes that a property test, a fuzzer or a seed has made. The same bytes give the same session. 0 always means that
/// nothing unusual happens, and behind the last byte there are only zeros.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rtsp::test {

class Dice {
 public:
  Dice() = default;
  explicit Dice(std::string_view bytes) : bytes_(bytes) {}

  /// Returns the next byte, 0 if there are none left.
  std::uint8_t Roll() { return next_ < bytes_.size() ? static_cast<std::uint8_t>(bytes_[next_++]) : 0; }

  /// Returns a number from 0 to @p sides - 1.
  std::uint32_t Roll(std::uint32_t sides) {
    const std::uint32_t high = sides > 256 ? Roll() : 0;
    return sides == 0 ? 0 : (high << 8U | Roll()) % sides;
  }

  [[nodiscard]] bool Empty() const { return next_ >= bytes_.size(); }

 private:
  std::string bytes_;
  std::size_t next_ = 0;
};

}  // namespace rtsp::test
