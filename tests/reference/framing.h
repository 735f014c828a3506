// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Framing of a whole stream, with all of it in memory: by the rules of the framer, and as another kind of
/// reader sees the same bytes.
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "rtsp/framer.h"

namespace rtsp::reference {

/// What Framer gives, without what it reads in a header line.
struct FramedUnit {
  UnitKind kind = UnitKind::kNeedMore;
  LostReason reason = LostReason::kNone;
  std::uint8_t channel = 0;
  bool too_long = false;
  bool bare = false;
  std::string_view line;
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  std::string_view
      method;  ///< kStartLine: a method that has a meaning here, "other", or nothing in a response.
  std::uint32_t status = 0;
  int major = 0;
  int minor = 0;

  bool operator==(const FramedUnit&) const = default;
};

/// Returns the units of @p stream, which it borrows, as far as they are complete. From offset @p answers_from on
/// it is read as the direction that answers; without a value it never is.
[[nodiscard]] std::vector<FramedUnit> ReadUnits(std::string_view stream,
                                                std::optional<std::size_t> answers_from = std::nullopt);

/// Returns the units that a reader sees for whom nothing but CR LF ends a line, as gortsplib and rtsp-types read.
[[nodiscard]] std::vector<FramedUnit> ReadCrLfUnits(std::string_view stream);

/// Returns how many of @p units come before the stream is lost, or before text that cannot be followed.
[[nodiscard]] std::size_t CountBeforeGap(const std::vector<FramedUnit>& units);

/// Law 6: returns true if @p units, of a framer, are what a reader of CR LF alone sees in @p stream, up to where
/// the one or the other cannot follow. Holds as well if the first start line does not end in CR LF.
[[nodiscard]] bool AreReadAlike(std::string_view stream, const std::vector<FramedUnit>& units);

}  // namespace rtsp::reference
