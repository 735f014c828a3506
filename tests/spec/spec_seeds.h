// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Makes seeds for the fuzzers out of spec cases.
#include <string>
#include <string_view>

#include "tests/harness/event_log.h"

namespace rtsp::test {

/// Writes seeds for the harnesses of fuzz/ below @p folder: framer/NAME has the stream with some sizes of pieces and its role, head/NAME-N its lines,
/// and transport/NAME-N the values of its Transport headers.
void WriteSeeds(const std::string& folder, const std::string& name, std::string_view stream, Role role);

}  // namespace rtsp::test
