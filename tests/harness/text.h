// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Converts between std::string_view, which tests use, and Cursor, which the parser uses.
#include <cstdint>
#include <string>
#include <string_view>

#include "rtsp/bytes.h"

namespace rtsp::test {

/// Returns a cursor over @p text, which it borrows.
inline Cursor CursorOf(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), static_cast<std::uint32_t>(text.size())};
}

/// Returns the bytes of @p cursor from index @p from, @p count of them, or fewer at the end.
inline std::string TextOf(const Cursor& cursor, std::uint32_t from, std::uint32_t count) {
  std::string text;
  for (std::uint32_t i = from; i < cursor.Size() && i - from < count; ++i)
    text.push_back(static_cast<char>(cursor.At(i)));
  return text;
}

/// Returns all bytes of @p cursor.
inline std::string TextOf(const Cursor& cursor) { return TextOf(cursor, 0, cursor.Size()); }

/// Returns the text of @p field in @p line.
inline std::string TextOf(std::string_view line, Field field) {
  return std::string(line.substr(field.offset, field.length));
}

}  // namespace rtsp::test
