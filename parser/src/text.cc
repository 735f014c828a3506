// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "bytes/text.h"

namespace bytes {

void SkipBlanks(Cursor& in) {
  while (IsBlank(in.Peek())) in.Skip();
}

void SkipSpace(Cursor& in) {
  while (IsSpace(in.Peek())) in.Skip();
}

Field Trimmed(const Cursor& line, std::uint32_t start, std::uint32_t end) {
  while (end > start && IsSpace(line.At(end - 1))) --end;
  return Field::Between(start, end);
}

Number ReadNumber(Cursor& in, std::uint32_t maximum) {
  Cursor scan = in;
  std::uint64_t value = 0;
  for (; IsDigit(scan.Peek()); scan.Skip()) {
    // Beyond the maximum it stays there, so that it never wraps.
    if (value <= maximum) value = value * 10 + (scan.Peek() - std::uint32_t{'0'});
  }
  Number number;
  number.field = Field::Between(in.Position(), scan.Position());
  number.valid = value <= maximum && !number.field.Empty();
  number.value = number.valid ? static_cast<std::uint32_t>(value) : 0;
  in.Seek(scan.Position());
  return number;
}

namespace {

constexpr std::uint32_t kWord = sizeof(std::uint64_t);

std::uint64_t WordOf(const std::uint8_t (&bytes)[kWord]) {
  std::uint64_t word = 0;
  __builtin_memcpy(&word, bytes, kWord);
  return word;
}

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
  hash_ = Mix(hash_, WordOf(word_));
  for (std::uint8_t& each : word_) each = 0;
}

std::uint32_t Hasher::Value() const { return Finish(hash_, WordOf(word_), size_); }

std::uint32_t Hash(Cursor text) {
  const std::uint32_t size = text.Left();
  std::uint64_t hash = 0;
  std::uint8_t word[kWord];
  while (text.Read(word, kWord)) hash = Mix(hash, WordOf(word));
  std::uint8_t rest[kWord] = {};
  (void)text.Read(rest, text.Left());
  return Finish(hash, WordOf(rest), size);
}

}  // namespace bytes
