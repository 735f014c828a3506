// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The header line in hand, and all that the reading of it works with.
#include <cstdint>

#include "mangler/nat/proposal.h"
#include "mangler/rtsp/agreement.h"
#include "mangler/rtsp/line_changes.h"
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
  Hosts opener_hosts;        ///< Places of the spec that have the opener's address, to be changed.
  Hosts peer_hosts;          ///< The same of the peer.
  struct {
    nat::MappingSet changed = 0;  ///< Mappings whose ports outside are others.
    std::uint8_t turns = 0;       ///< How often the spec in hand was read again.
    bool is_mapped = false;       ///< The spec has changes of its own,
    bool uses_port = false;       ///< and has its ports in `port`.
  } repeated;                     ///< For repeated_places.cc.
  union {
    Announcement announcement = {};  ///< What the spec means in a request,
    ReplyChoice choice;              ///< and in a reply.
  };
};

/// What client and server say to each other, and all that the functions need that read a line of it.
struct Exchange {
  explicit Exchange(const rtspnat_setup& its_setup)
      : setup(its_setup), agreement(setup.may_publish && !nat::IsSame(setup.peer, setup.published)) {}

  rtspnat_setup setup;
  Agreement agreement;
  nat::Proposal proposal;

  // Of the segment in hand.
  Notes notes;
  bool of_opener = false;        ///< The opener has sent it; else the peer.
  Head* head = nullptr;          ///< Of the message in hand.
  stream::Lane* lane = nullptr;  ///< The direction that it travels.
  Line line;

  /// Returns the opener's address as the sender of the line knows it,
  [[nodiscard]] const rtspnat_address& OldOpener() const { return of_opener ? setup.inside : setup.outside; }
  /// and as its receiver knows it.
  [[nodiscard]] const rtspnat_address& NewOpener() const { return of_opener ? setup.outside : setup.inside; }

  /// True if the embedder has to be asked before the reading goes on.
  [[nodiscard]] bool HasQuestions() const { return proposal.IsOpen() || agreement.HasQuestions(); }
};

}  // namespace mangle
