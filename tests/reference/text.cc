// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/reference/text.h"

#include <algorithm>

namespace rtsp::reference {

Span Trim(std::string_view text, Span span) {
  while (span.begin < span.end && IsSpace(text[span.begin])) ++span.begin;
  while (span.end > span.begin && IsSpace(text[span.end - 1])) --span.end;
  return span;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

std::optional<std::uint32_t> Number(std::string_view digits, std::uint32_t maximum) {
  if (digits.empty() || !std::ranges::all_of(digits, IsDigit)) return std::nullopt;
  while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
  const std::string bound = std::to_string(maximum);
  if (digits.size() > bound.size() || (digits.size() == bound.size() && digits > bound)) return std::nullopt;
  return static_cast<std::uint32_t>(std::stoul(std::string(digits)));
}

}  // namespace rtsp::reference
