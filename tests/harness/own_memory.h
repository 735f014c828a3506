// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// A tail and an edit log that have memory of their own, not that of an embedder.
#include "bytes/tail.h"
#include "mangler/stream/edit_log.h"

namespace rtsp::test {

struct OwnTail : bytes::Tail {
  OwnTail() { Use(memory); }
  OwnTail(const OwnTail&) = delete;
  OwnTail& operator=(const OwnTail&) = delete;

  std::uint8_t memory[limits::kLineBytes];
};

struct OwnEditLog : stream::EditLog {
  OwnEditLog() { Use(memory); }
  OwnEditLog(const OwnEditLog&) = delete;
  OwnEditLog& operator=(const OwnEditLog&) = delete;

  stream::Edit memory[limits::kEdits];
};

}  // namespace rtsp::test
