// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Places of a Transport line that say again what has changed elsewhere in it.
///
/// A server that does not know lists takes the last ports of the whole header, and of a parameter that is repeated a server
/// takes the first or the last. So every place of the line that has the ports of a mapping gets the new ones, also in specs
/// that are not mapped themselves: multicast, TCP, and those that are not understood.
///
///     if (BeginRepeatedPlaces(exchange)) {
///       while (...) {                                     // For each spec that line.reader reads, and for each Repeat() of it:
///         FindHosts(exchange);
///         if (!RewriteRepeatedPlaces(exchange)) ...         // The line must be given up.
///       }
///     }
#include "mangler/rtsp/line.h"

namespace mangle {

/// Begins with the first spec of the line in hand. Returns false if no place can have changed.
[[nodiscard]] [[gnu::noinline]] bool BeginRepeatedPlaces(Exchange& exchange);

/// Adds the changes of the places that were read. Returns false if a spec that is mapped cannot be written in all its places:
/// then the line must be given up.
[[nodiscard]] [[gnu::noinline]] bool RewriteRepeatedPlaces(Exchange& exchange);

}  // namespace mangle
