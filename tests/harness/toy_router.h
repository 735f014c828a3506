// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// A router for a toy protocol on top of stream::Lane. It shows that the lane needs no RTSP.
///
/// The protocol: an item goes from '<' to the next '>'. The router withholds an item of at most limits::kLineBytes until its '>' has come, and
/// the second byte of the item says how the router rewrites it (see EditsOf()). '@' and a byte N begin a body of 16 * (N % 64)
/// bytes, which holds no items. All other bytes mean nothing.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mangler/stream/lane.h"
#include "tests/tcp/sequence_adjustment.h"

namespace rtsp::test {

/// An edit: text that replaces some bytes of an item.
struct ToyEdit {
  std::uint32_t offset;  ///< The first of the bytes, in the item.
  std::uint32_t length;  ///< The number of the bytes.
  std::string text;
};

/// Returns the edits of @p item. For '=' up to 30 bytes change and keep their length. For '+' one byte becomes up to 129 bytes. For '*' one byte
/// changes, and another one becomes up to 9 bytes.
[[nodiscard]] std::vector<ToyEdit> EditsOf(std::string_view item);

/// A segment with the sequence numbers of the side where it is.
struct ToyPacket {
  std::uint32_t number = 0;
  std::string bytes;
  bool fin = false;
  bool rst = false;
  std::uint16_t segment_size = 0;
  std::uint16_t header_length = 40;
};

/// The router for one direction of a connection, and for the acknowledgements that come back.
class ToyRouter {
 public:
  ToyRouter(std::uint32_t first, stream::LengthChanges length_changes)
      : changes_(length_changes), first_(first) {
    lane_.Open(first, length_changes, stream::Transit::kSegments);
  }

  /// Returns the segment that leaves in the place of @p packet, or nothing if the router drops it.
  std::optional<ToyPacket> Pass(const ToyPacket& packet);

  /// Takes the receiver's acknowledgement @p number, and returns the one that the sender gets.
  std::uint32_t PassAcknowledgement(std::uint32_t number);

  /// Stops reading, as when the other side has ended the connection.
  void StopReading();

  /// Passes @p bytes of a body without looking at them. No item may be unfinished.
  void PassBulk(std::uint32_t bytes);

  /// The outcome of an item.
  enum class Decision : std::uint8_t { kEdited, kNoRoom, kFrontSent };
  struct Item {
    std::uint32_t offset;  ///< Its place in the stream, without bulk.
    Decision decision;
  };
  [[nodiscard]] const std::vector<Item>& Items() const { return items_; }

  /// Returns whether the router has stopped reading.
  [[nodiscard]] bool IsTransparent() const { return transparent_; }

  /// Returns whether the stream is between items and bodies.
  [[nodiscard]] bool IsBetween() const { return line_size_ == 0 && skip_ == 0 && !after_at_; }

  /// Returns the lane's plan for the last packet.
  [[nodiscard]] const stream::Passage& Last() const { return passage_; }
  [[nodiscard]] stream::Lane& Lane() { return lane_; }

  /// Maps a sequence number of the sender to the receiver's numbers.
  [[nodiscard]] std::uint32_t Out(std::uint32_t sequence) const;

  /// Maps a sequence number of the receiver to the sender's numbers.
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
  AdjustedNumbers adjusted_;  // The kernel's numbers, if only one addition at a time may be unacknowledged.
  std::vector<Item> items_;
  std::uint32_t line_size_ = 0;  // Bytes of the unfinished item so far.
  std::uint32_t skip_ = 0;       // Remaining bytes of a body.
  std::uint8_t last_ = 0;        // The last byte that was read.
  std::uint8_t front_ = 0;       // The byte in front of the unfinished item.
  bool after_at_ = false;
  bool reading_ = false;
  bool transparent_ = false;
};

/// Rewrites @p stream the slow way, in one piece, with the outcomes @p items, and returns the result. Sets @p complaint if the items are not those
/// of the stream. If @p whole, the list must have all items of the stream.
[[nodiscard]] std::string RewriteInOnePiece(std::string_view stream,
                                            const std::vector<ToyRouter::Item>& items, bool whole,
                                            std::string& complaint);

}  // namespace rtsp::test
