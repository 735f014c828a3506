// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// What any text has: blanks, decimal numbers, and a hash to tell one text from another.
#include "bytes/cursor.h"

namespace bytes {

/// True for SP and HT, the blanks of RFC 2326 section 15.1 inside a line.
constexpr bool IsBlank(std::uint8_t byte) { return byte == ' ' || byte == '\t'; }

/// True for what may stand between tokens of a header value: blanks, and the CR and LF of
/// a fold (a complete line holds no other).
constexpr bool IsSpace(std::uint8_t byte) {
  return byte <= ' ' && (IsBlank(byte) || byte == '\r' || byte == '\n');
}

constexpr bool IsDigit(std::uint8_t byte) { return byte >= '0' && byte <= '9'; }

/// Moves the cursor over blanks.
void SkipBlanks(Cursor& in);

/// Moves the cursor over blanks and folds.
void SkipSpace(Cursor& in);

/// A decimal number as it stands in the text.
struct Number {
  bool valid = false;       ///< Digits were there and the value is at most the maximum asked for.
  std::uint32_t value = 0;  ///< 0 if not valid.
  Field field;              ///< The digits, also if the value is out of range.
};

/// Returns the text of @p line from @p start to @p end without the white space at its end.
[[nodiscard]] Field Trimmed(const Cursor& line, std::uint32_t start, std::uint32_t end);

/// Reads 1*DIGIT at the cursor and moves past all of them. A value above @p maximum never wraps:
/// it is not valid. Leading zeros are allowed (RFC 2326 section 12.39: port = 1*5DIGIT).
[[nodiscard]] Number ReadNumber(Cursor& in, std::uint32_t maximum);

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

}  // namespace bytes
