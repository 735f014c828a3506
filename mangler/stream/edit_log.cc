// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/stream/edit_log.h"

#include "mangler/stream/sequence.h"

namespace stream {
namespace {

// The part of `edit` on the bytes [position, position + length). Added bytes go with the byte before them.
EditPart Overlap(const Edit& edit, std::uint32_t position, std::uint32_t length) {
  const std::int32_t start = Distance(edit.position, position);
  const std::int32_t end = start + edit.length;
  const std::int32_t limit = static_cast<std::int32_t>(length);
  const bool falls = edit.length == 0 ? start > 0 && start <= limit : end > 0 && start < limit;
  if (!falls) return {};
  const std::int32_t from = start > 0 ? start : 0;
  const std::int32_t to = end < limit ? end : limit;
  const std::int32_t text_end = to == end ? start + edit.text_size : to;
  return {edit.text + (from - start), static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to - from),
          static_cast<std::uint32_t>(text_end - from)};
}

}  // namespace

bool EditLog::Add(const Edit& edit) {
  if (edits_ == nullptr || Room() == 0) return false;
  edits_[size_++] = edit;
  return true;
}

void EditLog::Forget(std::uint32_t acknowledged, std::uint32_t settled) {
  std::uint32_t kept = 0;
  for (std::uint32_t i = 0; i < size_; ++i) {
    const std::uint32_t end = edits_[i].End();
    const bool adds = edits_[i].text_size > edits_[i].length;
    if (!Before(acknowledged, end) && (!adds || Before(end, settled))) continue;
    if (kept != i) edits_[kept] = edits_[i];
    ++kept;
  }
  size_ = static_cast<std::uint8_t>(kept);
}

bool EditLog::AreDone(std::uint32_t acknowledged, bool additions) const {
  for (std::uint32_t i = 0; i < size_; ++i) {
    const bool adds = edits_[i].text_size > edits_[i].length;
    if (Before(acknowledged, edits_[i].End()) || (adds && !additions)) return false;
  }
  return true;
}

// Edits lie in stream order. Nearly all segments lie behind them all, so the search begins with the last one and ends with the first
// that lies before the segment.
std::uint32_t EditLog::Count(std::uint32_t position, std::uint32_t length) const {
  std::uint32_t count = 0;
  for (std::uint32_t i = size_; i > 0 && Before(position, edits_[i - 1].End()); --i)
    count += Overlap(edits_[i - 1], position, length).text_length != 0;
  return count;
}

EditPart EditLog::Part(std::uint32_t position, std::uint32_t length, std::uint32_t index) const {
  for (std::uint32_t i = 0; i < size_; ++i) {
    const EditPart part = Overlap(edits_[i], position, length);
    if (part.text_length != 0 && index-- == 0) return part;
  }
  return {};
}

std::uint32_t EditLog::Growth(std::uint32_t position, std::uint32_t length) const {
  std::uint32_t growth = 0;
  for (std::uint32_t i = size_; i > 0 && Before(position, edits_[i - 1].End()); --i) {
    const EditPart part = Overlap(edits_[i - 1], position, length);
    growth += part.text_length - part.length;
  }
  return growth;
}

}  // namespace stream
