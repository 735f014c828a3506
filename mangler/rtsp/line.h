// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The header line in hand, all that the reading of it works with, and Rewrite(), which puts other ports and addresses into it.
#include <cstddef>
#include <cstdint>

#include "mangler/nat/proposal.h"
#include "mangler/rtsp/agreement.h"
#include "mangler/rtsp/line_changes.h"
#include "mangler/rtsp/setup.h"
#include "mangler/rtsp/transport_meaning.h"
#include "rtsp/header.h"
#include "rtsp/transport.h"

namespace mangle {

/// A line whose text may change. It lies in the segment or in the tail of its lane until the next unit is read.
struct Line {
  /// What is to be done with it next.
  enum class Stage : std::uint8_t {
    kDone,
    kSpecs,      ///< Its next spec is to be read.
    kSpecAgain,  ///< The spec in hand is to be used once more, now that there is room.
    kRead,       ///< All its specs were read.
    kOther,      ///< It is no Transport line, and is to be read.
    kChanged,    ///< It was read, and its changes are to be made.
  };

  Line() {}  // The union needs it.

  /// Places it in memory that was given.
  static void* operator new(std::size_t, void* memory) noexcept { return memory; }

  Stage stage = Stage::kDone;
  rtsp::HeaderName name = rtsp::HeaderName::kOther;
  bool front_sent = false;  ///< Its front has left with an earlier segment: nothing in it can change.
  bool is_first =
      false;  ///< The spec in hand, of a reply, is the first that may say what the server has chosen.
  bool repeats = false;        ///< It may have ports of a mapping in places that were not looked at yet.
  std::uint16_t value = 0;     ///< Offset of its value.
  std::uint32_t position = 0;  ///< Its number in the lane.
  nat::MappingSet mappings =
      0;  ///< A request: it is why these are held. A reply: it is why these are published.
  LineChanges changes;
  rtsp::TransportReader reader;  ///< Holds the text.
  rtsp::TransportSpec spec;  ///< The spec in hand. Here and not on the stack, of which a kernel has little.
  bool is_own = false;       ///< The spec names no other client than the opener.
  rtsp::Ports behind_host;   ///< The port behind the host of destination.
  Hosts opener_hosts;        ///< Places of the spec that have the opener's address, to be changed.
  Hosts peer_hosts;          ///< The same of the peer.
  struct {
    nat::MappingSet changed = 0;  ///< Mappings whose ports outside are others.
    std::uint8_t turns = 0;       ///< How often the spec in hand was read again.
    bool is_mapped = false;       ///< The spec has changes of its own,
    bool uses_port = false;       ///< and has its ports in `port`.
  } repeated;                     ///< For ReadAgain().
  union {
    Announcement announcement = {};  ///< What the spec means in a request,
    ReplyChoice choice;              ///< and in a reply.
  };
};

/// What client and server say to each other, and all that the functions need that read a line of it.
struct Exchange {
  Exchange(const Setup& its_setup, Agreement& its_agreement, Head* its_head, stream::Lane* its_lane,
           bool is_of_opener)
      : setup(its_setup), agreement(its_agreement), head(its_head), lane(its_lane), of_opener(is_of_opener) {
    line.stage = Line::Stage::kDone;
  }

  const Setup& setup;
  Agreement& agreement;
  Head* head;          ///< Of the message in hand.
  stream::Lane* lane;  ///< The direction that it travels.
  bool of_opener;      ///< The opener has sent it; else the peer.
  Notes notes = {};    ///< Of the segment in hand.
  nat::Proposal proposal = {};
  union {
    Line
        line;  ///< Made when a line begins. Before that it has a stage alone: most segments have no such line.
  };

  /// Returns the opener's address as the sender of the line knows it,
  [[nodiscard]] const rtspnat_address& OldOpener() const { return of_opener ? setup.inside : setup.outside; }
  /// and as its receiver knows it.
  [[nodiscard]] const rtspnat_address& NewOpener() const { return of_opener ? setup.outside : setup.inside; }

  /// True if the embedder has to be asked before the reading goes on.
  [[nodiscard]] bool HasQuestions() const { return proposal.IsOpen() || agreement.HasQuestions(); }
};

/// Ports that a text has, and those that are to stand there.
struct PortChange {
  nat::PortRange from;
  nat::PortRange to;
  std::uint32_t count = 0;

  /// Returns what is to stand in the place of @p port: @p port itself if it is not one of these.
  [[nodiscard]] std::uint16_t For(std::uint16_t port) const {
    if (port == from.first) return to.first;
    return count > 1 && port == from.last ? to.last : port;
  }

  /// True if @p text has these ports, or the first one alone.
  [[nodiscard]] bool Has(const rtsp::Ports& text) const {
    if (text.value[0] != from.first) return false;
    return text.count < 2 || text.value[1] == from.first || (count > 1 && text.value[1] == from.last);
  }
};

/// Returns how the ports of @p mapping outside change in a message, as its receiver knows them.
[[nodiscard]] inline PortChange ChangeOf(const nat::Mapping& mapping, bool of_opener) {
  if (of_opener) return {mapping.inside, mapping.outside, mapping.count};
  return {mapping.outside, mapping.inside, mapping.count};
}

/// Returns how the ports of the peer change that are published for @p mapping.
[[nodiscard]] inline PortChange PublishedChangeOf(const nat::Mapping& mapping) {
  return {mapping.peer, mapping.published, mapping.peers};
}

/// What became of a text.
enum class Rewritten : std::uint8_t {
  kSame,     ///< Nothing needs to change.
  kChanged,  ///< The changes were added to the line's.
  kNot,      ///< It cannot be done, and nothing was added; the reason is noted.
};

/// Adds what @p ports makes of @p numbers, and what becomes of @p hosts, to the changes of the line. With the opener's hosts goes
/// what destination says once more of ports in client_port. @p spare: the line may do without these changes.
[[nodiscard]] Rewritten Rewrite(Exchange& exchange, const PortChange& ports, const rtsp::Ports& numbers,
                                const Hosts& hosts, ChangeKind kind, bool spare = false);

/// Finds out whether the spec in hand names another client, which port stands behind the host of destination, and where the address
/// stands of the opener, and of the peer, whose receiver knows it by another. To be called for each spec that was read.
[[gnu::noinline]] void FindHosts(Exchange& exchange);

}  // namespace mangle
