// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Maps sequence numbers of a stream that edits have made longer, in the two ways that embedders use.
#include <cstdint>

#include "rtspnat.h"

namespace rtsp::test {

/// Maps the numbers of both directions.
class SequenceNumbers {
 public:
  virtual ~SequenceNumbers() = default;

  /// Notes that the stream of @p direction becomes longer by @p growth at @p position.
  virtual void Grow(unsigned direction, std::uint32_t position, std::uint32_t growth) = 0;

  /// Maps sequence number @p seq of the sender of @p direction to the stream that leaves.
  [[nodiscard]] virtual std::uint32_t Out(unsigned direction, std::uint32_t seq) const = 0;

  /// Maps acknowledgement @p ack of the receiver of @p direction to the stream that came in.
  [[nodiscard]] virtual std::uint32_t Back(unsigned direction, std::uint32_t ack) const = 0;
};

/// The core's own map, by the C ABI.
class MappedNumbers : public SequenceNumbers {
 public:
  explicit MappedNumbers(const rtspnat_connection* connection) : connection_(connection) {}

  void Grow(unsigned, std::uint32_t, std::uint32_t) override {}
  [[nodiscard]] std::uint32_t Out(unsigned direction, std::uint32_t seq) const override {
    return rtspnat_map_sequence(connection_, static_cast<rtspnat_direction>(direction), seq);
  }
  [[nodiscard]] std::uint32_t Back(unsigned direction, std::uint32_t ack) const override {
    return rtspnat_map_acknowledgement(connection_, static_cast<rtspnat_direction>(direction), ack);
  }

 private:
  const rtspnat_connection* connection_;
};

/// One correction for each direction, as in the Linux kernel. Numbers behind its position move by one offset, all others by the offset
/// before it. The class ignores a correction that does not lie behind the present one.
class AdjustedNumbers : public SequenceNumbers {
 public:
  void Grow(unsigned direction, std::uint32_t position, std::uint32_t growth) override {
    Correction& correction = corrections_[direction];
    const bool none = correction.before == correction.after;
    if (!none && !IsAfter(position, correction.position)) return;
    correction = {position, correction.after, correction.after + growth};
  }
  [[nodiscard]] std::uint32_t Out(unsigned direction, std::uint32_t seq) const override {
    const Correction& correction = corrections_[direction];
    return seq + (IsAfter(seq, correction.position) ? correction.after : correction.before);
  }
  [[nodiscard]] std::uint32_t Back(unsigned direction, std::uint32_t ack) const override {
    const Correction& correction = corrections_[direction];
    const bool behind = IsAfter(ack - correction.before, correction.position);
    return ack - (behind ? correction.after : correction.before);
  }

 private:
  struct Correction {
    std::uint32_t position = 0;
    std::uint32_t before = 0;
    std::uint32_t after = 0;
  };

  static bool IsAfter(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(a - b) > 0; }

  Correction corrections_[2];
};

}  // namespace rtsp::test
