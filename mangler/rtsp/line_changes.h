// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The changes of one header line, collected first and then made all together or not at all.
#include <cstdint>

#include "mangler/nat/address.h"
#include "mangler/rtsp/notes.h"
#include "mangler/rtsp/transport_meaning.h"
#include "mangler/stream/lane.h"

namespace mangle {

/// The addresses that may come into a text: of the opener and of the peer, as the receiver of the text knows them.
struct NewAddresses {
  const rtspnat_address& opener;
  const rtspnat_address& peer;
};

/// What a field of a line becomes: a port, or the address of one side.
enum class ChangeKind : std::uint8_t { kPort, kOpener, kPeer };

/// A field of a line, and what is to stand there.
struct LineChange {
  bytes::Field field;
  std::uint16_t port = 0;
  ChangeKind kind = ChangeKind::kPort;
  bool spare = false;  ///< In a spec that is not mapped: the line may do without this change.
};

/// The changes of a line, in the order of its text.
///
/// A port keeps its length, with zeros in front. Where an address changes its length, the blanks in front of the value make
/// up for it; what they cannot make up for makes the stream longer.
///
/// Laws (tests/unit/line_changes_test.cc):
///  1. Commit() makes all changes or none.
///  2. A line whose changes keep their length keeps its own; no text becomes shorter.
class LineChanges {
 public:
  [[nodiscard]] bool Empty() const { return size_ == 0; }

  /// True if @p count more fit. If not, that is noted.
  [[nodiscard]] bool HasRoomFor(std::uint32_t count, Notes& notes) const;

  /// Adds @p change; a field that has one already keeps it. There must be room.
  void Add(const LineChange& change);

  /// True if one lies in @p field.
  [[nodiscard]] bool HasIn(bytes::Field field) const;

  /// Takes back the spare changes in @p field. Returns false if there are none.
  bool DropSpare(bytes::Field field);

  /// Makes edits of all changes of @p line, whose value begins at @p value, and which begins at number @p position of
  /// @p lane. Returns false if that cannot be done; the reason is noted.
  [[nodiscard]] bool Commit(const bytes::Cursor& line, std::uint32_t value, std::uint32_t position,
                            const NewAddresses& addresses, stream::Lane& lane, Notes& notes) const;

 private:
  std::uint8_t size_ = 0;
  LineChange changes_[limits::kLineChanges];
};

}  // namespace mangle
