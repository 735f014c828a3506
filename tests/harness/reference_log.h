// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Writes what the slow reader of tests/reference reads in a stream, in the words of tests/harness/event_log.h.
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "tests/harness/event_log.h"

namespace rtsp::test {

/// Returns those lines of the log that are not indented, with header names in lower case. The stream is read as the direction
/// that answers from offset @p answers_from on, if there is one.
[[nodiscard]] std::string ReferenceLogOf(std::string_view stream, std::optional<std::size_t> answers_from);
[[nodiscard]] std::string ReferenceLogOf(std::string_view stream, Role role);

/// Returns the same lines of @p log, to compare with.
[[nodiscard]] std::string WithoutValues(std::string_view log);

}  // namespace rtsp::test
