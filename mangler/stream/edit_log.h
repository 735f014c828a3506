// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The replacements made in one direction, at stream positions.
///
/// An edit says for every byte that it replaces what stands there instead: one byte for each, and for the last of them any
/// number more. So it is a substitution of bytes at sequence numbers: whatever way the stream is cut, or sent
/// again, the same positions get the same bytes.
#include <cstdint>

#include "bytes/limits.h"

namespace stream {

/// Most bytes of text in one entry: `65534-65535`. What is longer takes several entries.
inline constexpr std::uint32_t kEditBytes = 11;

/// One replacement. Its text is as long as what it replaces, or longer.
struct Edit {
  std::uint32_t position = 0;      ///< Sequence number of the first byte replaced.
  std::uint8_t length : 4 = 0;     ///< Bytes replaced; 0 to add to the byte before @c position.
  std::uint8_t text_size : 4 = 0;  ///< Bytes of text.
  std::uint8_t text[kEditBytes] = {};

  /// Returns the number behind the last byte replaced.
  [[nodiscard]] std::uint32_t End() const { return position + length; }
};
static_assert(sizeof(Edit) == 16 && kEditBytes < 16);

/// The part of an edit that falls on a segment.
struct EditPart {
  const std::uint8_t* text = nullptr;
  std::uint32_t offset = 0;       ///< Into the segment.
  std::uint32_t length = 0;       ///< Bytes replaced.
  std::uint32_t text_length = 0;  ///< 0: no such part.
};

/// Edits in stream order; entries leave when the receiver has acknowledged them.
///
/// Laws (tests/unit/edit_log_test.cc):
///  1. Parts lie inside the segment, ascend, and do not overlap.
///  2. The parts of a segment are those of its two halves together, however it is halved.
///  3. An entry is forgotten only when it is acknowledged whole, and one that adds bytes only when the numbers behind
///     it do not depend on it any more; a full log refuses, and so does one without memory.
class EditLog {
 public:
  /// Takes @p memory of limits::kEdits entries, which must live until Use() is called again; null takes it away. The log is
  /// empty then.
  void Use(Edit* memory) {
    edits_ = memory;
    size_ = 0;
  }

  /// Returns that memory.
  [[nodiscard]] Edit* Memory() const { return edits_; }

  /// Returns how many more edits fit, once there is memory.
  [[nodiscard]] std::uint32_t Room() const { return limits::kEdits - size_; }

  /// True if there are none.
  [[nodiscard]] bool Empty() const { return size_ == 0; }

  /// Appends @p edit, which lies behind all that are there. Returns false if the log is full.
  [[nodiscard]] bool Add(const Edit& edit);

  /// Forgets what lies wholly before @p acknowledged; but of what adds bytes only what does so before @p settled
  /// (SeqMap::Settled()).
  void Forget(std::uint32_t acknowledged, std::uint32_t settled);

  /// True if Forget() would forget all edits once everything before @p acknowledged has arrived. Edits that add bytes are
  /// forgotten then only with @p additions.
  [[nodiscard]] bool AreDone(std::uint32_t acknowledged, bool additions) const;

  /// Returns how many parts fall on the @p length bytes at @p position.
  [[nodiscard]] std::uint32_t Count(std::uint32_t position, std::uint32_t length) const;

  /// Returns part @p index of them; its text_length is 0 if there is none.
  [[nodiscard]] EditPart Part(std::uint32_t position, std::uint32_t length, std::uint32_t index) const;

  /// Returns by how many bytes they make the segment longer.
  [[nodiscard]] std::uint32_t Growth(std::uint32_t position, std::uint32_t length) const;

 private:
  std::uint8_t size_ = 0;
  Edit* edits_ = nullptr;
};

}  // namespace stream
