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
  };

  Line() {}  // The union needs it.

  Stage stage = Stage::kDone;
  rtsp::HeaderName name = rtsp::HeaderName::kOther;
  bool front_sent = false;  ///< Its front has left with an earlier segment: nothing in it can change.
  bool repeats = false;     ///< It may have ports of a mapping in places that were not looked at yet.
  std::uint16_t value = 0;  ///< Offset of its value.
  std::uint32_t position = 0;     ///< Its number in the lane.
  nat::MappingSet mappings = 0;   ///< A request: it is why these are held. A reply: it is why these are published.
  LineChanges changes;
  rtsp::TransportReader reader;   ///< Holds the text.
  rtsp::TransportSpec spec;       ///< The spec in hand. Here and not on the stack, of which a kernel has little.
  union {
    Announcement announcement = {};  ///< What the spec means in a request,
    ReplyChoice choice;              ///< and in a reply.
  };

  [[nodiscard]] const bytes::Cursor& Text() const { return reader.Line(); }
};

/// What the functions that read a line work with: the line itself, and what the connection knows.
struct Work {
  const rtspnat_setup& setup;
  Agreement& agreement;
  nat::Proposal& proposal;
  Head& head;  ///< Of the message in hand.
  Line& line;
  stream::Lane& lane;  ///< That the message travels on.
  Notes& notes;
  bool of_opener;  ///< The opener has sent the message; else the peer.

  /// Returns the opener's address as the sender of the line knows it,
  [[nodiscard]] const rtspnat_address& OldOpener() const { return of_opener ? setup.inside : setup.outside; }
  /// and the addresses as its receiver knows them.
  [[nodiscard]] NewAddresses New() const {
    return {of_opener ? setup.outside : setup.inside, setup.published};
  }

  /// True if the embedder has to be asked before the reading goes on.
  [[nodiscard]] bool HasQuestions() const { return proposal.IsOpen() || agreement.HasQuestions(); }
};

}  // namespace mangle
