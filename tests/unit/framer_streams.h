// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Streams and checks for all tests of the framer.
#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "tests/harness/event_log.h"
#include "tests/harness/reference_log.h"

namespace rtsp::test {

/// Returns the log of `stream`, cut into pieces of `size` bytes.
inline std::string LogInPieces(std::string_view stream, std::size_t size, Role role = Role::kOpener) {
  EventLog log(role);
  for (std::size_t at = 0; at < stream.size(); at += size) log.Feed(stream.substr(at, size));
  return log.Text();
}

inline std::string LastLine(const std::string& log) {
  if (log.empty()) return {};
  const std::size_t start = log.rfind('\n', log.size() - 2);
  return log.substr(start == std::string::npos ? 0 : start + 1,
                    log.size() - (start == std::string::npos ? 0 : start + 1) - 1);
}

inline std::string Request(std::string_view headers) {
  return "OPTIONS * RTSP/1.0\r\n" + std::string(headers) + "\r\n";
}

inline std::string Answer(std::string_view headers) {
  return "RTSP/1.0 200 OK\r\n" + std::string(headers) + "\r\n";
}

/// Returns a start line of exactly `size` bytes, line end included.
inline std::string StartLineOfSize(std::size_t size) {
  std::string line = "SETUP  RTSP/1.0\r\n";
  line.insert(6, size - line.size(), 'u');
  return line;
}

/// Returns a header line of exactly `size` bytes, line end included.
inline std::string HeaderLine(std::size_t size, std::string_view name = "X") {
  std::string line(name);
  line += ":";
  line.append(size - line.size() - 2, 'v');
  return line + "\r\n";
}

/// Checks that the framer reads like the reference, whole and byte by byte. The stream is read as the direction that answers
/// from `answers_from` on.
inline void ExpectAsReference(std::string_view stream, std::optional<std::size_t> answers_from) {
  const std::size_t middle = answers_from.value_or(stream.size());
  EventLog whole;
  EventLog bytes;
  whole.Feed(stream.substr(0, middle));
  for (std::size_t i = 0; i < middle; ++i) bytes.Feed(stream.substr(i, 1));
  if (answers_from) whole.ReadAnswers();
  if (answers_from) bytes.ReadAnswers();
  whole.Feed(stream.substr(middle));
  for (std::size_t i = middle; i < stream.size(); ++i) bytes.Feed(stream.substr(i, 1));
  const std::string log = ReferenceLogOf(stream, answers_from);
  ASSERT_EQ(WithoutValues(whole.Text()), log) << testing::PrintToString(std::string(stream));
  ASSERT_EQ(WithoutValues(bytes.Text()), log) << testing::PrintToString(std::string(stream));
}

}  // namespace rtsp::test
