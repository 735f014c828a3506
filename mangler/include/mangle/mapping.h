// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Port mappings, streams that use them, and unanswered requests: three small tables of fixed size.
#include <cstdint>

#include "mangle/ports.h"
#include "rtsp/limits.h"
#include "rtsp/start_line.h"

namespace mangle {

/// A set of mappings; bit i stands for mapping i.
using MappingSet = std::uint16_t;
static_assert(rtsp::kMappings <= 16);

/// Returns the set of one mapping.
constexpr MappingSet SetOf(std::uint32_t index) {
  return static_cast<MappingSet>(1U << index % rtsp::kMappings);
}

/// Removes the first mapping from @p set, which is not empty, and returns its index.
constexpr std::uint32_t Pop(MappingSet& set) {
  const auto index = static_cast<std::uint32_t>(__builtin_ctz(set)) % rtsp::kMappings;
  set = static_cast<MappingSet>(set & (set - 1U));
  return index;
}

enum class MappingState : std::uint8_t {
  kFree = 0,
  kAsking,    ///< Ports are being asked for.
  kReserved,  ///< Held at the embedder; no media may pass.
  kLive,      ///< Media may pass.
};

/// Inside ports, the ports outside that stand for them, and the same for the peer.
struct Mapping {
  MappingState state = MappingState::kFree;
  std::uint8_t count = 0;  ///< Ports: 1 to kPorts.
  std::uint8_t open = 0;   ///< Media may pass these ports, once live: see WithMux() of ports.h.
  std::uint8_t holders =
      0;  ///< Streams and SETUPs that use it (RFC 2326 allows one pair for all streams, R85).
  std::uint8_t peers = 0;  ///< Ports of the peer that are known: 0 to kPorts.
  bool tcp = false;        ///< Else UDP.
  PortRange inside;        ///< None: the opener connects to a peer that listens.
  PortRange outside;
  PortRange peer;       ///< The peer's own ports.
  PortRange published;  ///< What the opener is told of them; none if they are not published.
};

/// The mappings of a connection.
class MappingTable {
 public:
  [[nodiscard]] Mapping& operator[](std::uint32_t index) { return mappings_[index]; }
  [[nodiscard]] const Mapping& operator[](std::uint32_t index) const { return mappings_[index]; }

  /// Returns the index of the mapping in use whose first inside port is @p port, not 0; kMappings if none.
  [[nodiscard]] std::uint32_t FindInside(std::uint16_t port, bool tcp) const;

  /// Returns the index of the mapping in use whose first outside port is @p port, not 0; kMappings if none.
  [[nodiscard]] std::uint32_t FindOutside(std::uint16_t port, bool tcp) const;

  /// Returns the index of a free mapping; kMappings if none.
  [[nodiscard]] std::uint32_t FindFree() const;

  /// True if a mapping in use has one of the @p count ports of @p range outside.
  [[nodiscard]] bool UsesOutside(PortRange range, std::uint32_t count, bool tcp) const;

  /// Returns all mappings that are reserved or live.
  [[nodiscard]] MappingSet Held() const { return held_; }

  /// Marks a mapping that is being asked for as reserved.
  void Reserve(std::uint32_t index);

  /// Frees a mapping in any state.
  void Free(std::uint32_t index);

  /// Returns those that are live.
  [[nodiscard]] MappingSet Live() const;

 private:
  MappingSet held_ = 0;
  Mapping mappings_[rtsp::kMappings];
};

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
  [[nodiscard]] std::uint32_t Take(std::uint32_t session, std::uint32_t uri, MappingSet kept);

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
  static_assert(rtsp::kMappings <= 16);

  [[nodiscard]] bool Fits(std::uint32_t at, std::uint32_t session, std::uint32_t uri) const;

  std::uint32_t used_ = 0;  // Bit i: entry i.
  Stream streams_[rtsp::kStreams];
  static_assert(rtsp::kStreams < 32);
};

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
  MappingSet mappings = 0;  ///< SETUP: this request is a holder of each.
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
  [[nodiscard]] bool Full() const { return size_ == rtsp::kPendingRequests; }

  /// True if nobody waits.
  [[nodiscard]] bool Empty() const { return size_ == 0; }

  /// Appends @p request; the table is not full.
  void Add(const Pending& request);

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
  [[nodiscard]] Pending* FindHolder(MappingSet mappings);

  /// Takes all mappings that are not in @p kept off the requests.
  void Keep(MappingSet kept);

  /// Returns how many SETUPs wait.
  [[nodiscard]] std::uint32_t Setups() const;

  /// Returns the mappings of all SETUPs that wait.
  [[nodiscard]] MappingSet Mappings() const;

 private:
  std::uint32_t size_ = 0;
  Pending requests_[rtsp::kPendingRequests];
};

}  // namespace mangle
