// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// What every embedder of the C ABI needs, and tests and fuzzers share: structs that say their size, and memory.
#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "rtspnat.h"

namespace rtsp::test {

/// Returns an empty struct of rtspnat.h that says its size.
template <typename Struct>
Struct Sized() {
  Struct made = {};
  made.size = sizeof(Struct);
  return made;
}

/// A connection in memory of exactly its size, a scratch, whose content does not survive a segment, and buffers that the core borrows.
class Embedder {
 public:
  Embedder() = default;
  Embedder(const Embedder&) = delete;
  Embedder& operator=(const Embedder&) = delete;

  /// Opens the connection anew.
  void Open(const rtspnat_setup& setup) {
    memory_.assign(Words(rtspnat_connection_size()), kJunk);
    connection_ = rtspnat_open(memory_.data(), rtspnat_connection_size(), &setup);
    buffers_.clear();
  }

  [[nodiscard]] rtspnat_connection* Connection() const { return connection_; }

  /// Takes @p segment in, of which the core sees @p piece bytes at a time; 0 for all. The payload must live until RTSPNAT_DONE.
  void Begin(rtspnat_segment segment, std::uint32_t piece = 0) {
    payload_ = segment.payload;
    length_ = segment.length;
    piece_ = piece != 0 ? piece : segment.length;
    segment.at_hand = std::min(segment.length, piece_);
    scratch_.assign(Words(rtspnat_scratch_size()), kJunk);
    rtspnat_begin(connection_, scratch_.data(), &segment);
  }

  /// Answers @p step if it asks for memory, gives memory back, or asks for more of the payload. Returns false if it does not. @p lends is
  /// false where there is no memory.
  bool Serve(const rtspnat_step& step, bool lends = true) {
    switch (step.ask) {
      case RTSPNAT_LEND:
        if (lends) {
          auto buffer = std::make_unique<std::uint64_t[]>(Words(rtspnat_buffer_size()));
          void* const memory = buffer.get();
          is_misused_ |= !rtspnat_lend(connection_, memory);
          buffers_.emplace(memory, std::move(buffer));
        } else {
          rtspnat_answer(connection_, RTSPNAT_NO, 0);
        }
        most_lent_ = std::max(most_lent_, buffers_.size());
        return true;
      case RTSPNAT_RETURN: is_misused_ |= buffers_.erase(step.buffer.memory) != 1; return true;
      case RTSPNAT_MORE: {
        const std::uint32_t offset = step.more.offset;
        is_misused_ |= offset >= length_;
        if (offset < length_)
          is_misused_ |= !rtspnat_show(connection_, payload_ + offset, std::min(length_ - offset, piece_));
        return true;
      }
      default: return false;
    }
  }

  /// Returns how many buffers are lent now.
  [[nodiscard]] std::size_t Lent() const { return buffers_.size(); }

  /// True if law 14 was broken: a buffer that was not lent came back, a third one was asked for, or bytes that there are not.
  [[nodiscard]] bool IsMisused() const { return is_misused_ || most_lent_ > 2; }

  /// Moves the connection, as an embedder may between RTSPNAT_DONE and the next segment, and overwrites its old place.
  void Move() {
    std::vector<std::uint64_t> memory = memory_;
    std::fill(memory_.begin(), memory_.end(), kJunk);
    memory_.swap(memory);
    connection_ = reinterpret_cast<rtspnat_connection*>(memory_.data());
  }

 private:
  static constexpr std::uint64_t kJunk = 0xa5a5a5a5a5a5a5a5U;

  static std::size_t Words(std::size_t bytes) { return (bytes + 7) / 8; }

  std::vector<std::uint64_t> memory_;
  std::vector<std::uint64_t> scratch_;
  std::map<void*, std::unique_ptr<std::uint64_t[]>> buffers_;
  rtspnat_connection* connection_ = nullptr;
  const std::uint8_t* payload_ = nullptr;
  std::uint32_t length_ = 0;
  std::uint32_t piece_ = 0;
  std::size_t most_lent_ = 0;
  bool is_misused_ = false;
};

}  // namespace rtsp::test
