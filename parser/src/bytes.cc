// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "rtsp/bytes.h"

namespace rtsp {
namespace {

constexpr std::uint32_t kWord = sizeof(std::uint64_t);

std::uint64_t LoadWord(const std::uint8_t* from) {
  std::uint64_t word = 0;
  __builtin_memcpy(&word, from, kWord);
  return word;
}

}  // namespace

std::uint32_t Hash(Cursor text) {
  constexpr std::uint64_t kMultiplier = 0x9E37'79B9'7F4A'7C15U;
  const std::uint32_t size = text.Left();
  std::uint64_t hash = size * kMultiplier;
  std::uint8_t word[kWord] = {};
  while (text.Read(word, kWord)) hash = ((hash ^ LoadWord(word)) * kMultiplier) ^ (hash >> 29);
  // The last word again, with the bytes that did not fill one.
  if (size > kWord) text.Seek(text.Size() - kWord);
  if (text.Read(word, size > kWord ? kWord : size)) hash = (hash ^ LoadWord(word)) * kMultiplier;
  return static_cast<std::uint32_t>((hash ^ (hash >> 29)) >> 8);
}

}  // namespace rtsp
