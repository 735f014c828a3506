// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Header lines of interest beside Transport: Session, Require, Supported, and those that hold an address.
#include "mangler/rtsp/line.h"

namespace mangle {

/// True if a header @p name of the head in hand is to have its address changed.
[[nodiscard]] bool IsAddressLine(const Exchange& exchange, rtsp::HeaderName name);

/// Reads the line in hand. Returns true if there is a question, which is in @p step then: the peer sends the opener on to
/// another host or port, where nobody watches for control connections.
[[nodiscard]] [[gnu::noinline]] bool ReadOtherLine(Exchange& exchange, rtspnat_step& step);

}  // namespace mangle
