// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "rtsp/bytes.h"

namespace rtsp {

bool Cursor::Read(std::uint8_t* to, std::uint32_t count) {
  if (count > Left()) return false;
  if (count != 0) __builtin_memcpy(to, data_ + position_, count);
  position_ += count;
  return true;
}

Cursor BehindSpace(Cursor in) {
  while (IsSpace(in.Peek())) in.Skip();
  return in;
}

std::uint32_t Hash(Cursor text) {
  constexpr std::uint64_t kMultiplier = 0x9E37'79B9'7F4A'7C15U;
  constexpr std::uint32_t kWord = sizeof(std::uint64_t);
  const std::uint32_t size = text.Left();
  std::uint64_t hash = size * kMultiplier;
  std::uint64_t word = 0;
  while (text.ReadWord(word)) hash = ((hash ^ word) * kMultiplier) ^ (hash >> 29);
  if (size > kWord) {
    // The last word again, with the bytes that did not fill one.
    text.Seek(text.Size() - kWord);
    if (text.ReadWord(word)) hash = (hash ^ word) * kMultiplier;
  } else if (size != 0 && size != kWord) {
    std::uint8_t bytes[kWord] = {};
    Cursor padded(bytes, kWord);
    if (text.Read(bytes, size) && padded.ReadWord(word)) hash = (hash ^ word) * kMultiplier;
  }
  return static_cast<std::uint32_t>((hash ^ (hash >> 29)) >> 8);
}

}  // namespace rtsp
