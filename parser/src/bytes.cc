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

constexpr std::uint64_t kEach = 0x0101'0101'0101'0101U;
constexpr std::uint64_t kTopBits = 0x8080'8080'8080'8080U;

// Both give a word whose lowest set bit is the top bit of the first byte wanted; 0 if there is none.
std::uint64_t LineFeeds(std::uint64_t word) {
  const std::uint64_t x = word ^ (kEach * '\n');
  return (x - kEach) & ~x & kTopBits;
}

std::uint64_t Controls(std::uint64_t word) { return (word - kEach * 0x21) & ~word & kTopBits; }

bool IsLineFeed(std::uint8_t byte) { return byte == '\n'; }

bool IsControl(std::uint8_t byte) { return byte <= ' '; }

// Looks for a byte, a word at a time while there are whole words.
template <std::uint64_t (*kInWord)(std::uint64_t), bool (*kIsWanted)(std::uint8_t)>
inline std::uint32_t Find(const std::uint8_t* data, std::uint32_t at, std::uint32_t size) {
  for (; at < size && size - at >= kWord; at += kWord) {
    const std::uint64_t bits = kInWord(LoadWord(data + at));
    if (bits == 0) continue;
    if constexpr (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
      return at + static_cast<std::uint32_t>(__builtin_ctzll(bits)) / 8;
    break;
  }
  while (at < size && !kIsWanted(data[at])) ++at;
  return at < size ? at : size;
}

}  // namespace

std::uint32_t Cursor::FindLineFeed() const { return Find<LineFeeds, IsLineFeed>(data_, position_, size_); }

std::uint32_t Cursor::FindControl() const { return Find<Controls, IsControl>(data_, position_, size_); }

bool Cursor::Read(std::uint8_t* to, std::uint32_t count) {
  if (count > Left()) return false;
  if (count != 0) __builtin_memcpy(to, data_ + position_, count);
  position_ += count;
  return true;
}

void SkipSpace(Cursor& in) {
  while (IsSpace(in.Peek())) in.Skip();
}

Number ReadNumber(Cursor& in, std::uint32_t maximum) {
  const std::uint32_t start = in.Position();
  std::uint64_t value = 0;
  bool in_range = true;
  for (; IsDigit(in.Peek()); in.Skip()) {
    value = value * 10 + (in.Peek() - std::uint32_t{'0'});
    if (value > maximum) {
      in_range = false;
      value = 0;
    }
  }
  const std::uint32_t length = in.Position() - start;
  Number number;
  number.field = {static_cast<std::uint16_t>(start), static_cast<std::uint16_t>(length)};
  number.valid = length != 0 && in_range;
  if (number.valid) number.value = static_cast<std::uint32_t>(value);
  return number;
}

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
