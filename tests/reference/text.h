// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Reads words of the RFCs' grammars, in the slow and obvious way. It shares no code with the parser, and the fuzzers compare the two byte for
/// byte.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rtsp::reference {

/// A place in a text, and the text at that place.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;

  [[nodiscard]] std::string_view In(std::string_view text) const { return text.substr(begin, end - begin); }
};

inline bool IsBlank(char c) { return c == ' ' || c == '\t'; }
inline bool IsSpace(char c) { return IsBlank(c) || c == '\r' || c == '\n'; }
inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Returns @p span without white space at its ends; of white space alone an empty span at its end.
[[nodiscard]] Span Trim(std::string_view text, Span span);

/// Returns the text with A to Z in lower case.
[[nodiscard]] std::string Lower(std::string_view text);

/// Returns the value of a text of digits, if it is at most @p maximum. It compares texts, so that no number can wrap.
[[nodiscard]] std::optional<std::uint32_t> Number(std::string_view digits, std::uint32_t maximum);

}  // namespace rtsp::reference
