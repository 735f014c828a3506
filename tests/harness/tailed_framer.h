// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// A framer with a tail of its own, which gives every line.
#include "rtsp/framer.h"
#include "tests/harness/own_memory.h"

namespace rtsp::test {

struct TailedFramer : Framer {
  OwnTail tail;

  Unit Next(Cursor& in) {
    Unit unit;
    Framer::Next(in, tail, unit, kAllLines);
    return unit;
  }

  /// Skips header lines without a name.
  Unit NextNamed(Cursor& in) {
    Unit unit;
    Framer::Next(in, tail, unit, kNamedLines);
    return unit;
  }

  [[nodiscard]] bool MayBecome(HeaderName name) const { return Framer::MayBecome(name, tail); }
};

}  // namespace rtsp::test
