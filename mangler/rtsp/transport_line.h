// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Reads a Transport line, one spec after the other, and changes its text.
#include "mangler/rtsp/line.h"

namespace mangle {

/// Reads on until there is a question for the embedder, or all specs are read.
[[gnu::noinline]] void ReadTransportLine(Exchange& exchange);

/// Reads the line again where it says more than once what has changed.
[[gnu::noinline]] void ReadAgain(Exchange& exchange);

/// Makes edits of the changes of the line in hand. If that cannot be done, gives up what the line was for.
[[gnu::noinline]] void FinishLine(Exchange& exchange);

}  // namespace mangle
