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

// The words, the bytes behind the last of them with zeros behind, and the size.
std::uint32_t Finish(std::uint64_t hash, std::uint64_t rest, std::uint32_t size) {
  return static_cast<std::uint32_t>(Mix(Mix(hash, rest), size) >> 32);
}

}  // namespace

void Hasher::Put(std::uint8_t byte) {
  word_[size_++ % kWord] = byte;
  if (size_ % kWord != 0) return;
  hash_ = Mix(hash_, Cursor(word_, kWord).WordAt(0));
  for (std::uint8_t& each : word_) each = 0;
}

std::uint32_t Hasher::Value() const { return Finish(hash_, Cursor(word_, kWord).WordAt(0), size_); }

std::uint32_t Hash(Cursor text) {
  constexpr std::uint32_t kWord = sizeof(std::uint64_t);
  text = text.Rest();
  const std::uint32_t size = text.Size();
  if (size < kWord) {  // Too short for WordAhead().
    Hasher hasher;
    for (; !text.AtEnd(); text.Skip()) hasher.Put(text.Peek());
    return hasher.Value();
  }
  std::uint64_t hash = 0;
  for (; text.Left() >= kWord; text.Seek(text.Position() + kWord)) hash = Mix(hash, text.WordAhead());
  return Finish(hash, text.WordAhead(), size);
}

}  // namespace rtsp
