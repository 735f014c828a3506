// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The bounded cursor through which the core reads every byte.
#include <cstddef>
#include <cstdint>

namespace bytes {

/// A place in a line: offset from the line's first byte, and length in bytes. Lines
/// are at most limits::kLineBytes long, so 16 bits do.
struct Field {
  std::uint16_t offset = 0;
  std::uint16_t length = 0;

  /// Returns the field from offset @p from to offset @p to.
  [[nodiscard]] static constexpr Field Between(std::uint32_t from, std::uint32_t to) {
    return {static_cast<std::uint16_t>(from), static_cast<std::uint16_t>(to - from)};
  }

  [[nodiscard]] constexpr bool Empty() const { return length == 0; }

  /// Returns the offset behind the field.
  [[nodiscard]] constexpr std::uint32_t End() const { return std::uint32_t{offset} + length; }
};

/// Reads a borrowed run of bytes from front to back, and never outside of it.
///
/// Laws (tests/unit/bytes_test.cc):
///  1. No call reads at or past the end; Peek() there gives 0.
///  2. Only Seek() moves backwards.
class Cursor {
 public:
  constexpr Cursor() = default;
  constexpr Cursor(const std::uint8_t* data, std::uint32_t size) : data_(data), size_(size) {}

  /// Returns the byte at the cursor, or 0 at the end. re2c's YYPEEK.
  [[nodiscard]] constexpr std::uint8_t Peek() const { return At(position_); }

  /// Returns the byte at @p index, or 0 outside.
  [[nodiscard]] constexpr std::uint8_t At(std::uint32_t index) const {
    return index < size_ ? data_[index] : std::uint8_t{0};
  }

  /// Moves one byte on; harmless at the end. re2c's YYSKIP.
  constexpr void Skip() { ++position_; }

  /// Moves to @p position, which may be anywhere up to 2^31.
  constexpr void Seek(std::uint32_t position) { position_ = position; }

  /// True if no byte is left.
  [[nodiscard]] constexpr bool AtEnd() const { return position_ >= size_; }

  /// Returns where the bytes are, to be handed on and not to be read.
  [[nodiscard]] constexpr const std::uint8_t* Data() const { return data_; }

  [[nodiscard]] constexpr std::uint32_t Position() const { return position_; }
  [[nodiscard]] constexpr std::uint32_t Size() const { return size_; }

  /// Returns how many bytes are left.
  [[nodiscard]] constexpr std::uint32_t Left() const { return AtEnd() ? 0 : size_ - position_; }

  /// Returns the position of the next LF at or after @p from, or Size() if there is none.
  [[nodiscard]] std::uint32_t FindLineFeed(std::uint32_t from) const { return Find<'\n', 1>(from); }

  /// Returns the position of the next byte up to 0x20 (blank or control) at or after the cursor, or Size() if
  /// there is none.
  [[nodiscard]] std::uint32_t FindControl() const { return Find<0, ' ' + 1>(position_); }

  /// Returns the position of the next byte up to CR (a line end or another control byte) at or after the cursor, or
  /// Size() if there is none.
  [[nodiscard]] std::uint32_t FindLineEndByte() const { return Find<0, '\r' + 1>(position_); }

  /// Sets @p line to the line at the cursor, without its line end, and returns the position behind that, if there is no control
  /// byte in it but its CR LF. Else returns 0.
  [[nodiscard]] std::uint32_t FindPlainLine(Cursor& line) const {
    const std::uint32_t end = FindLineEndByte();
    if (end + 2 > size_ || __builtin_memcmp(data_ + end, "\r\n", 2) != 0) return 0;
    line = {data_ + position_, end - position_};
    return end + 2;
  }

  /// Returns the bytes from the cursor to @p line_feed, which is a position FindLineFeed() gave, without the CR
  /// that may stand before it.
  [[nodiscard]] constexpr Cursor Line(std::uint32_t line_feed) const {
    if (line_feed > size_ || line_feed <= position_) return {};
    const std::uint32_t length = line_feed - position_;
    return {data_ + position_, length - (data_[std::size_t{line_feed} - 1] == '\r' ? 1 : 0)};
  }

  /// Copies @p count bytes from the cursor to @p to and moves past them. Copies nothing and
  /// returns false if fewer are left.
  [[nodiscard]] bool Read(std::uint8_t* to, std::uint32_t count) {
    if (count > Left()) return false;
    if (count != 0) __builtin_memcpy(to, data_ + position_, count);
    position_ += count;
    return true;
  }

  /// Returns the 4 bytes at @p index as a number in network order; 0 if there are fewer.
  [[nodiscard]] std::uint32_t NetworkWord(std::uint32_t index) const {
    std::uint32_t word = 0;
    if (size_ < sizeof word || index > size_ - sizeof word) return 0;
    __builtin_memcpy(&word, data_ + index, sizeof word);
    // By shifts: the builtin is a call of libgcc where the processor has no such instruction (riscv64 without Zbb).
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
               ? word << 24 | (word & 0xff00U) << 8 | (word >> 8 & 0xff00U) | word >> 24
               : word;
  }

  /// Returns the bytes [@p from, @p from + @p count), cut to what there is, with the cursor at
  /// their front.
  [[nodiscard]] constexpr Cursor Slice(std::uint32_t from, std::uint32_t count) const {
    if (from >= size_) return {};
    return {data_ + from, count < size_ - from ? count : size_ - from};
  }

  /// Returns the bytes of @p field.
  [[nodiscard]] constexpr Cursor Slice(Field field) const { return Slice(field.offset, field.length); }

 private:
  template <std::uint8_t kFlip, std::uint8_t kBound>
  [[nodiscard]] std::uint32_t Find(std::uint32_t from) const;

  const std::uint8_t* data_ = nullptr;
  std::uint32_t size_ = 0;
  std::uint32_t position_ = 0;
};

// Finds the next byte that is below kBound (at most 0x80) once xored with kFlip, a word at a time while there
// are whole words.
template <std::uint8_t kFlip, std::uint8_t kBound>
inline std::uint32_t Cursor::Find(std::uint32_t from) const {
  static_assert(kBound <= 0x80);
  constexpr std::uint64_t kEach = 0x0101'0101'0101'0101U;
  constexpr std::uint64_t kTops = kEach * 0x80;
  constexpr std::uint32_t kWord = sizeof kEach;
  std::int64_t at = from;
  const std::int64_t last = std::int64_t{size_} - kWord;
  if (at <= last) {
    do {
      std::uint64_t word = 0;
      __builtin_memcpy(&word, data_ + at, kWord);
      word ^= kEach * kFlip;
      // The top bit of a byte that is wanted, or of one from 0x80 up; in bytes behind those also without reason.
      if (((word - kEach * kBound) & kTops) != 0) [[unlikely]] {
        if constexpr (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__) break;
        const std::uint64_t sure = (word - kEach * kBound) & kTops & ~word;
        if (sure != 0)
          return static_cast<std::uint32_t>(at) + static_cast<std::uint32_t>(__builtin_ctzll(sure)) / 8;
      }
      at += kWord;
    } while (at <= last);
  }
  for (; at < size_; ++at) {
    if ((data_[at] ^ kFlip) < kBound) return static_cast<std::uint32_t>(at);
  }
  return size_;
}

}  // namespace bytes
