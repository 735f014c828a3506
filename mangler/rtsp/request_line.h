// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// What a Transport line of a SETUP request asks for, and what becomes of its text.
#include "mangler/rtsp/line.h"

namespace mangle {

/// Deals with the spec in hand of a request: asks for ports of its own, or uses a mapping that has them.
[[gnu::noinline]] void UseRequestSpec(Exchange& exchange);

/// Goes on when the question about ports outside is answered.
[[gnu::noinline]] void UseReserved(Exchange& exchange, nat::Proposal::Outcome outcome);

/// Goes on when there are no ports to propose any more.
void GiveSpecUp(Exchange& exchange);

}  // namespace mangle
