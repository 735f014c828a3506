// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The work that the benchmarks measure: one segment, from rtspnat_begin() to RTSPNAT_DONE and its edits.
#include <cstdint>
#include <string>

#include "rtspnat.h"
#include "tests/harness/embedder.h"

namespace rtsp::bench {

/// A connection behind NAT, in memory of its own.
class Flow {
 public:
  Flow() {
    setup_.inside = {4, {10, 0, 1, 2}};
    setup_.outside = {4, {203, 0, 113, 1}};
    setup_.port_seed = 1;
    setup_.may_translate = true;
    Reset();
  }

  /// Opens the connection anew.
  void Reset() { connection_ = rtspnat_open(memory_, sizeof(memory_), &setup_); }

  [[nodiscard]] rtspnat_connection* Get() const { return connection_; }

  /// For one segment.
  [[nodiscard]] void* Scratch() { return scratch_; }

  /// For RTSPNAT_LEND; the benchmarks need one at most.
  [[nodiscard]] void* Buffer() { return buffer_; }

 private:
  std::uint64_t memory_[RTSPNAT_CONNECTION_MAX / 8];
  std::uint64_t scratch_[RTSPNAT_SCRATCH_MAX / 8];
  std::uint64_t buffer_[RTSPNAT_BUFFER_MAX / 8];
  rtspnat_setup setup_ = test::Sized<rtspnat_setup>();
  rtspnat_connection* connection_ = nullptr;
};

/// Returns a segment of the original direction that carries @p bytes (borrowed) at @p seq.
inline rtspnat_segment SegmentOf(const std::string& bytes, std::uint32_t seq = 0) {
  auto segment = test::Sized<rtspnat_segment>();
  segment.payload = reinterpret_cast<const std::uint8_t*>(bytes.data());
  segment.length = segment.at_hand = static_cast<std::uint32_t>(bytes.size());
  segment.seq = seq;
  return segment;
}

/// Says whether somebody else has the same ports outside as the client has inside.
enum class Ports : std::uint8_t {
  kFree,   ///< The usual case: the embedder accepts the first proposal, and no text changes.
  kTaken,  ///< The costly case: the core makes a second proposal, and an edit.
};

/// Reads one segment and plans what happens to it. Returns the number of edits.
__attribute__((noinline)) unsigned ReadAndPlan(Flow& flow, const rtspnat_segment& segment, Ports ports);

/// Passes one segment as the kernel shim does, and returns whether the core skipped it without reading it.
__attribute__((noinline)) bool PassOver(rtspnat_connection* connection, const rtspnat_segment& segment);

/// Returns the contents of a file beside the source of the benchmarks.
std::string ReadFile(const std::string& name);

/// Returns a message after which frames are allowed, and the head of an interleaved frame of the largest size.
std::string OpenFrame();

}  // namespace rtsp::bench
