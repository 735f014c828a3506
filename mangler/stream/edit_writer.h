// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Writes one run of new text over a run of old bytes, as entries of an EditLog.
#include <cstdint>

#include "mangler/stream/edit_log.h"

namespace stream {

/// Bytes put one after the other replace those of the stream from a position on; when the old ones are used up,
/// the rest is added behind them. The new text must not be shorter.
class EditWriter {
 public:
  /// Begins to replace @p length bytes at @p position.
  EditWriter(EditLog& log, std::uint32_t position, std::uint32_t length) : log_(log), remaining_(length) {
    edit_.position = position;
  }

  /// Puts the next byte of the text.
  void Put(std::uint8_t byte) {
    if (size_ == kEditBytes) Flush();
    edit_.text[size_++] = byte;
  }

  /// Ends the text. Returns false if the log had no room for all of it: the caller asks EditLog::Room() before.
  [[nodiscard]] bool Finish() {
    if (size_ != 0) Flush();
    return !failed_;
  }

 private:
  void Flush() {
    const std::uint32_t length = remaining_ < size_ ? remaining_ : size_;
    edit_.length = length & 15U;
    edit_.text_size = size_ & 15U;
    failed_ |= !log_.Add(edit_);
    edit_.position += length;
    remaining_ -= length;
    size_ = 0;
  }

  EditLog& log_;
  Edit edit_;
  std::uint32_t remaining_;
  std::uint32_t size_ = 0;
  bool failed_ = false;
};

}  // namespace stream
