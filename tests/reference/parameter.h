// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Reads names and protocols of the Transport header.
#include <string>
#include <string_view>

#include "rtsp/transport.h"
#include "tests/reference/text.h"

namespace rtsp::reference {

/// Returns the end of the name or protocol at the beginning of @p span.
[[nodiscard]] std::size_t NameEnd(std::string_view line, Span span);

/// Returns the protocol of @p text, which is in lower case.
[[nodiscard]] Protocol ProtocolOf(const std::string& text);

}  // namespace rtsp::reference
