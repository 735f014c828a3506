// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The end of what has come of a stream, kept until the rest comes.
#include "bytes/cursor.h"
#include "bytes/limits.h"

namespace bytes {

/// Two runs of a stream: bytes that somebody keeps because the receiver lacks them, and the front of a line whose end has not
/// come. The kept bytes may be the same bytes as the front of the line.
///
///     tail.Use(memory);               // limits::kLineBytes of it, lent by somebody else. Without memory nothing fits.
///     tail.Append(in, 20);            // The front of a line,
///     tail.Keep(20);                  // which is withheld: its bytes stay here
///     tail.DropLine();                // also when the line has been read.
///     tail.Append(in, 5);             // The front of another line lies behind them.
///     tail.Keep(0);                   // The receiver has them: only the line is left.
///
/// Laws (tests/unit/tail_test.cc):
///  1. All() is never longer than limits::kLineBytes.
///  2. Kept bytes and the line stay as they came, whatever is appended or let go of beside them.
class Tail {
 public:
  /// Takes @p memory of limits::kLineBytes bytes, which must live until Use() is called again; null takes it away. Both runs
  /// are empty then.
  void Use(std::uint8_t* memory) {
    bytes_ = memory;
    kept_ = line_at_ = line_size_ = 0;
  }

  /// True if it has memory.
  [[nodiscard]] bool HasMemory() const { return bytes_ != nullptr; }

  /// True if @p count bytes more of the line fit behind kept bytes. Without kept bytes there is always room in the memory: what
  /// a line has beyond limits::kLineBytes need not be held.
  [[nodiscard]] bool HasRoom(std::uint32_t count) const {
    if (!HasMemory()) return false;
    return line_at_ == 0 || line_at_ + std::uint32_t{line_size_} + count <= limits::kLineBytes;
  }

  /// Takes the next @p count bytes of @p in, or as many as fit, as part of the line. Moves past all of @p count.
  void Append(Cursor& in, std::uint32_t count);

  /// Lets go of the line. The next one begins behind the kept bytes.
  void DropLine() {
    line_at_ = kept_;
    line_size_ = 0;
  }

  /// Keeps the first @p count bytes of All(), and the line; lets go of others that were kept.
  void Keep(std::uint32_t count);

  /// True if bytes are kept.
  [[nodiscard]] bool KeepsAny() const { return kept_ != 0; }

  /// Returns the front of the line: all that has come of it, or the first bytes of a line that is too long.
  [[nodiscard]] Cursor Line() const { return {bytes_ + line_at_, line_size_}; }

  /// Returns the kept bytes and the line.
  [[nodiscard]] Cursor All() const { return {bytes_, std::uint32_t{line_at_} + line_size_}; }

 private:
  std::uint16_t kept_ = 0;
  std::uint16_t line_at_ = 0;
  std::uint16_t line_size_ = 0;
  std::uint8_t* bytes_ = nullptr;
};

}  // namespace bytes
