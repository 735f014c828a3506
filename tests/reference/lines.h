// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Reads start lines and header lines after RFC 2326 sections 4, 6.1, 7.1 and RFC 7826 section 20.2.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tests/reference/text.h"

namespace rtsp::reference {

/// A start line. If both flags are false, it is neither request nor response. The URI of a request is all text between the method and the
/// version at the end of the line; it may hold blanks, or be empty.
struct StartLine {
  bool request = false;
  bool response = false;
  std::string method;
  Span uri;
  int major = 0;
  int minor = 0;
  std::uint32_t status = 0;
};

[[nodiscard]] StartLine ReadStartLine(std::string_view line);

/// A header line. The name is in lower case, and empty if it has no meaning here.
struct Header {
  std::string name;
  std::size_t value = 0;
};

[[nodiscard]] Header ReadHeader(std::string_view line);

/// Returns the value as a number, if it is a number and nothing else.
[[nodiscard]] std::optional<std::uint32_t> ReadNumber(std::string_view value, std::uint32_t maximum);

/// Returns the place of the session identifier in @p line, behind @p value.
[[nodiscard]] Span ReadSession(std::string_view line, std::size_t value);

}  // namespace rtsp::reference
