// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Places of a Transport line that say again what has changed elsewhere in it.
#include "mangler/rtsp/line.h"

namespace mangle {

/// Adds the changes of all such places of the line. A server that does not know lists takes the last ports of the whole header,
/// and of a parameter that is repeated a server takes the first or the last. So every place of the line that has the
/// ports of a mapping gets the new ones, also in specs that are not mapped themselves: multicast, TCP, and those that are
/// not understood. Returns false if a spec that is mapped cannot be written in all its places: then the line must be given up.
[[nodiscard]] bool RewriteRepeatedPlaces(Work& work);

}  // namespace mangle
