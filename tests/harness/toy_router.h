// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// A router for a toy protocol on top of stream::Lane: the lane with a user that knows nothing of RTSP.
///
/// The protocol: an item goes from '<' to the next '>'. An item of at most limits::kLineBytes is withheld until its '>' has come, and its
/// second byte says how it is rewritten (see EditsOf()). '@' and a byte N stand in front of a body of 16 * (N % 64) bytes,
/// in which nothing is an item. All other bytes are bytes.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mangler/stream/lane.h"
#include "tests/tcp/sequence_adjustment.h"

namespace rtsp::test {

/// Text in the place of some bytes of an item.
struct ToyEdit {
  std::uint32_t offset;  ///< Into the item.
  std::uint32_t length;  ///< Bytes replaced.
  std::string text;
};

/// Returns the edits that @p item wants: '=' up to 30 bytes of the same length, '+' one byte that becomes up to 129, '*' one byte of
/// the same length and one that becomes up to 9.
[[nodiscard]] std::vector<ToyEdit> EditsOf(std::string_view item);

/// A segment on its way, at the numbers of the side where it is.
struct ToyPacket {
  std::uint32_t number = 0;
  std::string bytes;
  bool fin = false;
  bool rst = false;
  std::uint16_t segment_size = 0;
  std::uint16_t header_length = 40;
};

/// One direction of a connection, and the acknowledgements of the other one.
class ToyRouter {
 public:
  ToyRouter(std::uint32_t first, stream::LengthChanges length_changes)
      : changes_(length_changes), first_(first) {
    lane_.Open(first, length_changes, stream::Transit::kSegments);
  }

  /// Returns what leaves in the place of @p packet; nothing if it is dropped.
  std::optional<ToyPacket> Pass(const ToyPacket& packet);

  /// Passes on that the receiver acknowledges @p number; returns the number that the sender is told.
  std::uint32_t PassAcknowledgement(std::uint32_t number);

  /// Reads nothing any more, as when the other side has ended the connection.
  void StopReading();

  /// Passes @p bytes of a body without looking at them. Nothing may be unfinished.
  void PassBulk(std::uint32_t bytes);

  /// What became of an item.
  enum class Decision : std::uint8_t { kEdited, kNoRoom, kFrontSent };
  struct Item {
    std::uint32_t offset;  ///< Into the stream, without bulk.
    Decision decision;
  };
  [[nodiscard]] const std::vector<Item>& Items() const { return items_; }

  /// True if it reads no more.
  [[nodiscard]] bool IsTransparent() const { return transparent_; }

  /// True between items and bodies.
  [[nodiscard]] bool IsBetween() const { return line_size_ == 0 && skip_ == 0 && !after_at_; }

  /// Returns what the lane made of the last packet.
  [[nodiscard]] const stream::Passage& Last() const { return passage_; }
  [[nodiscard]] stream::Lane& Lane() { return lane_; }

  /// Returns number @p sequence of the sender as it leaves.
  [[nodiscard]] std::uint32_t Out(std::uint32_t sequence) const;

  /// Returns the sender's number for @p sequence of those that leave.
  [[nodiscard]] std::uint32_t Back(std::uint32_t sequence) const;

 private:
  void LendAnew();
  void Place(bytes::Cursor& in, bool fin);
  void Read(bytes::Cursor& in);
  bool ReadItem(bytes::Cursor& in);
  void EndItem(const bytes::Cursor& item, std::uint32_t size, std::uint32_t position, bool held);
  Decision Rewrite(std::string_view item, std::uint32_t position);
  ToyPacket Leave(const ToyPacket& packet);

  stream::LengthChanges changes_;
  std::uint32_t first_;
  std::uint32_t bulk_ = 0;
  stream::Lane lane_;
  stream::Buffer buffer_;  // Lent to the lane while it needs it.
  stream::Passage passage_;
  AdjustedNumbers adjusted_;  // The kernel's numbers, where one addition at a time is on its way.
  std::vector<Item> items_;
  std::uint32_t line_size_ = 0;  // Of the item that is unfinished.
  std::uint32_t skip_ = 0;       // Of a body.
  std::uint8_t last_ = 0;        // The last byte that was read,
  std::uint8_t front_ = 0;       // and the one in front of the unfinished item.
  bool after_at_ = false;
  bool reading_ = false;
  bool transparent_ = false;
};

/// Returns the slow answer: what becomes of @p stream, read in one piece, if @p items were decided so. Sets @p complaint if the items are not
/// those of the stream; where @p whole, all of them have to be there.
[[nodiscard]] std::string RewriteInOnePiece(std::string_view stream,
                                            const std::vector<ToyRouter::Item>& items, bool whole,
                                            std::string& complaint);

}  // namespace rtsp::test
