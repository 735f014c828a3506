// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// One open question about ports: which to try, and in which order.
#include <cstdint>

#include "mangler/nat/mapping.h"
#include "mangler/nat/ports.h"
#include "rtspnat.h"

namespace nat {

/// What is wanted of a range, or of one port.
struct PortRequest {
  PortRange inside;
  std::uint8_t count = 1;      ///< 1 to kPorts.
  std::uint8_t digits = 0;     ///< Digits that the text has room for; 0: it cannot be edited at all.
  bool same_only = false;      ///< Without NAT the ports cannot differ.
  bool any_same = false;       ///< The same ports will do, whatever they are.
  bool unlike_others = false;  ///< No port of another mapping of the connection will do.
  std::uint32_t seed = 0;
};

/// Returns proposal number @p attempt (0 .. limits::kPortProposals - 1); none if there is none at this attempt.
///
/// Order: the same ports as inside, which need no edit; then neighbours with as many digits as the
/// text has; then scattered ones with as many; then with fewer, which are zero-padded (all 17 parsers
/// examined read that as decimal).
///
/// Laws (tests/unit/ports_test.cc):
///  1. Several ports follow each other, and the first is even, but for the same ports with same_only or any_same.
///  2. One port keeps the parity of the port inside (RFC 4787 REQ-4).
///  3. No port is below kFirstPort or has more digits than asked for, but for the same ports as inside.
///  4. With the ports inside below kFirstPort nothing is ever proposed.
[[nodiscard]] PortRange Propose(const PortRequest& request, std::uint32_t attempt);

/// True if an embedder may answer @p request with @p first: what laws 1 to 3 say.
[[nodiscard]] bool IsFit(const PortRequest& request, std::uint16_t first);

/// Asks the embedder for ports of a mapping, one proposal after the other, until it can have one or there are no more. The
/// same for ports outside (RTSPNAT_RESERVE) and for those that are published of the peer (RTSPNAT_PUBLISH).
///
///     proposal.Open(Proposal::Side::kOutside, index, request);
///     while (proposal.Ask(mappings, asked, step)) {
///       ...                                                     // The embedder answers.
///       if (proposal.Answer(reply, first_port, mappings) != Proposal::Outcome::kNextOne) break;
///     }
///     proposal.Close();
///
/// Laws (tests/unit/proposal_test.cc):
///  1. Every proposal, and every port that an answer may name, is one that nat::Propose() and nat::IsFit() allow.
///  2. At most limits::kPortProposals are made for one head, whatever the answers are.
class Proposal {
 public:
  /// Which ports of a mapping.
  enum class Side : std::uint8_t { kNone, kOutside, kPublished };

  /// Opens a question about @p side of mapping @p index, which is its user's alone until the question is closed.
  void Open(Side side, std::uint32_t index, const PortRequest& request) {
    side_ = side;
    index_ = static_cast<std::uint8_t>(index);
    request_ = request;
    attempt_ = 0;
    is_asked_ = false;
  }

  /// True while proposals may follow.
  [[nodiscard]] bool IsOpen() const { return side_ != Side::kNone; }

  /// True while a proposal waits for its answer.
  [[nodiscard]] bool IsAsked() const { return is_asked_; }

  [[nodiscard]] Side Which() const { return side_; }
  [[nodiscard]] std::uint32_t Index() const { return index_; }
  [[nodiscard]] const PortRequest& Request() const { return request_; }

  /// Makes the next proposal, notes it in the mapping, and writes it into @p step. Counts it in @p made, which is that of the
  /// head. Returns false if there is none any more.
  [[nodiscard]] bool Ask(MappingTable& mappings, std::uint8_t& made, rtspnat_step& step);

  /// What an answer means.
  enum class Outcome : std::uint8_t {
    kNextOne,  ///< The ports are taken: Ask() for others.
    kRefused,  ///< There are none to be had.
    kGiven,    ///< The mapping has them.
    kUnfit,    ///< The embedder has reserved others that are no use, and has to give them back.
  };

  /// Takes the answer to the last proposal.
  [[nodiscard]] Outcome Answer(rtspnat_reply reply, std::uint16_t first_port, MappingTable& mappings);

  /// Closes the question: it is answered, or there are no proposals any more.
  void Close() { side_ = Side::kNone; }

 private:
  [[nodiscard]] bool IsUsed(const MappingTable& mappings, PortRange ports, bool tcp) const;
  [[nodiscard]] PortRange& PortsOf(Mapping& mapping) const {
    return side_ == Side::kPublished ? mapping.published : mapping.outside;
  }

  Side side_ = Side::kNone;
  std::uint8_t index_ = 0;
  PortRequest request_;
  std::uint8_t attempt_ = 0;
  bool is_asked_ = false;
};

}  // namespace nat
