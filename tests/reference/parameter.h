// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Names and protocols of the Transport header.
#include <string>
#include <string_view>

#include "rtsp/transport.h"
#include "tests/reference/text.h"

namespace rtsp::reference {

/// Returns where the name or protocol ends that begins @p span.
[[nodiscard]] std::size_t NameEnd(std::string_view line, Span span);

/// Returns the protocol that @p text, in lower case, stands for.
[[nodiscard]] Protocol ProtocolOf(const std::string& text);

}  // namespace rtsp::reference
