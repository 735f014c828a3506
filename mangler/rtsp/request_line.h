// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// What a Transport line of a SETUP request asks for, and what becomes of its text.
#include "mangler/rtsp/line.h"

namespace mangle {

/// Deals with the spec in hand of a request: asks for ports of its own, or uses a mapping that has them.
void UseRequestSpec(Work& work);

/// Goes on when the question about ports outside is answered.
void UseReserved(Work& work, nat::Proposal::Outcome outcome);

/// Goes on when there are no ports to propose any more.
void GiveSpecUp(Work& work);

}  // namespace mangle
