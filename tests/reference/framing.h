// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Frames a whole stream that is in memory: by the rules of the framer, and as another kind of reader does.
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "rtsp/framer.h"

namespace rtsp::reference {

/// A unit of Framer, without the fields that it reads in a header line.
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

/// Returns the complete units of @p stream, which it borrows. From offset @p answers_from on, if it has a value, the stream is
/// read as the direction that answers.
[[nodiscard]] std::vector<FramedUnit> ReadUnits(std::string_view stream,
                                                std::optional<std::size_t> answers_from = std::nullopt);

/// Returns the units of a reader for whom only CR LF ends a line, like gortsplib and rtsp-types.
[[nodiscard]] std::vector<FramedUnit> ReadCrLfUnits(std::string_view stream);

/// Returns the number of @p units before the stream is lost, or before text that the framer does not understand.
[[nodiscard]] std::size_t CountBeforeGap(const std::vector<FramedUnit>& units);

/// Law 6: returns true if @p units of a framer are those that a reader of CR LF alone finds in @p stream, up to the place where one of the two
/// stops. Also returns true if the first start line does not end in CR LF.
[[nodiscard]] bool AreReadAlike(std::string_view stream, const std::vector<FramedUnit>& units);

}  // namespace rtsp::reference
