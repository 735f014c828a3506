// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// What the slow reader of tests/reference sees in a stream, in the words of tests/harness/event_log.h.
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "tests/harness/event_log.h"

namespace rtsp::test {

/// Returns the lines of the log that are not indented, of a stream that answers from offset @p answers_from on, or
/// never. Names of headers are in lower case.
[[nodiscard]] std::string ReferenceLogOf(std::string_view stream, std::optional<std::size_t> answers_from);
[[nodiscard]] std::string ReferenceLogOf(std::string_view stream, Role role);

/// Returns those lines of @p log, and names as above, to compare with.
[[nodiscard]] std::string WithoutValues(std::string_view log);

}  // namespace rtsp::test
