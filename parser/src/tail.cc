// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "bytes/tail.h"

namespace bytes {

void Tail::Append(Cursor& in, std::uint32_t count) {
  const std::uint32_t behind = in.Position() + count;
  const std::uint32_t end = line_at_ + std::uint32_t{line_size_};
  const std::uint32_t copied = count < limits::kLineBytes - end ? count : limits::kLineBytes - end;
  if (in.Read(bytes_ + end, copied)) line_size_ = static_cast<std::uint16_t>(line_size_ + copied);
  in.Seek(behind);
}

void Tail::Keep(std::uint32_t count) {
  kept_ = static_cast<std::uint16_t>(count < limits::kLineBytes ? count : limits::kLineBytes);
  if (kept_ < line_at_) {
    __builtin_memmove(bytes_ + kept_, bytes_ + line_at_, line_size_);
    line_at_ = kept_;
  }
  if (line_size_ == 0) line_at_ = kept_;
}

}  // namespace bytes
