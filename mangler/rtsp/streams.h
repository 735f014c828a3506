// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The streams that were set up.
#include <cstdint>

#include "bytes/limits.h"
#include "mangler/nat/mapping.h"

namespace mangle {

/// The streams that were set up: each holds one mapping, and a mapping may be held by several.
///
/// Sessions and URIs are hashes, of which 28 bits of the URI are compared. 0 stands for any when asking.
class StreamTable {
 public:
  /// Notes that the stream @p uri of @p session uses mapping @p index. Returns false if the table is full.
  [[nodiscard]] bool Add(std::uint32_t session, std::uint32_t uri, std::uint32_t index);

  /// True if it does.
  [[nodiscard]] bool Has(std::uint32_t session, std::uint32_t uri, std::uint32_t index) const;

  /// Takes one stream that fits and whose mapping is not in @p kept, and returns its mapping; kMappings if there
  /// is none.
  [[nodiscard]] std::uint32_t Take(std::uint32_t session, std::uint32_t uri, nat::MappingSet kept);

  /// Puts @p uri in the place of another stream of the same session and mapping. Returns false if there is none.
  [[nodiscard]] bool Replace(std::uint32_t session, std::uint32_t uri, std::uint32_t index);

  /// Takes all streams of mapping @p index.
  void Forget(std::uint32_t index);

 private:
  struct Stream {
    std::uint32_t session = 0;
    std::uint32_t uri : 28 = 0;
    std::uint32_t mapping : 4 = 0;
  };
  static_assert(limits::kMappings <= 16);

  template <typename Is>
  [[nodiscard]] std::uint32_t First(Is is) const {
    for (std::uint32_t left = used_; left != 0; left &= left - 1) {
      const auto at = static_cast<std::uint32_t>(__builtin_ctz(left));
      if (is(streams_[at])) return at;
    }
    return limits::kStreams;
  }

  std::uint32_t used_ = 0;  // Bit i: entry i.
  Stream streams_[limits::kStreams];
  static_assert(limits::kStreams < 32);
};

}  // namespace mangle
