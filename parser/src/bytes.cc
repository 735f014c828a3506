// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "rtsp/bytes.h"

namespace rtsp {

[[gnu::noinline]] std::uint32_t BehindBlanks(const Cursor& in) {
  Cursor scan = in;
  while (IsBlank(scan.Peek())) scan.Skip();
  return scan.Position();
}

[[gnu::noinline]] std::uint32_t BehindSpace(const Cursor& in) {
  Cursor scan = in;
  while (IsSpace(scan.Peek())) scan.Skip();
  return scan.Position();
}

[[gnu::noinline]] Number ReadLongNumber(const Cursor& in, std::uint32_t maximum) {
  Cursor scan = in;
  return ReadDigits(scan, maximum);
}

namespace {

// A product's upper bits depend on all bits of the word.
std::uint64_t Mix(std::uint64_t hash, std::uint64_t word) {
  constexpr std::uint64_t kMultiplier = 0x9E37'79B9'7F4A'7C15U;
  return ((hash << 29 | hash >> 35) ^ word) * kMultiplier;
}

std::uint32_t Fold(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }

// Fewer bytes than a word has, as a word.
std::uint64_t FewBytes(Cursor text) {
  std::uint64_t word = 0;
  for (; !text.AtEnd(); text.Skip()) word = word << 8 | text.Peek();
  return word;
}

}  // namespace

std::uint32_t Hash(Cursor text) {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  const std::uint32_t size = text.Left();
  if (size < kWord) return Fold(Mix(size, FewBytes(text)));
  text = text.Rest();
  std::uint64_t hash = size;
  const std::size_t last = size - kWord;
  for (std::size_t at = 0; at < last; at += kWord) hash = Mix(hash, text.WordAt(at));
  return Fold(Mix(hash, text.WordAt(last)));  // Some of its bytes again, if the words did not fit.
}

}  // namespace rtsp
