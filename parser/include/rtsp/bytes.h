// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The bounded cursor through which the core reads every byte.
#include <cstddef>
#include <cstdint>

namespace rtsp {

/// A place in a line: offset from the line's first byte, and length in bytes. Lines
/// are at most kLineBytes long, so 16 bits do.
struct Field {
  std::uint16_t offset = 0;
  std::uint16_t length = 0;

  [[nodiscard]] constexpr bool Empty() const { return length == 0; }
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

  /// Returns the position of the next LF at or after the cursor, or Size() if there is none.
  [[nodiscard]] std::uint32_t FindLineFeed() const { return FindLineFeed(position_); }

  /// Returns the position of the next LF at or after @p from, or Size() if there is none.
  [[nodiscard]] std::uint32_t FindLineFeed(std::uint32_t from) const { return Find<'\n', 1>(from); }

  /// Returns the position of the next byte up to 0x20 (blank or control) at or after the cursor, or Size() if
  /// there is none.
  [[nodiscard]] std::uint32_t FindControl() const { return Find<0, ' ' + 1>(position_); }

  /// Returns the position of the next byte up to CR (a line end or another control byte) at or after the cursor, or
  /// Size() if there is none.
  [[nodiscard]] std::uint32_t FindLineEndByte() const { return Find<0, '\r' + 1>(position_); }

  /// Sets @p line to the line at the cursor, without its line end, and returns the position behind that, if from @p offset
  /// on in the line there is no control byte but its CR LF, and something follows it. Else returns 0.
  [[nodiscard]] [[gnu::always_inline]] std::uint32_t FindPlainLine(std::uint32_t offset, Cursor& line) const {
    const std::uint32_t end = Find<0, '\r' + 1>(position_ + offset);
    const std::uint32_t next = end + 2;
    if (next >= size_ || __builtin_memcmp(data_ + end, "\r\n", 2) != 0) return 0;
    line = {data_ + position_, end - position_};
    return next;
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

  /// Moves past @p text if it stands at the cursor, byte for byte; else moves nowhere and returns false.
  template <std::size_t kSize>
  [[nodiscard]] [[gnu::always_inline]] bool Take(const char (&text)[kSize]) {
    constexpr std::uint32_t kCount = kSize - 1;
    if (Left() < kCount || __builtin_memcmp(data_ + position_, text, kCount) != 0) return false;
    position_ += kCount;
    return true;
  }

  /// Returns the 8 bytes at @p index, in the order of the machine, or 0 if not all of them are inside.
  [[nodiscard]] std::uint64_t WordAt(std::size_t index) const {
    std::uint64_t word = 0;
    if (size_ < sizeof word || index > size_ - sizeof word) return 0;
    __builtin_memcpy(&word, data_ + index, sizeof word);
    return word;
  }

  /// Returns the next 8 bytes, in the order of the machine, with zeros behind the end; but only zeros if the
  /// cursor stands at the end, or the whole run has fewer than 8 bytes.
  [[nodiscard]] std::uint64_t WordAhead() const {
    constexpr std::uint32_t kWord = sizeof(std::uint64_t);
    std::uint64_t word = 0;
    if (size_ < kWord || position_ >= size_) return word;
    const std::uint32_t last = size_ - kWord;
    const std::size_t at = position_ < last ? position_ : last;
    __builtin_memcpy(&word, data_ + at, kWord);
    const std::uint32_t bits = 8 * (position_ - static_cast<std::uint32_t>(at));
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? word >> bits : word << bits;
  }

  /// Moves past decimal digits and returns their value, modulo 2^64.
  [[nodiscard]] constexpr std::uint64_t SkipDigits() {
    std::uint64_t value = 0;
    if (AtEnd()) return value;
    const std::uint8_t* at = data_ + position_;
    for (const std::uint8_t* const end = data_ + size_; at != end; ++at) {
      const std::uint32_t digit = *at - std::uint32_t{'0'};
      if (digit > 9) break;
      value = value * 10 + digit;
    }
    position_ = static_cast<std::uint32_t>(at - data_);
    return value;
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

  /// Returns the next @p kCount bytes; none if there are fewer.
  template <std::uint32_t kCount>
  [[nodiscard]] constexpr Cursor Window() const {
    return Left() >= kCount ? Cursor(data_ + position_, kCount) : Cursor();
  }

  /// Returns the bytes from the cursor to the end.
  [[nodiscard]] constexpr Cursor Rest() const {
    return AtEnd() ? Cursor() : Cursor(data_ + position_, size_ - position_);
  }

  /// Returns the bytes from @p from, which is at most Size(), to the end.
  [[nodiscard]] constexpr Cursor Behind(std::uint32_t from) const {
    return from <= size_ ? Cursor(data_ + from, size_ - from) : Cursor();
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

/// Calls @p lex with @p in. If there are @p kCount bytes, which must be all that it ever looks at, it gets a
/// cursor over just those: its size is known when it is compiled, so that the checks that cannot fail go away.
template <std::uint32_t kCount, typename Lexer>
[[gnu::always_inline]] inline auto LexAhead(Cursor& in, Lexer lex) {
  if (in.Left() < kCount) return lex(in);
  Cursor window = in.Window<kCount>();
  const auto result = lex(window);
  in.Seek(in.Position() + window.Position());
  return result;
}

// Finds the next byte that is below kBound (at most 0x80) once xored with kFlip, a word at a time while there
// are whole words.
template <std::uint8_t kFlip, std::uint8_t kBound>
[[gnu::always_inline]] inline std::uint32_t Cursor::Find(std::uint32_t from) const {
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

/// True for SP and HT, the blanks of RFC 2326 section 15.1 inside a line.
constexpr bool IsBlank(std::uint8_t byte) { return byte == ' ' || byte == '\t'; }

/// True for what may stand between tokens of a header value: blanks, and the CR and LF of
/// a fold (a complete line holds no other).
constexpr bool IsSpace(std::uint8_t byte) { return IsBlank(byte) || byte == '\r' || byte == '\n'; }

constexpr bool IsDigit(std::uint8_t byte) { return byte >= '0' && byte <= '9'; }

// What is seldom called takes a copy of the cursor by reference: a cursor itself is best never in memory.

/// Returns the position behind the blanks at the cursor.
[[nodiscard]] std::uint32_t BehindBlanks(const Cursor& in);

/// Returns the position behind the blanks and folds at the cursor.
[[nodiscard]] std::uint32_t BehindSpace(const Cursor& in);

/// Moves the cursor over blanks and folds; mostly there is one or none.
inline void SkipSpace(Cursor& in) {
  if (in.Peek() == ' ') in.Skip();
  if (in.AtEnd() || in.Peek() > ' ') return;
  in.Seek(BehindSpace(Cursor(in)));
}

/// A decimal number as it stands in the text.
struct Number {
  bool valid = false;       ///< Digits were there and the value is at most the maximum asked for.
  std::uint32_t value = 0;  ///< 0 if not valid.
  Field field;              ///< The digits, also if the value is out of range.
};

/// Returns how many zeros stand at the cursor.
[[nodiscard]] constexpr std::uint32_t CountZeros(Cursor in) {
  const std::uint32_t start = in.Position();
  while (in.Peek() == '0') in.Skip();
  return in.Position() - start;
}

/// Reads as ReadNumber() does, any number of digits, one by one.
[[nodiscard]] inline Number ReadDigits(Cursor& in, std::uint32_t maximum) {
  constexpr std::uint32_t kMostDigits = 10;  // Of a maximum; what has more has wrapped, perhaps.
  const Cursor start = in;
  const std::uint64_t value = in.SkipDigits();
  const std::uint32_t length = in.Position() - start.Position();
  const bool wrapped = length > kMostDigits && length - CountZeros(start) > kMostDigits;
  Number number;
  number.valid = length != 0 && value <= maximum && !wrapped;
  number.value = number.valid ? static_cast<std::uint32_t>(value) : 0;
  number.field = {static_cast<std::uint16_t>(start.Position()), static_cast<std::uint16_t>(length)};
  return number;
}

/// The same; the cursor is the caller's to move.
[[nodiscard]] Number ReadLongNumber(const Cursor& in, std::uint32_t maximum);

/// Returns the value of a word's bytes, the first of them on top: decimal digits, less '0'.
[[nodiscard]] constexpr std::uint32_t ValueOfDigits(std::uint64_t digits) {
  digits = (digits * (10 << 8 | 1)) >> 8 & 0x00ff'00ff'00ff'00ffU;
  digits = (digits * (100 << 16 | 1)) >> 16 & 0x0000'ffff'0000'ffffU;
  return static_cast<std::uint32_t>((digits * ((std::uint64_t{10000} << 32) | 1)) >> 32);
}

/// A number of 1 to 7 digits.
struct ShortNumber {
  std::uint32_t value = 0;
  std::uint32_t length = 0;  ///< Digits read; 0 if there are none, or it cannot be told here.
};

/// Reads the first digits at the cursor, 7 at most, and moves nowhere.
[[nodiscard]] [[gnu::always_inline]] inline ShortNumber ReadShortNumber(const Cursor& in) {
  constexpr std::uint64_t kEach = 0x0101'0101'0101'0101U;
  constexpr std::uint64_t kTops = kEach * 0x80;
  if constexpr (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__) return {};
  const std::uint64_t digits = in.WordAhead() ^ kEach * '0';
  // The top bit of each byte that is no digit, up to the first of them, and of the last.
  const std::uint64_t others = ((digits | (digits + kEach * (0x7f - 9))) & kTops) | std::uint64_t{1} << 63;
  const auto bits = static_cast<std::uint32_t>(__builtin_ctzll(others)) & 0x38U;
  return {ValueOfDigits(digits << (-bits & 63U)), bits / 8};
}

/// Reads 1*DIGIT at the cursor and moves past all of them. A value above @p maximum never wraps:
/// it is not valid. Leading zeros are allowed (RFC 2326 section 12.39: port = 1*5DIGIT).
[[nodiscard]] inline Number ReadNumber(Cursor& in, std::uint32_t maximum) {
  constexpr std::uint32_t kMostDigits = 7;
  const ShortNumber read = ReadShortNumber(in);
  Number number;
  if (read.length - 1 >= kMostDigits - 1) [[unlikely]] {
    const Number other = ReadLongNumber(Cursor(in), maximum);
    number.valid = other.valid;
    number.value = other.value;
    number.field = other.field;
  } else {
    number.field = {static_cast<std::uint16_t>(in.Position()), static_cast<std::uint16_t>(read.length)};
    number.valid = read.value <= maximum;
    number.value = number.valid ? read.value : 0;
  }
  in.Seek(in.Position() + number.field.length);
  return number;
}

/// Returns a number that depends on every byte of @p text, to tell URIs and session identifiers
/// apart; not a defence against somebody who builds collisions, who harms only the own session.
[[nodiscard]] std::uint32_t Hash(Cursor text);

/// Makes the same number of bytes that come one after the other.
class Hasher {
 public:
  /// Takes the next byte.
  void Put(std::uint8_t byte);

  /// Returns Hash() of all bytes so far.
  [[nodiscard]] std::uint32_t Value() const;

 private:
  static constexpr std::uint32_t kWord = sizeof(std::uint64_t);

  std::uint64_t hash_ = 0;         // Of the whole words.
  std::uint8_t word_[kWord] = {};  // Front of the next one.
  std::uint32_t size_ = 0;
};

}  // namespace rtsp
