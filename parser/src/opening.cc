// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "rtsp/framer.h"

namespace rtsp {
namespace {

// Marks(): what was read, and above that first_end_.
constexpr std::uint32_t kMarkStarted = 1;
constexpr std::uint32_t kMarkAnswers = 2;
constexpr std::uint32_t kMarkGap = 4;
constexpr std::uint32_t kMarkEnd = 3;  // Shift.

// What a method or a version may begin with (RFC 2326 section 15.1, as the lexers have it).
constexpr bool IsToken(std::uint8_t byte) {
  constexpr char kNoTokens[] = "\"$(),/:;<=>?@[\\]{}";
  bool is_token = byte > ' ' && byte < 0x7f;
  for (const char other : kNoTokens) is_token = is_token && byte != static_cast<std::uint8_t>(other);
  return is_token;
}

}  // namespace

Opening JudgeOpening(Cursor in) {
  while (in.Peek() == '\r' || in.Peek() == '\n') in.Skip();
  if (in.AtEnd()) return Opening::kNothing;
  return IsToken(in.Peek()) ? Opening::kMessage : Opening::kOther;
}

std::uint32_t Framer::Marks() const {
  return (started_ ? kMarkStarted : 0) | (answers_ ? kMarkAnswers : 0) | (gap_ ? kMarkGap : 0) |
         static_cast<std::uint32_t>(first_end_) << kMarkEnd;
}

void Framer::Resume(std::uint32_t marks) {
  constexpr std::uint32_t kEnds = 3;
  started_ = (marks & kMarkStarted) != 0;
  answers_ = (marks & kMarkAnswers) != 0;
  gap_ = (marks & kMarkGap) != 0;
  const std::uint32_t end = marks >> kMarkEnd & kEnds;
  first_end_ = end < kEnds ? static_cast<LineEnd>(end) : LineEnd::kUnknown;
}

}  // namespace rtsp
