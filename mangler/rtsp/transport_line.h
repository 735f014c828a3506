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

/// Gives up what the line in hand was for: a request gives back what it holds because of the line; of a reply nothing is
/// published. The line stays as it is.
void GiveLineUp(Exchange& exchange);

/// Makes edits of the changes of the line in hand. If that cannot be done, gives the line up.
[[gnu::noinline]] void FinishLine(Exchange& exchange);

}  // namespace mangle
