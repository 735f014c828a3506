// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// What is worth counting of one segment.
#include <cstdint>

#include "rtspnat.h"

namespace mangle {

/// A set of enum rtspnat_note.
class Notes {
 public:
  void Add(std::uint32_t note) { bits_ |= std::uint64_t{1} << note; }
  [[nodiscard]] std::uint64_t Bits() const { return bits_; }

 private:
  std::uint64_t bits_ = 0;
};

}  // namespace mangle
