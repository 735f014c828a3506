// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Framing of a whole stream, with all of it in memory.
#include <cstdint>
#include <string_view>
#include <vector>

#include "rtsp/framer.h"

namespace rtsp::reference {

/// What Framer gives, without what it reads in the line.
struct FramedUnit {
  UnitKind kind = UnitKind::kNeedMore;
  LostReason reason = LostReason::kNone;
  std::uint8_t channel = 0;
  bool too_long = false;
  std::string_view line;
  std::uint32_t offset = 0;
  std::uint32_t length = 0;

  bool operator==(const FramedUnit&) const = default;
};

/// Returns the units of @p stream, which it borrows, as far as they are complete.
[[nodiscard]] std::vector<FramedUnit> ReadUnits(std::string_view stream);

}  // namespace rtsp::reference
