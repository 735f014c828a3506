// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The requests that wait for their replies.
#include <cstdint>

#include "bytes/limits.h"
#include "mangler/nat/mapping.h"
#include "rtsp/start_line.h"

namespace mangle {

/// What the value of CSeq is.
enum class CseqKind : std::uint8_t {
  kNone = 0,  ///< Not there, or not readable.
  kNumber,    ///< A number of up to 32 bits.
  kText,      ///< Anything else, as its hash: servers echo it as it is.
};

/// A request of the opener that waits for its reply.
struct Pending {
  rtsp::Method method = rtsp::Method::kOther;  ///< kSetup for all that reserve.
  CseqKind cseq_kind = CseqKind::kNone;
  nat::MappingSet mappings = 0;  ///< SETUP: this request is a holder of each.
  std::uint32_t cseq = 0;
  std::uint32_t session = 0;  ///< Hash; 0 if the request names none.
  std::uint32_t uri = 0;      ///< Hash; SETUP and TEARDOWN only.
};

/// The requests of the opener that wait for their replies, the oldest first.
///
/// Pointers are valid until the next change.
class PendingTable {
 public:
  /// True if there is no room for another request.
  [[nodiscard]] bool Full() const { return size_ == limits::kPendingRequests; }

  /// True if nobody waits.
  [[nodiscard]] bool Empty() const { return size_ == 0; }

  /// Appends @p request; the table is not full.
  void Add(const Pending& request) { requests_[size_++ % limits::kPendingRequests] = request; }

  /// Returns the oldest request; the table is not empty.
  [[nodiscard]] Pending* Oldest() { return requests_; }

  /// Removes @p request, which is in the table, and returns it.
  [[nodiscard]] Pending Take(const Pending* request);

  /// Returns the oldest request with this CSeq, nullptr if there is none. kNone equals nothing.
  [[nodiscard]] Pending* Find(CseqKind kind, std::uint32_t cseq);

  /// Returns the only request, nullptr if there is another number of them.
  [[nodiscard]] Pending* Only() { return size_ == 1 ? requests_ : nullptr; }

  /// Returns the oldest request of that @p method, nullptr if there is none.
  [[nodiscard]] Pending* FindMethod(rtsp::Method method);

  /// Returns the oldest request that is a holder of one of @p mappings, nullptr if there is none.
  [[nodiscard]] Pending* FindHolder(nat::MappingSet mappings);

  /// Takes all mappings that are not in @p kept off the requests.
  void Keep(nat::MappingSet kept);

  /// Returns how many SETUPs wait.
  [[nodiscard]] std::uint32_t Setups() const;

  /// Returns the mappings of all SETUPs that wait.
  [[nodiscard]] nat::MappingSet Mappings() const;

 private:
  template <typename Is>
  [[nodiscard]] Pending* First(Is is) {
    for (std::uint32_t at = 0; at < size_; ++at) {
      if (is(requests_[at])) return &requests_[at];
    }
    return nullptr;
  }

  std::uint32_t size_ = 0;
  Pending requests_[limits::kPendingRequests];
};

}  // namespace mangle
