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

/// An address as text.
struct AddressText {
  std::uint8_t size = 0;
  std::uint8_t bytes[nat::kAddressBytes];
};

/// The addresses that may come into a text: of the opener and of the peer, as the receiver of the text knows them.
struct NewAddresses {
  AddressText opener;
  AddressText peer;
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

  /// True if one is an address.
  [[nodiscard]] bool HasAddresses() const;

  /// True if one lies in @p field.
  [[nodiscard]] bool HasIn(bytes::Field field) const;

  /// Takes back the spare changes in @p field. Returns false if there are none.
  bool DropSpare(bytes::Field field);

  /// The line that Commit() changes.
  struct Target {
    const bytes::Cursor& line;
    std::uint32_t position;  ///< Number of its first byte in the lane.
    const NewAddresses& addresses;
    stream::Lane& lane;
  };

  /// Makes edits of all changes of the line, whose value begins at @p value. Returns false if that cannot be done; the reason
  /// is noted.
  [[nodiscard]] bool Commit(const Target& target, std::uint32_t value, Notes& notes) const;

 private:
  // How the front of a value is written anew when it does not keep its length.
  struct Plan {
    std::uint32_t resized = 0;  // Changes in it: up to the last that differs in length.
    std::uint32_t blanks = 0;   // To be put in front.
    std::uint32_t text = 0;     // Offset of the line's text behind the blanks that were there.
    std::uint32_t added = 0;    // Bytes by which the stream becomes longer.
    std::uint32_t entries = 0;  // Of the edit log, for all changes.
  };

  [[nodiscard]] Plan Measure(const bytes::Cursor& line, std::uint32_t value,
                             const NewAddresses& addresses) const;
  [[nodiscard]] bool WriteRun(std::uint32_t first, std::uint32_t last, std::uint32_t start,
                              std::uint32_t blanks, std::uint32_t from, const Target& target) const;

  std::uint8_t size_ = 0;
  LineChange changes_[limits::kLineChanges];
};

}  // namespace mangle
