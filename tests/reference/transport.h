// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Reads the Transport header after RFC 2326 section 12.39 and RFC 7826 section 18.54, as leniently as rtsp/transport.h
/// promises.
#include <string_view>
#include <vector>

#include "rtsp/transport.h"

namespace rtsp::reference {

/// Returns all specs of @p line from offset @p value on.
[[nodiscard]] std::vector<TransportSpec> ReadTransport(std::string_view line, std::size_t value);

/// Returns, for each spec of @p line, every place of the client's ports and addresses, repeated ones included.
[[nodiscard]] std::vector<std::vector<Field>> PlacesOf(std::string_view line, std::size_t value);

/// Returns the name of the first member in which two specs differ, or nullptr.
[[nodiscard]] const char* Difference(const TransportSpec& a, const TransportSpec& b);

}  // namespace rtsp::reference
